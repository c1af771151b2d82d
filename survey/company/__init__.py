"""What our own company has decided: its name, time zone, postal address, thresholds, countries."""
