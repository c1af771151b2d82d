"""The choices of the first question: shuffled for each buyer, the same in mail and on page."""

import re
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import Desk
from survey.questionnaires.documents import shipped_document
from tests.asking import ask_due
from tests.factories import (
    MOMENT,
    make_campaign,
    make_company,
    make_deal,
    make_deal_contact,
    make_version,
)
from tests.letters.mailbox import html_of, mails, text_of
from tests.pages import CheckingClient

BUYERS = 6
ON_PAGE = re.compile(r'name="weighed" id="\S+" value="(\w+)".*?<label[^>]*>([^<]+)<', re.DOTALL)
REASONS = {
    Outcome.LOST: {
        "The product itself",
        "Fit with our systems, security or data rules",
        "Price, terms, or whether it was worth it",
        "The work or time to get started",
        "The people we dealt with",
        "Confidence in you as a company",
        "Our own side: budget, timing, what we have",
    },
    Outcome.NO_DECISION: {
        "No money for it",
        "Other work came first",
        "We did not all agree",
        "What we have is good enough",
        "We could not be sure it would work out",
        "Price, or whether it was worth it",
        "The product, or getting it running",
    },
    Outcome.WON: {
        "The product itself",
        "Fit with our systems, security or data rules",
        "Price, terms, or whether it was worth it",
        "The work or time to get started",
        "The people we dealt with",
        "Confidence in you as a company",
        "Our own side: a deadline, a change, the old solution",
    },
}


def ask_buyers(session: Session, outcome: Outcome) -> None:
    """Several buyers are asked, as the job asks them."""
    make_company(session, name="Northwind", postal_address="Kade 12\nAmsterdam")
    campaign = make_campaign(session, **{"lost_delay_days": None, f"{outcome}_delay_days": 10})
    key = "won" if outcome is Outcome.WON else "not_won"
    make_version(session, questionnaire=campaign.questionnaire, document=shipped_document(key))
    for _ in range(BUYERS):
        make_deal_contact(session, deal=make_deal(session, outcome=outcome))
    assert ask_due(session, now=MOMENT) == BUYERS


def shown_to_one_buyer(client: CheckingClient, mail: EmailMessage) -> list[str]:
    """What one buyer reads, in mail and on page: the same words in the same order."""
    in_text = re.findall(r"^- (.+)\n  \S+/s/(\S+)\?choice=(\w+)$", text_of(mail), re.MULTILINE)
    in_html = re.findall(r"/s/(\S+)\?choice=(\w+)\"[^>]*>([^<]+)</a>", html_of(mail))
    labels, tokens, keys = zip(*in_text, strict=True)
    wanted = list(zip(keys, labels, strict=True))
    page = client.get(f"/s/{tokens[0]}?choice={keys[0]}").text
    on_page = ON_PAGE.findall(page)
    assert [(key, unescape(label)) for _, key, label in in_html] == wanted
    assert [(key, unescape(label)) for key, label in on_page] == wanted
    assert page.count(" checked") == 1
    return list(labels)


@pytest.mark.parametrize("outcome", REASONS)
def test_mail_and_page_show_one_order(
    client: CheckingClient,
    session: Session,
    desk: Desk,
    tmp_path: Path,
    outcome: Outcome,
) -> None:
    ask_buyers(session, outcome)
    session.commit()

    with time_machine.travel(desk.now(), tick=False):
        assert deliver_due(desk) == Delivered(accepted=BUYERS)
        orders = [shown_to_one_buyer(client, mail) for mail in mails(tmp_path)]

    assert len(orders) == BUYERS
    assert (
        len({tuple(order) for order in orders}) > 1
    )  # 7! ways: six alike would be drawn once in 10^18
    for order in orders:
        assert set(order[:-1]) == REASONS[outcome]
        assert order[-1] == "Something else"
