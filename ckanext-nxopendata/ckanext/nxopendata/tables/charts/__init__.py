"""Charts with an address of their own: page, embed, oEmbed, SVG, PNG, CSV, JSON.

token       the address of a chart      data        its numbers      drawing     the picture
"""
