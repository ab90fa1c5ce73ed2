"""How does a frame become a picture?

Functions from frames to plotly figures, without a database and without widgets.
"""
