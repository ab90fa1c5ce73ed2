"""How does a plan become pairs: its steps, its journal, and its folder?"""
