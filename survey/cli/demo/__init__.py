"""`survey demo`: a believable year in the life of a fictional software vendor."""
