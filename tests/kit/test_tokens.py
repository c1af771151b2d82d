"""Tokens: long enough, safe in an address, and never the same twice."""

import re

import pytest

from survey.kit.tokens import new_token, new_tokens

_SAFE = re.compile(r"[A-Za-z0-9_-]{32}")


@pytest.mark.parametrize("count", [0, 1, 2, 1000])
def test_many_tokens_are_each_as_one_alone(count: int) -> None:
    tokens = [*new_tokens(count), new_token()]

    assert len(set(tokens)) == count + 1
    assert all(_SAFE.fullmatch(token) for token in tokens)
