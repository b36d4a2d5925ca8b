"""Archives: all rows and photos of an installation, or of one village, in one checked file."""
