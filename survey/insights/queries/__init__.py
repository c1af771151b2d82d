"""Reads behind the figures: the database groups, `rules` decides, `types` holds the result."""
