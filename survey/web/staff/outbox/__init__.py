"""The outbox: what leaves, what does not and why."""
