"""Answers that a machine may have sent: shown with the reasons, released in one press."""
