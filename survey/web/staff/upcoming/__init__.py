"""What is about to be asked: sellers see it, may hold it, and say whom to ask."""
