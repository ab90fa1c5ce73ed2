"""What can be done without the app? One module for each group of commands; __main__.py puts them together."""
