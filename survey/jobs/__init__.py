"""What runs by itself: thin shells that open a transaction, call one action, and commit."""
