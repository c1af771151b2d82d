"""Link tokens: what a person holds, and the digest that we keep."""

import hashlib
import secrets

_BYTES = 24
_LETTERS = 32


def new_token() -> str:
    """A fresh secret of 192 random bits as 32 address-safe characters; never stored."""
    return secrets.token_urlsafe(_BYTES)


def new_tokens(count: int) -> list[str]:
    """Many at once: whoever asks the system for each lets other threads go first each time."""
    letters = secrets.token_urlsafe(count * _BYTES)
    return [letters[start : start + _LETTERS] for start in range(0, len(letters), _LETTERS)]


def digest(token: str) -> str:
    """The SHA-256 of a token as 64 hexadecimal characters: the only form that is stored."""
    return hashlib.sha256(token.encode()).hexdigest()
