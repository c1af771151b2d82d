"""Whatever people wrote into names and subjects, a mail stays one mail to one person."""

import email
import json
import tempfile
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.mail.providers.file import FileProvider
from survey.mail.providers.sendgrid import request_body
from tests.mail.providers.drafts import ATTEMPT, FROM, a_draft
from tests.others import at_hand

HEADERS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "X-Survey-Attempt", "List-Id",
    "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
}  # fmt: skip


def written(words: str) -> EmailMessage:
    with tempfile.TemporaryDirectory() as folder:
        provider = FileProvider(
            Path(folder), from_address=FROM, now=lambda: datetime(2026, 10, 15, tzinfo=UTC)
        )
        draft = a_draft(
            to_name=words, from_name=words, subject=words, text=words, html=f"<p>{words}</p>"
        )
        provider.hand_over(draft, attempt_id=ATTEMPT)
        (path,) = Path(folder).glob("*.eml")
        message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def check(words: str) -> None:
    message = written(words)
    assert set(message.keys()) <= HEADERS
    assert [each.addr_spec for each in message["To"].addresses] == ["jane@buyer.example"]
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    draft = a_draft(to_name=words, from_name=words, subject=words)
    request = request_body(draft, from_address=FROM, attempt_id=ATTEMPT)
    assert [each["email"] for each in request["personalizations"][0]["to"]] == [
        "jane@buyer.example"
    ]
    for text in (request["subject"], request["from"].get("name", "")):
        assert len(text.splitlines()) <= 1


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_words_make_one_mail_to_one_person(words: str):
    check(words)


@pytest.mark.slow
def test_naughty_strings_make_one_mail_to_one_person():
    for words in json.loads(at_hand("hostile/blns.json").read_text("utf-8")):
        check(words)


def test_a_long_name_with_commas_is_not_two_recipients():
    check("If you're reading this, you've been in a coma for almost 20 years now, so wake up, Ann")
