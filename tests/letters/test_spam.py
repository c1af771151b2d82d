"""What Debian's SpamAssassin thinks of our mails, offline, as a buyer's server would get them."""

import re
import subprocess
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from survey.kit import clock
from survey.mail.providers.mime import sealed
from survey.mail.types import Draft
from tests.letters.samples import every_mail

WORST = 0.5
_SCORE = re.compile(r"^X-Spam-Status: .*?score=(-?[\d.]+)", re.MULTILINE)
_TESTS = re.compile(r"tests=([A-Z0-9_,\s]+?)\s+autolearn")


@pytest.mark.spamassassin
def test_no_mail_looks_like_spam():
    mails = every_mail()
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
    assert {name: each for name, each in told.items() if each[0] > WORST} == {}


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
