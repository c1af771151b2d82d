"""What people and things are called is text in the mails that thank, report, and let our own in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from survey.company.models import Company
from survey.company.queries import letterhead
from survey.deals.models import Contact, Deal
from survey.deals.types import Outcome
from survey.invitations.models import Campaign, Invitation
from survey.mail.providers.sendgrid import request_body
from survey.mail.types import Draft, Letterhead
from survey.questionnaires.documents import read_document, shipped_document
from survey.reports import emails as report_emails
from survey.responses.emails import thanked_for, thanks
from survey.team import emails as team_emails
from survey.team.types import Role
from tests.factories import make_company
from tests.letters.address_book import ENTRIES, Entry
from tests.letters.samples import LINKS, SENT_AT, STATIONERY, month_of_october
from tests.letters.test_address_book import (
    ATTEMPT,
    LONGEST,
    READER,
    SENDER,
    body,
    parsed,
    sealed_content,
    shown,
    structure,
)

BASE_URL = "https://survey.northwind.example"
Write = Callable[[Company, Letterhead, str], Draft]


def thanks_to(company: Company, head: Letterhead, name: str) -> Draft:
    """Buyer, product, sender, their role and telephone are all called that."""
    campaign = Campaign(
        public_id="c4mp41gn",
        sender_name=name,
        sender_role=name,
        phone=name,
        reply_to="noor@northwind.example",
        sender_reads_every_answer=True,
    )
    invitation = Invitation(
        campaign=campaign,
        deal=Deal(product=name),
        contact=Contact(name=name, email=READER),
        closes_at=SENT_AT + timedelta(days=30),
    )
    document = read_document(shipped_document("not_won"), Outcome.LOST)
    told = thanked_for(invitation, document, {}, to_address=READER, company=company)
    return thanks(STATIONERY, head, told, LINKS)


def welcome_to(_company: Company, head: Letterhead, name: str) -> Draft:
    return team_emails.welcome(
        STATIONERY,
        head,
        to_address=READER,
        name=name,
        role=Role.SELLER,
        reset_url=f"{BASE_URL}/reset/TOKEN",
        hours=24,
    )


def reset_for(_company: Company, head: Letterhead, name: str) -> Draft:
    return team_emails.password_reset(
        STATIONERY,
        head,
        to_address=READER,
        name=name,
        reset_url=f"{BASE_URL}/reset/TOKEN",
        hours=24,
    )


def report_to(_company: Company, head: Letterhead, name: str) -> Draft:
    """The headline names a reason of our taxonomy, which somebody may call anything."""
    figures = replace(month_of_october(), headline=f"Lost most often for “{name}”.")
    return report_emails.month_ready(
        STATIONERY, head, to_address=READER, name=name, figures=figures
    )


LETTERS: dict[str, Write] = {
    "thanks": thanks_to,
    "welcome": welcome_to,
    "password_reset": reset_for,
    "report": report_to,
}


@pytest.mark.parametrize("letter", LETTERS)
def test_a_name_is_text_in_every_letter(session: Session, letter: str) -> None:
    company = make_company(session, time_zone="Europe/Amsterdam")
    plain = written(session, company, LETTERS[letter], "Ann")
    for entry in ENTRIES:
        draft = written(session, company, LETTERS[letter], entry.entered)

        assert_is_text(draft, plain, entry)


def written(session: Session, company: Company, write: Write, name: str) -> Draft:
    # Not flushed: PostgreSQL would not even keep some of them.
    with session.no_autoflush:
        company.name = company.postal_address = name
        return write(company, letterhead(session, base_url=BASE_URL, postal_address=""), name)


def assert_is_text(draft: Draft, plain: Draft, entry: Entry) -> None:
    """One mail to one person with the same headers, parts and elements as any other."""
    content = sealed_content(draft)
    message, other = parsed(content), parsed(sealed_content(plain))
    head = content.partition(b"\r\n\r\n")[0]
    assert list(message.keys()) == list(other.keys())
    assert message.defects == []
    assert head.isascii() and max(map(len, head.split(b"\r\n"))) <= LONGEST
    for name, address in (("To", READER), ("From", SENDER)):
        assert [each.addr_spec for each in message[name].addresses] == [address]
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert structure(draft.html) == structure(plain.html)
    assert entry.read in body(message, "plain")
    assert entry.read in shown(body(message, "html"))
    assert links_of(draft.html) == links_of(plain.html)
    request = request_body(draft, from_address=SENDER, attempt_id=ATTEMPT)
    (person,) = request["personalizations"]
    assert [each["email"] for each in person["to"]] == [READER]
    for words in (person["to"][0].get("name", ""), request["from"]["name"]):
        assert len(words.splitlines()) <= 1
        assert not set(words) & set('<>@"\\')


def links_of(html: str) -> list[object]:
    return [each["href"] for each in BeautifulSoup(html, "html.parser")("a", href=True)]
