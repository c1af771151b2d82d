"""Doors: where a request comes in, is let through to one action or question, and is answered."""
