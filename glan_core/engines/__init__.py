"""Where are planned calls made, and how many at once?"""
