"""The dashboard: what decided our deals, and how sure we are."""
