"""Closed deals: the companies, the people there, what they considered, and how it ended."""
