"""The buyer's door: answering, opting out, and how answers are kept; the link is the only key."""
