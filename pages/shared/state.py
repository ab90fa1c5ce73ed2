"""Which things does a visitor's session remember? Every key of st.session_state that a page sets by name."""

MAP_CHART = "map_chart"
"""The chart of the Map page."""
MAP_POLYGON = "map_polygon"
"""The outline drawn last on the Map page: a tuple of (x, y) corners."""
MAP_ROWS = "map_rows"
"""The table of the Map page."""
