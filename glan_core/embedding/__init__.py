"""How does a text become a vector, and many vectors a map?

sentence_transformers and umap are imported inside the functions that need them: they take seconds to load.
"""
