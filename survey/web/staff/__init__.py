"""The doors for our own people, behind sign-in."""
