"""Reading what a desk handed over."""

import email
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


def mails(folder: Path) -> list[EmailMessage]:
    found = [
        email.message_from_bytes(path.read_bytes(), policy=default)
        for path in sorted((folder / "mailbox").glob("*.eml"))
    ]
    return [each for each in found if isinstance(each, EmailMessage)]


def text_of(mail: EmailMessage) -> str:
    return _part_of(mail, "plain")


def html_of(mail: EmailMessage) -> str:
    return _part_of(mail, "html")


def _part_of(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
