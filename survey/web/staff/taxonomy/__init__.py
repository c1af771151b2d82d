"""The page of the taxonomy."""
