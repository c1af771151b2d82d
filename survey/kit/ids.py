"""Public ids: what an address shows instead of a row's number."""

import secrets

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
PUBLIC_ID_LENGTH = 16


def new_public_id() -> str:
    """A random id of 16 letters (79 bits) without look-alikes; unique, but not a secret."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(PUBLIC_ID_LENGTH))
