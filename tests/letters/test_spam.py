"""What Debian's SpamAssassin thinks of our mails, offline, as a buyer's server would get them."""

import re
import subprocess
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime

import pytest
from sqlalchemy.orm import Session

from survey.company.models import Company
from survey.config import Settings
from survey.deals.types import Outcome
from survey.invitations.actions.wording import send_test
from survey.invitations.types import MailKind
from survey.kit import clock
from survey.letters.kinds import letters_of
from survey.mail.models import Message
from survey.mail.providers.mime import sealed
from survey.mail.types import Draft
from survey.questionnaires.documents import shipped_document
from tests.factories import (
    make_campaign,
    make_company,
    make_deal,
    make_questionnaire,
    make_user,
    make_version,
    make_wording,
)
from tests.factories.rows import the_only
from tests.letters.samples import SENT_AT, every_mail, in_own_words

WORST = 0.5
_SCORE = re.compile(r"^X-Spam-Status: .*?score=(-?[\d.]+)", re.MULTILINE)
_TESTS = re.compile(r"tests=([A-Z0-9_,\s]+?)\s+autolearn")


@pytest.mark.spamassassin
def test_no_mail_looks_like_spam():
    assert suspected(every_mail()) == {}


@pytest.mark.spamassassin
def test_no_mail_in_a_campaigns_own_words_looks_like_spam():
    assert suspected(in_own_words()) == {}


@pytest.mark.spamassassin
def test_no_mail_that_somebody_tries_on_themselves_looks_like_spam(
    session: Session, settings: Settings
):
    tried = {}
    for kind in MailKind:
        for own in (False, True):
            message = try_on_oneself(session, kind, in_own_words=own)
            draft = letters_of(settings)[message.kind].shown(session, message)
            assert draft is not None
            tried[("test", f"{kind}, own words: {own}")] = draft

    assert suspected(tried) == {}


def try_on_oneself(session: Session, kind: MailKind, *, in_own_words: bool) -> Message:
    """What the button “Send a test to myself” puts in the outbox."""
    if the_only(session, Company) is None:
        make_company(session, name="Northwind", postal_address="Kade 12\nAmsterdam")
    questionnaire = make_questionnaire(session)
    make_version(session, questionnaire=questionnaire, document=shipped_document("not_won"))
    campaign = make_campaign(session, questionnaire=questionnaire)
    if in_own_words:
        make_wording(
            session, campaign=campaign, kind=kind, body="Dear {first_name},\n\nwhy not {product}?"
        )
    return send_test(
        session,
        campaign,
        kind=kind,
        asked_as=Outcome.LOST,
        deal=make_deal(session, product="Atlas"),
        to=make_user(session, email=f"mara{campaign.id}@northwind.example"),
        now=SENT_AT,
    )


def suspected(mails: Mapping[tuple[str, str], Draft]) -> dict[str, list[object]]:
    """Which of these mails score more than they may, how much, and for what."""
    box = b"".join(
        b"From MAILER-DAEMON Thu Oct 15 10:30:00 2026\n" + arrived(draft) + b"\n"
        for draft in mails.values()
    )
    judged = subprocess.run(
        ["spamassassin", "-L", "-t", "--mbox"], input=box, capture_output=True, check=True
    ).stdout.decode("utf-8", "replace")
    scores = [float(score) for score in _SCORE.findall(judged)]
    reasons = _TESTS.findall(judged)
    told = {" ".join(name): each for name, *each in zip(mails, scores, reasons, strict=True)}
    return {name: each for name, each in told.items() if each[0] > WORST}


def arrived(draft: Draft) -> bytes:
    """The mail as it stands in the mailbox of its reader: with the traces of one hand-over."""
    now = clock.now()
    mail = sealed(draft, from_address="survey@northwind.example", attempt_id="5f1d7c" * 5, now=now)
    traces = EmailMessage()
    # The address of example.com: those set aside for examples count as forged.
    traces["Received"] = (
        "from mail.northwind.example (mail.northwind.example [93.184.215.14]) by mx.buyer.example"
        f" (Postfix) with ESMTPS id 4XTd0h2KVbz9rxL for <{draft.to_address}>;"
        f" {format_datetime(now)}"
    )
    return traces.as_bytes().rstrip(b"\n") + b"\n" + mail.content.replace(b"\r\n", b"\n")
