"""Signing in, with passwords that are hashed fast; `tests/kit` holds what they are hashed with."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from survey.kit import passwords


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()
