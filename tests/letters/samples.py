"""Each kind of mail once, with facts as they are in life."""

from dataclasses import replace
from datetime import UTC, datetime

from survey.config import shipped_folder
from survey.deals.types import Outcome
from survey.insights.types import Coverage
from survey.invitations import emails
from survey.invitations.emails import Asked, AskedAgain, Choice
from survey.invitations.rules.wording import shipped
from survey.invitations.types import Links, MailKind, MailWords
from survey.kit.clock import Month
from survey.mail.rendering import Stationery
from survey.mail.types import Draft, Letterhead
from survey.questionnaires.documents import read_document, shipped_document
from survey.questionnaires.rules import say
from survey.reports import emails as report_emails
from survey.reports.types import Method, MonthFigures, Period, QuoteRef
from survey.responses import emails as response_emails
from survey.responses.emails import Thanked
from survey.team import emails as team_emails
from survey.team.types import Role

SENT_AT = datetime(2026, 10, 15, 10, 30, tzinfo=UTC)
STATIONERY = Stationery(shipped_folder("templates") / "mail")
LETTERHEAD = Letterhead(
    company="Northwind Planning",
    postal_address="Northwind Planning B.V.\nKade 12\n1011 AB Amsterdam",
    colour="#1f5f5b",
    base_url="https://survey.northwind.example",
)
LINKS = Links(
    answer="rV6mJ0p2xXk5mJ8v0yqJ3mT4c1ZtqUwJ6b7Lk2Yh9aQ",
    opt_out="q9Z1sX7nB4kL0dF2gH5jW8eR3tY6uI1oP0aS4dF7gHk",
)


def asked(outcome: Outcome = Outcome.LOST, kind: MailKind = MailKind.INVITATION) -> Asked:
    document = read_document(
        shipped_document("won" if outcome is Outcome.WON else "not_won"), outcome
    )
    question = document.question(document.first)
    return Asked(
        to_address="jane.doe@buyer.example",
        to_name="Jane Doe",
        asked_as=outcome,
        product="Atlas",
        when="between March and June",
        seller_name="Sam Okafor",
        question=say(question.label, {}),
        choices=tuple(Choice(each.key, each.label) for each in question.choices),
        sender_name="Noor de Wit",
        sender_role="Head of Research",
        reply_to="noor@northwind.example",
        phone="+31 20 555 0100",
        is_not_in_sales=True,
        reads_every_answer=True,
        campaign_public_id="c4mp41gn",
        reminders_at_most=1,
        words=shipped(kind, outcome),
    )


def invitation(outcome: Outcome) -> Draft:
    return emails.invitation(STATIONERY, LETTERHEAD, asked(outcome), LINKS)


def reminder(*, is_last: bool) -> Draft:
    again = AskedAgain("Last week", is_last=is_last)
    return emails.reminder(STATIONERY, LETTERHEAD, asked(kind=MailKind.REMINDER), again, LINKS)


def in_own_words() -> dict[tuple[str, str], Draft]:
    """A campaign's own subject and text, as people write them, with every field put in."""
    words = MailWords("{first_name}, two minutes about {product}?", _OWN_WORDS)
    again = MailWords(
        "Still curious about {product}", f"{{asked_when}} I wrote to you.\n\n{_OWN_WORDS}"
    )
    asked_once = replace(asked(), words=words)
    asked_again = replace(asked(kind=MailKind.REMINDER), words=again)
    told = AskedAgain("Last week", is_last=True)
    return {
        ("own_words", "invitation"): emails.invitation(STATIONERY, LETTERHEAD, asked_once, LINKS),
        ("own_words", "reminder"): emails.reminder(
            STATIONERY, LETTERHEAD, asked_again, told, LINKS
        ),
    }


_OWN_WORDS = """Dear {first_name},

{when} you looked at {product} with {seller_name}. I am {sender_name}, {sender_role} at {company}, \
and I would like to understand what decided it for you.

{promise}

You reach me at {phone} as well."""


def password_reset() -> Draft:
    return team_emails.password_reset(
        STATIONERY,
        LETTERHEAD,
        to_address="sam@northwind.example",
        name="Sam Okafor",
        reset_url=f"{LETTERHEAD.base_url}/reset/8k2m4n.1792139400.5f1d7c",
        hours=24,
    )


def welcome() -> Draft:
    return team_emails.welcome(
        STATIONERY,
        LETTERHEAD,
        to_address="sam@northwind.example",
        name="Sam Okafor",
        role=Role.SELLER,
        reset_url=f"{LETTERHEAD.base_url}/reset/8k2m4n.1792139400.5f1d7c",
        hours=24,
    )


def month_of_october() -> MonthFigures:
    nothing = Period(
        first=Month(2025, 11),
        last=Month(2026, 10),
        coverage=Coverage(
            closed=1412, eligible=610, invited=488, delivered=471, started=80, answered=56, held=9
        ),
        outcomes=(),
        competitors=(),
    )
    return MonthFigures(
        month=Month(2026, 10),
        headline="6 answers arrived in October 2026 (4 lost, 2 won). The twelve months to then: "
        "56 answers from 1,412 closed deals. What weighed most in answered losses was "
        "“Price, terms, or worth”, in 14 of 38 (24 to 53 %).",
        this_month=nothing,
        year=nothing,
        quotes=(QuoteRef("r3sp0ns3", "different"),),
        method=Method(
            answers=6,
            cut_at=SENT_AT,
            release=1,
            questionnaires=("not_won 1",),
            grey_threshold=5,
            anonymity_threshold=5,
            company="Northwind Planning",
            time_zone="Europe/Amsterdam",
        ),
    )


def report() -> Draft:
    return report_emails.month_ready(
        STATIONERY,
        LETTERHEAD,
        to_address="mara@northwind.example",
        name="Mara Lind",
        figures=month_of_october(),
    )


def thanks() -> Draft:
    thanked = Thanked(
        to_address="jane.doe@buyer.example",
        to_name="Jane Doe",
        first_name="Jane",
        product="Atlas",
        stored="Your answer is stored; the people you dealt with can see it.",
        promise="Noor de Wit reads it this week, and it counts in the next monthly summary.",
        date="14 November 2026",
        sender_name="Noor de Wit",
        sender_role="Head of Research",
        reply_to="noor@northwind.example",
        phone="+31 20 555 0100",
        campaign_public_id="c4mp41gn",
    )
    return response_emails.thanks(STATIONERY, LETTERHEAD, thanked, LINKS)


def every_mail() -> dict[tuple[str, str], Draft]:
    """By kind and variant."""
    return {
        **{("invitation", each.value): invitation(each) for each in _ASKED_ABOUT},
        ("reminder", "last"): reminder(is_last=True),
        ("reminder", "first_of_two"): reminder(is_last=False),
        ("password_reset", ""): password_reset(),
        ("welcome", ""): welcome(),
        ("report", ""): report(),
        ("thanks", ""): thanks(),
    }


_ASKED_ABOUT = (Outcome.LOST, Outcome.NO_DECISION, Outcome.WON)
