"""The figures of some months as tables that are read together."""
