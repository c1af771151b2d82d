"""Reading back what the file provider wrote: for the mailbox page while developing."""

import email
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{30}")


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as its recipient gets it."""

    name: str
    """Its file's name without the ending."""
    to: str
    sender: str
    subject: str
    sent_at: datetime
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]


def newest(folder: Path, *, before: str | None = None, limit: int = 50) -> list[Letter]:
    """Mails of the folder, the newest first, from below the one named."""
    names = sorted(
        (path.stem for path in folder.glob("*.eml") if _NAME.fullmatch(path.stem)), reverse=True
    )
    if before is not None:
        names = [name for name in names if name < before]
    found = (find(folder, name) for name in names[:limit])
    return [letter for letter in found if letter is not None]


def find(folder: Path, name: str) -> Letter | None:
    """The mail of that name; None where there is none."""
    path = folder / f"{name}.eml"
    if _NAME.fullmatch(name) is None or not path.is_file():
        return None
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    return Letter(
        name=name,
        to=str(message["To"]),
        sender=str(message["From"]),
        subject=str(message["Subject"]),
        sent_at=message["Date"].datetime,
        text=_part(message, "plain"),
        html=_part(message, "html"),
        headers=tuple((header, str(words)) for header, words in message.items()),
    )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()).replace("\r\n", "\n") if body is not None else ""
