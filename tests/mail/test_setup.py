"""What an operator must set so that mail arrives, and whether receipts come back."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from survey.mail.setup import Given, HeardLately, MailSetup, heard_lately, mail_setup
from survey.mail.types import AttemptOutcome
from tests.factories import MOMENT, make_attempt, make_message, make_receipt
from tests.test_config import SAFE

NOW = MOMENT + timedelta(hours=12)


def setup_of(session: Session, provider: str = "sendgrid", **changes: str) -> MailSetup:
    given = {
        "provider": provider,
        "mail_from": "Noor de Wit <noor@Northwind.example>",
        "base_url": "https://survey.northwind.example",
        "webhook_key": "",
    }
    return mail_setup(session, Given(**given | changes), now=NOW)


def accepted(session: Session, hours_ago: float, *, receipts_heard: int = 0) -> None:
    at = NOW - timedelta(hours=hours_ago)
    message = make_message(session, receipts_heard=receipts_heard)
    make_attempt(
        session,
        message=message,
        provider="sendgrid",
        claimed_at=at,
        finished_at=at,
        outcome=AttemptOutcome.ACCEPTED,
    )


@pytest.mark.parametrize(
    ("provider", "records"),
    [
        (
            "sendgrid",
            [
                ("CNAME", "em….northwind.example"),
                ("CNAME", "s1._domainkey.northwind.example"),
                ("CNAME", "s2._domainkey.northwind.example"),
                ("TXT", "_dmarc.northwind.example"),
            ],
        ),
        (
            "smtp",
            [
                ("TXT", "northwind.example"),
                ("TXT", "…._domainkey.northwind.example"),
                ("TXT", "_dmarc.northwind.example"),
            ],
        ),
        ("file", []),
    ],
)
def test_the_records_are_those_of_the_senders_domain(
    provider: str, records: list[tuple[str, str]], session: Session
) -> None:
    found = setup_of(session, provider)

    assert [(record.kind, record.name) for record in found.records] == records
    assert (found.webhook is not None) == (provider == "sendgrid")


def test_without_a_sender_the_records_stay_nameless(session: Session) -> None:
    found = setup_of(session, mail_from="")

    assert found.domain == ""
    assert found.records[-1].name == "_dmarc.your-domain.example"
    assert "SURVEY_MAIL_FROM" in found.advice[0]


def test_the_webhook_is_told_with_its_key(session: Session) -> None:
    key = str(SAFE["sendgrid_webhook_public_key"])

    ready = setup_of(session, webhook_key=key).webhook
    unset = setup_of(session).webhook
    wrong = setup_of(session, webhook_key="AAAA")

    assert ready is not None
    assert unset is not None
    assert wrong.webhook is not None
    assert ready.address == "https://survey.northwind.example/hooks/sendgrid"
    assert [ready.is_ready, unset.is_ready, wrong.webhook.is_ready] == [True, False, False]
    assert "not readable" in wrong.broken[0]


def test_mails_and_receipts_of_a_day_are_counted(session: Session) -> None:
    accepted(session, 30)
    accepted(session, 20, receipts_heard=2)
    accepted(session, 2)
    accepted(session, 0.5)
    make_receipt(session, received_at=NOW - timedelta(hours=19))

    heard = heard_lately(session, provider="sendgrid", now=NOW)

    assert heard == HeardLately(NOW - timedelta(hours=19), accepted=3, heard_of=1, silent=0)


def test_silence_after_an_hour_is_broken(session: Session) -> None:
    accepted(session, 3)
    accepted(session, 2)
    accepted(session, 0.5)

    found = setup_of(session)

    assert found.heard.silent == 2
    assert found.broken[0].startswith("SendGrid took 2 of our mails more than an hour ago")


def test_silence_within_an_hour_is_no_fault(session: Session) -> None:
    accepted(session, 0.5)

    assert setup_of(session).broken == ()


def test_a_mail_server_s_silence_is_no_fault(session: Session) -> None:
    accepted(session, 3)

    assert setup_of(session, "smtp").broken == ()
