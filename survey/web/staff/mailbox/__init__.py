"""The mailbox of the file provider: each mail as its recipient sees it."""
