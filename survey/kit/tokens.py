"""Link tokens: what a person holds, and the digest that we keep."""

import hashlib
import secrets

_TOKEN_BYTES = 24


def new_token() -> str:
    """A fresh secret of 192 random bits as 32 address-safe characters; never stored."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def digest(token: str) -> str:
    """The SHA-256 of a token as 64 hexadecimal characters: the only form that is stored."""
    return hashlib.sha256(token.encode()).hexdigest()
