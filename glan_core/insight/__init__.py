"""What do the vectors of a set tell of it?"""
