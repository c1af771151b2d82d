"""The mails that ask a buyer: their words, their links, and what they must never say."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from survey.config import shipped_folder
from survey.deals.types import Outcome
from survey.invitations import emails
from survey.invitations.emails import Asked, AskedAgain
from survey.invitations.queries.asked import to_ask
from survey.invitations.rules.wording import shipped
from survey.invitations.types import Links, MailKind
from survey.mail.rendering import Stationery
from survey.mail.types import Draft, Letterhead
from survey.questionnaires.documents import read_document, shipped_document
from tests.factories import (
    make_account,
    make_campaign,
    make_contact,
    make_deal,
    make_invitation,
    make_reminder,
    make_user,
    make_version,
)
from tests.mail.snapshots import assert_as_approved, links_in_html, links_in_text

STATIONERY = Stationery(shipped_folder("templates") / "mail")
LETTERHEAD = Letterhead(
    company="Northwind",
    postal_address="Northwind B.V.\nKade 12\n1011 AB Amsterdam",
    colour="#1f5f5b",
    base_url="https://survey.northwind.example",
)
DECIDED = ["price", "people", "their_side", "product", "systems", "company", "getting_started"]
ORDERS = {
    Outcome.LOST: [*DECIDED, "something_else"],
    Outcome.WON: [*DECIDED, "something_else"],
    Outcome.NO_DECISION: [
        "not_sure", "product", "no_money", "good_enough", "price", "not_agreed", "other_work",
        "something_else",
    ],
}  # fmt: skip
# People whose draws are in that order: found by trying one after the other.
SEEDS = {Outcome.LOST: "buyer-3863", Outcome.WON: "buyer-3863", Outcome.NO_DECISION: "buyer-10880"}
LAST = AskedAgain("Last week", is_last=True)
LINKS = Links(answer="ANSWER-TOKEN", opt_out="OPT-OUT-TOKEN")


def asked_about(session: Session, outcome: Outcome) -> Asked:
    """What the mail says of a buyer whose deal ended so."""
    key = "won" if outcome is Outcome.WON else "not_won"
    deal = make_deal(
        session,
        name="INTERNAL-NAME Q3 upsell",
        stage="INTERNAL-STAGE",
        amount_minor=4_711_000,
        currency="EUR",
        account=make_account(session),
        outcome=outcome,
        product="Atlas",
        opened_on=date(2026, 3, 4),
        closed_on=date(2026, 6, 30),
        seller=make_user(session, name="Sam Okafor"),
    )
    campaign = make_campaign(
        session,
        phone="+31 20 555 0100",
        sender_is_not_in_sales=True,
        sender_reads_every_answer=True,
    )
    invitation = make_invitation(
        session,
        deal=deal,
        campaign=campaign,
        contact=make_contact(session, account=deal.account, name="Jane Doe"),
        version=make_version(session, document=shipped_document(key)),
        public_id=SEEDS[outcome],
    )
    invitation.campaign.public_id = "campaign"
    document = read_document(invitation.version.document, outcome)
    return emails.asked_by(
        to_ask(invitation),
        document,
        emails.sender_of(campaign),
        to_address="jane@buyer.example",
        company="Northwind",
        words=shipped(MailKind.INVITATION, outcome),
    )


def draft_of(asked: Asked) -> Draft:
    return emails.invitation(STATIONERY, LETTERHEAD, asked, LINKS)


@pytest.mark.parametrize("outcome", [Outcome.LOST, Outcome.NO_DECISION, Outcome.WON])
def test_invitation_reads_as_approved(session: Session, outcome: Outcome):
    assert_as_approved(draft_of(asked_about(session, outcome)), f"invitation_{outcome}")


def reminder_of(asked: Asked, again: AskedAgain = LAST) -> Draft:
    words = shipped(MailKind.REMINDER, asked.asked_as)
    return emails.reminder(STATIONERY, LETTERHEAD, replace(asked, words=words), again, LINKS)


def test_reminder_reads_as_approved(session: Session):
    assert_as_approved(reminder_of(asked_about(session, Outcome.LOST)), "reminder")


def test_reminder_holds_the_same_question_and_links_as_the_invitation(session: Session):
    asked = asked_about(session, Outcome.NO_DECISION)

    first, again = draft_of(asked), reminder_of(asked)

    assert links_in_text(again) == links_in_html(again) == links_in_text(first)
    assert again.list_id == first.list_id
    assert again.opt_out_url == first.opt_out_url


def test_reminder_calls_itself_the_last_only_where_it_is(session: Session):
    asked = asked_about(session, Outcome.LOST)

    first = reminder_of(asked, AskedAgain("Last week", is_last=False))
    last = reminder_of(asked, LAST)

    for words in (last.text, last.html):
        assert "If not, this is the last mail about it." in words
    for words in (first.text, first.html):
        assert "If not, I will ask once more, and then leave it." in words
        assert "the last mail" not in words


@pytest.mark.parametrize(
    ("most", "promise"),
    [
        (0, "You will not be reminded."),
        (1, "You will get one reminder at most."),
        (2, "You will get two reminders at most."),
    ],
)
def test_invitation_promises_as_many_reminders_as_there_may_be(
    session: Session, most: int, promise: str
):
    draft = draft_of(replace(asked_about(session, Outcome.WON), reminders_at_most=most))

    for words in (draft.text, draft.html):
        assert promise in words


def test_reminder_knows_whether_it_is_the_last_and_when_we_asked(
    session: Session, moment: datetime
):
    campaign = make_campaign(session, reminders=2)
    invitation = make_invitation(session, campaign=campaign, reminders_at_most=2, sent_at=moment)
    first = make_reminder(session, invitation=invitation)
    second = make_reminder(session, invitation=invitation, number=2)

    said = [
        emails.asked_again(first, now=moment + timedelta(days=7)),
        emails.asked_again(second, now=moment + timedelta(days=14)),
    ]

    assert said == [
        AskedAgain("Last week", is_last=False),
        AskedAgain("Some weeks ago", is_last=True),
    ]


@pytest.mark.parametrize("outcome", [Outcome.LOST, Outcome.NO_DECISION, Outcome.WON])
def test_text_and_html_hold_the_same_links(session: Session, outcome: Outcome):
    draft = draft_of(asked_about(session, outcome))

    assert links_in_text(draft) == links_in_html(draft)


def test_the_choices_are_links_in_the_order_of_this_person(session: Session):
    draft = draft_of(asked_about(session, Outcome.LOST))

    addresses = [line for line in draft.text.splitlines() if "?choice=" in line]
    assert [each.partition("?choice=")[2] for each in addresses] == ORDERS[Outcome.LOST]
    assert "https://survey.northwind.example/s/ANSWER-TOKEN?choice=price" in draft.text


def test_mail_to_a_buyer_names_its_list_and_the_way_out(session: Session):
    draft = draft_of(asked_about(session, Outcome.LOST))

    assert draft.opt_out_url == "https://survey.northwind.example/o/OPT-OUT-TOKEN"
    assert draft.list_id == "campaign.survey.northwind.example"
    assert draft.reply_to == "noor@northwind.example"
    assert draft.from_name == "Noor de Wit, Northwind"
    for words in (draft.text, draft.html):
        assert "Northwind B.V., Kade 12, 1011 AB Amsterdam" in words
        assert draft.opt_out_url in words
        assert "https://survey.northwind.example/privacy" in words


@pytest.mark.parametrize("outcome", [Outcome.LOST, Outcome.NO_DECISION, Outcome.WON])
def test_nothing_internal_of_the_deal_is_said(session: Session, outcome: Outcome):
    draft = draft_of(asked_about(session, outcome))

    for words in (draft.subject, draft.text, draft.html):
        assert "INTERNAL" not in words
        assert "4711" not in words
        assert "47,110" not in words


def test_promises_are_made_only_where_they_are_true(session: Session):
    asked = asked_about(session, Outcome.LOST)
    modest = replace(asked, is_not_in_sales=False, reads_every_answer=False)

    honest, bare = draft_of(asked), draft_of(modest)

    for words in (honest.text, honest.html):
        assert "I am not in sales, and nobody will try to change your mind." in words
        assert "I read every answer myself." in words
    for words in (bare.text, bare.html):
        assert "not in sales" not in words
        assert "Nobody will try to change your mind." in words
        assert "read every answer" not in words


@pytest.mark.parametrize("name", ["", "SMITH, JOHN", "JANE DOE", "j.doe"])
def test_a_name_that_is_missing_or_shouting_gives_a_plain_hello(session: Session, name: str):
    draft = draft_of(replace(asked_about(session, Outcome.LOST), to_name=name))

    assert draft.text.startswith("Hello,\n")
    assert ">Hello,<" in draft.html


def test_what_is_not_known_is_not_said(session: Session):
    asked = replace(
        asked_about(session, Outcome.LOST), product="", seller_name="", when="recently", phone=""
    )

    draft = draft_of(asked)

    assert draft.subject == "Your Northwind decision: what can we learn?"
    assert "You looked at Northwind recently and decided not to go ahead with us." in draft.text
    assert "because you were in touch with Northwind. You will" in draft.text
    assert "None" not in draft.text + draft.html


def test_what_people_typed_stays_text(session: Session):
    evil = '<script>alert(1)</script>{{ 7*7 }}"'
    asked = asked_about(session, Outcome.LOST)
    asked = replace(asked, to_name=evil, product=evil, seller_name=evil, sender_name=evil)

    draft = draft_of(asked)

    assert "<script" not in draft.html
    assert "49" not in draft.html + draft.text


@pytest.mark.parametrize("outcome", [Outcome.LOST, Outcome.NO_DECISION, Outcome.WON])
def test_a_mail_is_small_and_fetches_nothing(session: Session, outcome: Outcome):
    draft = draft_of(asked_about(session, outcome))

    assert len(draft.html.encode()) + len(draft.text.encode()) <= 30_000
    for fetching in ("<img", "<link", "@import", "url(", "<script", "fonts."):
        assert fetching not in draft.html


def test_the_template_is_compiled_once(tmp_path: Path):
    folder = tmp_path / "note"
    folder.mkdir()
    (folder / "subject.txt").write_text("A note")
    (folder / "body.txt").write_text("{{ words }}")
    body = folder / "body.mjml"
    body.write_text("<mjml><mj-body><mj-raw><p>{{ words }}</p></mj-raw></mj-body></mjml>")
    stationery = Stationery(tmp_path)

    first = stationery.write("note", {"words": "one & only"})
    body.unlink()
    second = stationery.write("note", {"words": "two"})

    assert "<p>one &amp; only</p>" in first.html
    assert first.text == "one & only\n"
    assert "<p>two</p>" in second.html
