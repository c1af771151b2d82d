"""What people are called comes out as it was entered, as text, wherever a mail goes."""

import email
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import compat32, default
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from survey.company.queries import letterhead
from survey.deals.models import Contact, Deal
from survey.deals.types import Outcome
from survey.invitations import emails
from survey.invitations.emails import AskedAgain
from survey.invitations.models import Campaign, Invitation
from survey.invitations.queries.asked import to_ask
from survey.invitations.rules.wording import shipped
from survey.invitations.types import MailKind
from survey.mail.providers.file import FileProvider
from survey.mail.providers.mime import sealed
from survey.mail.providers.sendgrid import request_body
from survey.mail.providers.smtp import SmtpProvider
from survey.mail.types import Draft, Letterhead, NeverSend
from survey.questionnaires.documents import read_document, shipped_document
from survey.team import emails as team_emails
from survey.team.models import User
from tests.factories import make_company
from tests.letters.address_book import ENTRIES, Entry
from tests.letters.samples import LINKS, SENT_AT, STATIONERY
from tests.mail.providers.servers import SmtpAnswers, smtp_server

SENDER, READER = "survey@northwind.example", "jane@buyer.example"
ATTEMPT = "5f1d7c" * 5
LONGEST = 300
every_entry = pytest.mark.parametrize(
    "entry", [pytest.param(e, id=repr(e.read)[:40]) for e in ENTRIES]
)
every_kind = pytest.mark.parametrize("kind", list(MailKind))


def asking(kind: MailKind, name: str) -> Draft:
    """A mail in which everybody and everything is called that."""
    campaign = Campaign(
        public_id="c4mp41gn",
        sender_name=name,
        sender_role=name,
        phone=name,
        reply_to="noor@northwind.example",
    )
    invitation = Invitation(
        campaign=campaign,
        deal=Deal(product=name, seller=User(name=name)),
        contact=Contact(name=name, email=READER),
        asked_as=Outcome.LOST,
        public_id="somebody",
        reminders_at_most=1,
    )
    head = Letterhead(name, name, "#1f5f5b", "https://survey.northwind.example")
    document = read_document(shipped_document("not_won"), Outcome.LOST)
    words = shipped(kind, Outcome.LOST)
    asked = emails.asked_by(
        to_ask(invitation),
        document,
        emails.sender_of(invitation.campaign),
        to_address=READER,
        company=name,
        words=words,
    )
    if kind is MailKind.REMINDER:
        again = AskedAgain("Last week", is_last=True)
        return emails.reminder(STATIONERY, head, asked, again, LINKS)
    return emails.invitation(STATIONERY, head, asked, LINKS)


def expected_subject(kind: MailKind, name: str) -> str:
    words = shipped(kind, Outcome.LOST).subject.partition("{product}")
    return f"{words[0]}{name}{words[2]}"[:LONGEST]


def structure(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page and their attributes, without what they say."""
    return [(each.name, tuple(each.attrs)) for each in BeautifulSoup(html, "html.parser")(True)]


def shown(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def assert_one_plain_mail(content: bytes, kind: MailKind, entry: Entry) -> None:
    message, plain = parsed(content), parsed(sealed_content(asking(kind, "Ann")))
    head = content.partition(b"\r\n\r\n")[0]
    assert list(message.keys()) == list(plain.keys())
    assert message.defects == []
    assert str(message["Subject"]) == expected_subject(kind, entry.read)
    for name, address in (("To", READER), ("From", SENDER), ("Reply-To", "noor@northwind.example")):
        assert [each.addr_spec for each in message[name].addresses] == [address]
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert entry.read in body(message, "plain")
    assert entry.read in shown(body(message, "html"))
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= LONGEST
    old = email.message_from_bytes(content, policy=compat32)
    assert list(old.keys()) == list(plain.keys())


def sealed_content(draft: Draft) -> bytes:
    return sealed(draft, from_address=SENDER, attempt_id=ATTEMPT, now=SENT_AT).content


def test_the_book_has_forty_entries():
    assert len({entry.entered for entry in ENTRIES}) >= 40


@every_kind
@every_entry
def test_a_name_is_text_in_both_readings(entry: Entry, kind: MailKind):
    draft = asking(kind, entry.entered)

    assert entry.read in " ".join(draft.text.split())
    assert entry.read in shown(draft.html)
    assert structure(draft.html) == structure(asking(kind, "Ann").html)
    assert draft.subject == expected_subject(kind, entry.read) or len(draft.subject) > LONGEST


@every_kind
@every_entry
def test_a_name_is_text_in_the_bytes(entry: Entry, kind: MailKind):
    assert_one_plain_mail(sealed_content(asking(kind, entry.entered)), kind, entry)


@every_entry
def test_a_name_is_text_in_the_request_to_sendgrid(entry: Entry):
    draft = asking(MailKind.INVITATION, entry.entered)

    request = request_body(draft, from_address=SENDER, attempt_id=ATTEMPT)

    (person,) = request["personalizations"]
    assert [each["email"] for each in person["to"]] == [READER]
    assert request["subject"] == expected_subject(MailKind.INVITATION, entry.read)
    for words in (person["to"][0].get("name", ""), request["from"]["name"]):
        assert len(words.splitlines()) <= 1
        assert not set(words) & set('<>@"\\')
    assert entry.read in " ".join(request["content"][0]["value"].split())
    assert set(request["headers"]) == {
        "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "X-Survey-Attempt",
    }  # fmt: skip


@pytest.fixture
def server() -> Iterator[SmtpAnswers]:
    with smtp_server(SmtpAnswers()) as answers:
        yield answers


def test_the_whole_book_arrives_by_smtp_and_in_files(server: SmtpAnswers, tmp_path: Path):
    kind = MailKind.INVITATION
    smtp = SmtpProvider(
        f"smtp://127.0.0.1:{server.port}", from_address=SENDER, timeout_s=5, now=lambda: SENT_AT
    )
    files = FileProvider(tmp_path, from_address=SENDER, now=lambda: SENT_AT)
    for number, entry in enumerate(ENTRIES):
        attempt_id = f"{number:030x}"
        for provider in (smtp, files):
            provider.hand_over(asking(kind, entry.entered), attempt_id=attempt_id)

    assert len(server.received) == len(list(tmp_path.iterdir())) == len(ENTRIES)
    for entry, received, path in zip(
        ENTRIES, server.received, sorted(tmp_path.iterdir()), strict=True
    ):
        assert_one_plain_mail(received, kind, entry)
        assert_one_plain_mail(path.read_bytes(), kind, entry)
    assert {each for each in server.commands if "TO:" in each.upper()} == {f"rcpt TO:<{READER}>"}


@every_entry
def test_a_reply_address_is_one_address_or_no_mail_leaves(entry: Entry):
    draft = asking(MailKind.INVITATION, "Ann")
    wrong = Draft(
        to_address=READER,
        to_name="",
        subject="",
        text="",
        html="",
        from_name="",
        reply_to=f"{entry.entered}@northwind.example x@evil.example",
    )

    assert draft.reply_to == "noor@northwind.example"
    with pytest.raises(NeverSend):
        sealed_content(wrong)


def test_a_company_is_text_in_the_mails_to_its_own_people(session: Session):
    company = make_company(session, postal_address="Kade 12\nAmsterdam")
    plain = structure(reset_mail(session, "Ann").html)
    for entry in ENTRIES:
        # Not flushed: PostgreSQL would not even keep some of them.
        company.name = company.postal_address = entry.entered

        draft = reset_mail(session, entry.entered)

        message = parsed(sealed_content(draft))
        assert [each.addr_spec for each in message["To"].addresses] == ["sam@northwind.example"]
        assert "Bcc" not in message
        assert structure(draft.html) == plain
        assert entry.read in shown(draft.html)


def reset_mail(session: Session, name: str) -> Draft:
    base_url = "https://survey.northwind.example"
    with session.no_autoflush:
        head = letterhead(session, base_url=base_url, postal_address="")
    return team_emails.password_reset(
        STATIONERY,
        head,
        to_address="sam@northwind.example",
        name=name,
        reset_url=f"{base_url}/reset/TOKEN",
        hours=24,
    )
