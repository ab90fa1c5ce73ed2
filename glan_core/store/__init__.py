"""Where do the rows live, and how are they asked for?

duckdb is imported in this folder only, and all SQL stands here, beside the function that runs it.
"""
