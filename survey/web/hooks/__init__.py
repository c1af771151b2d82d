"""Where machines tell us what became of our mails."""
