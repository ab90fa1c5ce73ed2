"""How do chosen pairs become files that a trainer reads, and anybody can check?

request.py says what may be asked for, choosing.py which pairs that means, writing.py makes the files of them. Files
hold no times, and their rows stand in an order that depends on ids alone: the same export gives the same bytes.
"""
