"""What an operator must set, here and elsewhere, so that mail arrives and receipts come back. Looks
at nothing outside: it says what to look for, and what was heard.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from survey.mail.models import Attempt, Message, Receipt
from survey.mail.providers.signatures import KeyNotReadable, verification_key
from survey.mail.types import AttemptOutcome

_SENDGRID = "sendgrid"
_SMTP = "smtp"
_LATELY = timedelta(hours=24)
_PATIENCE = timedelta(hours=1)
"""A receipt usually comes within seconds; after so long without any, something is not set."""
_WHERE_KEY = "SendGrid: Settings, Mail Settings, Event Webhook, Security: Signed Event Webhook"


@dataclass(frozen=True, slots=True)
class Given:
    """What the settings say of mail."""

    provider: str
    mail_from: str
    base_url: str
    webhook_key: str


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """One record of the sender's domain, and what it should hold."""

    kind: str
    name: str
    look_for: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the provider must send its events, and whether we can tell that they are its own."""

    address: str
    key_words: str
    is_ready: bool


@dataclass(frozen=True, slots=True)
class HeardLately:
    """What came back in the last 24 hours."""

    last_receipt_at: datetime | None
    accepted: int
    """Mails that the provider took."""
    heard_of: int
    """Of these, how many any receipt spoke of."""
    silent: int
    """Mails it took more than an hour ago, where not one of them was heard of; else 0."""


@dataclass(frozen=True, slots=True)
class MailSetup:
    """What a page and a command say alike of how mail is set up."""

    provider: str
    domain: str
    """Of the sender's address; empty while it is not set."""
    records: tuple[DnsRecord, ...]
    webhook: Webhook | None
    """None where the provider sends no events."""
    heard: HeardLately
    advice: tuple[str, ...]
    """What to know or to do, one sentence each."""
    broken: tuple[str, ...]
    """What does not work now."""


def mail_setup(session: Session, given: Given, *, now: datetime) -> MailSetup:
    domain = _domain_of(given.mail_from)
    heard = heard_lately(session, provider=given.provider, now=now)
    webhook = _webhook(given) if given.provider == _SENDGRID else None
    return MailSetup(
        given.provider,
        domain,
        records=_records(given.provider, domain or "your-domain.example"),
        webhook=webhook,
        heard=heard,
        advice=_advice(given.provider, domain),
        broken=_broken(given, webhook, heard),
    )


def heard_lately(session: Session, *, provider: str, now: datetime) -> HeardLately:
    """How many of the mails of the last 24 hours any receipt spoke of."""
    last = session.scalar(select(func.max(Receipt.received_at)).where(Receipt.provider == provider))
    was_heard = case((Message.receipts_heard > 0, 1), else_=0)
    is_old = case((Attempt.claimed_at <= now - _PATIENCE, 1), else_=0)
    asked = (
        select(func.count(), func.sum(was_heard), func.sum(is_old), func.sum(was_heard * is_old))
        .select_from(Attempt)
        .join(Attempt.message)
        .where(
            Attempt.claimed_at > now - _LATELY,
            Attempt.outcome == AttemptOutcome.ACCEPTED,
            Attempt.provider == provider,
        )
    )
    accepted, heard, old, old_heard = (number or 0 for number in session.execute(asked).one())
    return HeardLately(last, accepted, heard, silent=0 if old_heard else old)


def _domain_of(mail_from: str) -> str:
    return parseaddr(mail_from)[1].rpartition("@")[2].lower()


def _records(provider: str, domain: str) -> tuple[DnsRecord, ...]:
    dmarc = DnsRecord(
        "TXT",
        f"_dmarc.{domain}",
        f"v=DMARC1; p=none or stricter; rua=mailto: an address of {domain} that somebody reads",
    )
    if provider == _SENDGRID:
        return (
            DnsRecord(
                "CNAME",
                f"em….{domain}",
                "u….wl.sendgrid.net: bounces and SPF; SendGrid shows the numbers",
            ),
            DnsRecord("CNAME", f"s1._domainkey.{domain}", "s1.domainkey.u….wl.sendgrid.net: DKIM"),
            DnsRecord("CNAME", f"s2._domainkey.{domain}", "s2.domainkey.u….wl.sendgrid.net: DKIM"),
            dmarc,
        )
    if provider == _SMTP:
        return (
            DnsRecord("TXT", domain, "v=spf1 … -all: SPF, naming the server that sends"),
            DnsRecord(
                "TXT", f"…._domainkey.{domain}", "v=DKIM1; p=…: the key your server signs with"
            ),
            dmarc,
        )
    return ()


def _webhook(given: Given) -> Webhook:
    address = f"{given.base_url}/hooks/sendgrid"
    if not given.webhook_key:
        return Webhook(address, "not set: every event is refused", is_ready=False)
    try:
        verification_key(given.webhook_key)
    except KeyNotReadable:
        return Webhook(address, "set, but not readable: every event is refused", is_ready=False)
    return Webhook(address, "set and readable", is_ready=True)


def _advice(provider: str, domain: str) -> tuple[str, ...]:
    found = []
    if not domain and provider in {_SENDGRID, _SMTP}:
        found.append("SURVEY_MAIL_FROM is not set: the records belong to the domain it names.")
    if provider == _SENDGRID:
        found.append(
            "At SendGrid, authenticate the domain, and let the signed Event Webhook send all "
            "events but opens and clicks to the address named here."
        )
        found.append(
            f"The key is SURVEY_SENDGRID_WEBHOOK_PUBLIC_KEY; {_WHERE_KEY}, “Verification Key”."
        )
    elif provider == _SMTP:
        found.append(
            "A mail server sends no events: note what comes back on the page of each mail in the "
            "outbox, so that its address is not written to again."
        )
    else:
        found.append("Mails stay on this machine: no record and no webhook is needed.")
    return tuple(found)


def _broken(given: Given, webhook: Webhook | None, heard: HeardLately) -> tuple[str, ...]:
    found = []
    if webhook and given.webhook_key and not webhook.is_ready:
        found.append(
            "SURVEY_SENDGRID_WEBHOOK_PUBLIC_KEY is not readable: copy the verification key whole."
        )
    if webhook and heard.silent:
        found.append(
            f"SendGrid took {heard.silent} of our mails more than an hour ago and not one was "
            f"heard of: does its Event Webhook point to {webhook.address}, and is it signed with "
            "the key that is set here?"
        )
    return tuple(found)
