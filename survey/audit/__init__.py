"""Who did what, and when; it outlives the rows it speaks of."""
