"""Campaigns: who is asked by which rule, and who is not and why."""
