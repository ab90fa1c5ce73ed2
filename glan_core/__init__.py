"""GLAN as a library: everything the app does, without the app."""
