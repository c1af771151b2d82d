"""What is taken out of a text that others wrote when somebody it names is erased."""

import re
from collections.abc import Iterable
from typing import Final

GONE: Final = "…"
_SHORTEST = 3
"""A shorter name would take the middle out of other words."""


def without(text: str, names: Iterable[str]) -> str:
    """The text without these names and addresses, however they are capitalised."""
    for name in sorted(names, key=len, reverse=True):
        if len(name) >= _SHORTEST:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", GONE, text, flags=re.IGNORECASE)
    return text
