"""How is a language model asked, wherever it runs?"""
