"""One mail as the bytes that travel: two readings of the same words, and headers that hold."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from survey.mail import rules
from survey.mail.types import Draft, KeyRefused, NeverSend

ATTEMPT_HEADER = "X-Survey-Attempt"
_ONE_CLICK = "List-Unsubscribe=One-Click"


def address(email: str, name: str) -> Address:
    """A mailbox with its name. Raises `NeverSend` where the address is not exactly one."""
    if not rules.is_one_address(email):
        raise NeverSend("The address is not one plain e-mail address.")
    user, _, domain = email.rpartition("@")
    if not user.isascii():
        raise NeverSend("The address has letters before its @ that most mail servers refuse.")
    try:
        in_ascii = domain.encode("idna").decode()
        return Address(rules.display_name(name), username=user, domain=in_ascii)
    except (ValueError, IndexError):
        raise NeverSend("The address is not one plain e-mail address.") from None


def sender(email: str, name: str) -> Address:
    """Who sends. A wrong address would fail every mail, so it stops the queue instead."""
    try:
        return address(email, name)
    except NeverSend:
        raise KeyRefused("SURVEY_MAIL_FROM is not one plain e-mail address. Set it.") from None


def list_headers(draft: Draft) -> dict[str, str]:
    """`List-Id` and the one-click opt-out of RFC 8058, and what else the draft asks for."""
    headers = {
        rules.header_text(name): rules.header_text(text) for name, text in draft.headers.items()
    }
    if draft.list_id:
        headers["List-Id"] = f"<{rules.header_text(draft.list_id)}>"
    if draft.opt_out_url:
        headers["List-Unsubscribe"] = f"<{rules.header_text(draft.opt_out_url)}>"
        headers["List-Unsubscribe-Post"] = _ONE_CLICK
    return headers


def message_of(
    draft: Draft, *, from_address: str, attempt_id: str, now: datetime
) -> tuple[EmailMessage, str]:
    """The whole mail and its Message-ID, which is made of the outbox's id (else the attempt's)."""
    author = sender(from_address, draft.from_name)
    message_id = f"<{draft.mail_id or attempt_id}@{author.domain}>"
    message = EmailMessage(policy=SMTP)
    message["From"] = author
    message["To"] = address(draft.to_address, draft.to_name)
    if draft.reply_to:
        message["Reply-To"] = address(draft.reply_to, draft.from_name)
    message["Subject"] = rules.header_text(draft.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    message[ATTEMPT_HEADER] = attempt_id
    for name, text in list_headers(draft).items():
        message[name] = text
    message.set_content(draft.text, cte="quoted-printable")
    message.add_alternative(draft.html, subtype="html", cte="quoted-printable")
    return message, message_id
