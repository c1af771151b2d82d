"""The settings of the company."""
