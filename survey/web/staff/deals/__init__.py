"""Deals as staff read them: the list, and one deal with all that happened."""
