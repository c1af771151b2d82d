"""What buyers asked of us instead of answering: another person, to be forgotten, peace."""
