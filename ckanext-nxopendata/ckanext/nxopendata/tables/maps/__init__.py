"""Maps: places as dots, clusters and shapes, and a measure by region.

base_map      the ground          svg_map         places as a picture      labels      their names
clusters      dots in groups      choropleth      a measure by region      legend      its classes
map_view      the map of the page of a table
"""
