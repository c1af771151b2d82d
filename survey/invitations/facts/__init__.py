"""What a decision about asking rests on, read in a fixed number of questions."""
