"""The list of addresses never to mail."""
