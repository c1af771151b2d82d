"""Signing in, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_sign_in_page_has_nothing_wrong_for_axe(
    page: Page, axe: Callable[[Page], list[str]]
) -> None:
    page.goto("/sign-in")

    assert axe(page) == []
