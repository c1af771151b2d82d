"""Copies of the whole database, made while others work, and brought back in one step."""
