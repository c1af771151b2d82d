"""The tests mirror `survey/`; `house/` keeps it, `factories/` make rows, `journeys/` browse."""
