"""How does a dataset of others come in, find its places in the taxonomy, and compare with one's own?"""
