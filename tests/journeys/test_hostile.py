"""Nothing that anybody typed runs in the browser of whoever reads it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.kit import clock
from survey.mail.providers.file import FileProvider
from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_campaign, make_user
from tests.hostile import OURS, detail_of, make_world
from tests.mail.providers.drafts import ATTEMPT, FROM, a_draft

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, Role | User], User]
TEXT = "".join(text for text in OURS if "\0" not in text and "\r" not in text)[:300]
STARTS = (
    *("/feedback", "/deals", "/campaigns", "/people", "/settings", "/taxonomy", "/coding"),
    *("/upcoming", "/outbox", "/mailbox", "/feedback/replies", "/", "/reports"),
)


@pytest.fixture
def stored(session: Session, settings: Settings) -> None:
    make_world(session, now=clock.now(), words=TEXT)
    make_campaign(session, name=TEXT, sender_name=TEXT, sender_role=TEXT)
    make_user(session, name=TEXT)
    mailbox = FileProvider(settings.mail_folder, from_address=FROM, now=clock.now)
    mailbox.hand_over(a_draft(subject="<script>alert(1)</script>"), attempt_id=ATTEMPT)
    session.commit()


def test_no_stored_text_runs(stored: None, page: Page, sign_in_page: SignIn) -> None:
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(f"{page.url}: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", refuse)
    page.set_default_timeout(30_000)  # the first chart takes long on a busy machine
    sign_in_page(page, Role.ADMIN)
    visited: set[str] = set()

    for start in STARTS:
        page.goto(start)
        visited.add(start)
        detail = detail_of(start, page.content())
        if detail and detail not in visited:
            page.goto(detail)
            visited.add(detail)
    page.goto("/s/answer-token")
    page.goto("/privacy")

    assert asked == []
    assert len(visited) > len(STARTS) + 5
