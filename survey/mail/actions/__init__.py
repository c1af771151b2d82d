"""What is done with mail, one file for each thing it is done to."""
