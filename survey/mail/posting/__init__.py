"""Handing mails over to the provider, several at once."""
