"""Signing in and out, and a new password: Flask-Security behind our own pages."""
