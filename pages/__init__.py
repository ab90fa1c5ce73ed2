"""What does a visitor see? One folder a section of the menu, one script a page."""
