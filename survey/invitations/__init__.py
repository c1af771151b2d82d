"""Asking: which closed deals, whom, when, by which link, and whom not and why."""
