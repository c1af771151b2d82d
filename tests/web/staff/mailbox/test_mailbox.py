"""The mailbox of the file provider: each mail as its recipient sees it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from survey.app import create_app
from survey.config import MailProvider, Settings
from survey.kit.db import Database
from survey.mail.providers.file import FileProvider
from survey.team.types import Role
from tests.factories import make_company, make_user
from tests.mail.providers.drafts import ATTEMPT, FROM, a_draft
from tests.pages import CheckingClient

SignIn = Callable[..., object]
NOW = datetime(2026, 10, 15, 8, 30, tzinfo=UTC)
NAME = f"20261015T083000000000-{ATTEMPT}"


@pytest.fixture(autouse=True)
def company(session: Session) -> None:
    make_company(session)


def write(settings: Settings, **given: str) -> None:
    provider = FileProvider(settings.mail_folder, from_address=FROM, now=lambda: NOW)
    provider.hand_over(a_draft(**given), attempt_id=ATTEMPT)


def test_an_empty_mailbox_says_what_to_do(client: CheckingClient, sign_in: SignIn):
    sign_in(Role.ADMIN)

    assert "No mail yet" in client.get("/mailbox").text


def test_mailbox_lists_the_newest_first(
    client: CheckingClient, sign_in: SignIn, settings: Settings
):
    sign_in(Role.MANAGER)
    for number in range(52):
        moment = NOW + timedelta(minutes=number)
        provider = FileProvider(settings.mail_folder, from_address=FROM, now=lambda m=moment: m)
        provider.hand_over(a_draft(subject=f"Mail {number:02}"), attempt_id=ATTEMPT)

    page = client.get("/mailbox").text
    older = page.split('rel="next" href="')[1].split('"')[0]
    rest = client.get(older.replace("&amp;", "&")).text

    assert page.index("Mail 51") < page.index("Mail 02")
    assert "Mail 01" not in page
    assert rest.index("Mail 01") < rest.index("Mail 00")


def test_a_mail_is_shown_as_text_with_its_headers(
    client: CheckingClient, sign_in: SignIn, settings: Settings
):
    sign_in(Role.ADMIN)
    write(settings)

    page = client.get(f"/mailbox/{NAME}").text

    assert "Your Atlas decision: what can we learn?" in page
    assert "List-Unsubscribe=One-Click" in page
    assert "https://survey.vendor.example/s/TOKEN?choice=price" in page
    assert f"/mailbox/{NAME}/html" in page


def test_a_mails_html_may_use_its_own_styles_and_nothing_else(
    client: CheckingClient, sign_in: SignIn, settings: Settings
):
    sign_in(Role.ADMIN)
    write(settings, html='<html><head></head><body style="color:red">Hello<script>1</script>')

    answer = client.get(f"/mailbox/{NAME}/html", unchecked="a mail as it was sent")

    policy = answer.headers["Content-Security-Policy"]
    assert "Hello" in answer.text
    # printf 'color:red' | openssl dgst -sha256 -binary | base64
    assert policy.endswith(
        "style-src 'unsafe-hashes' 'sha256-8f935d27GvUutRyY9yWScUMiFUk4WTdZURISiYfPOeQ='"
    )
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("name", ["nothing", "..%2F..%2Fetc%2Fpasswd", f"{NAME}x", NAME])
def test_an_unknown_mail_is_not_found(client: CheckingClient, sign_in: SignIn, name: str):
    sign_in(Role.ADMIN)

    assert client.get(f"/mailbox/{name}").status_code == 404


def test_there_is_no_mailbox_where_mail_leaves(
    settings: Settings, database: Database, session: Session
):
    user = make_user(session, role=Role.ADMIN)
    session.commit()
    given = settings.model_copy(update={"mail_provider": MailProvider.SMTP})
    client = create_app(given, database).test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = user.session_key
        cookie["_fresh"] = True

    assert client.get("/mailbox").status_code == 404


def test_the_mailbox_is_for_our_own_people(client: CheckingClient):
    assert client.get("/mailbox").status_code == 303


@pytest.mark.parametrize("role", [Role.ANALYST, Role.SELLER, Role.VIEWER])
def test_mailbox_with_its_live_links_is_not_for_everybody(
    client: CheckingClient, sign_in: SignIn, role: Role
):
    sign_in(role)

    assert client.get("/mailbox").status_code == 403
