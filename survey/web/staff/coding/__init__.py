"""Finding reasons in answers: what waits for a reader, and adding, confirming, rejecting."""
