"""The command line: one file per noun, listed in `main.py`."""
