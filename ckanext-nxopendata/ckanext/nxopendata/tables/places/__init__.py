"""A page a place: what every public table says of it, from the places and indicators of the index alone.

series      numbers of a place over time, and its rank      place_view      the page
"""
