"""E-mail that is never lost and never sent twice: the outbox, its attempts, and who not to mail."""
