"""One mail as the bytes that travel: two readings of the same words, and headers that hold."""

from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.utils import format_datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from survey.mail import rules
from survey.mail.types import Draft, KeyRefused, NeverSend

ATTEMPT_HEADER = "X-Survey-Attempt"
_ONE_CLICK = "List-Unsubscribe=One-Click"
_LINE_END: Final = "\r\n"
_LONGEST_PLAIN: Final = 65
"""Longer ones would have to be folded, and `Subject: ` stands before them."""
_OCTETS_IN_A_WORD: Final = 42
_BOUNDARY: Final = "=_debrief"
"""Quoted-printable writes no "=_", so no text of ours can end a part."""
_MAY_STAND: Final = "!$%&'()*+,-./:;=?@_~#"


@dataclass(frozen=True, slots=True)
class Sealed:
    """One mail as it travels, and what a mail server is told beside it."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


@lru_cache(maxsize=1024)  # all mails of a campaign come from one person
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
    headers = {_bare(name): _bare(text) for name, text in draft.headers.items()}
    if draft.list_id:
        headers["List-Id"] = f"<{_bare(draft.list_id)}>"
    if draft.opt_out_url:
        headers["List-Unsubscribe"] = f"<{_bare(draft.opt_out_url)}>"
        headers["List-Unsubscribe-Post"] = _ONE_CLICK
    return headers


def sealed(draft: Draft, *, from_address: str, attempt_id: str, now: datetime) -> Sealed:
    """The whole mail as it travels. Its Message-ID is made of the outbox's id (else the attempt's).

    We write the headers ourselves: the standard library reads encoded words in what it is given,
    so that a contact called `=?utf-8?q?=0D=0ABcc:_…?=` made a second recipient, and it loses the
    spaces of long names that are not in ASCII. It is slow besides.
    """
    author = sender(from_address, draft.from_name)
    reader = address(draft.to_address, draft.to_name)
    message_id = f"<{draft.mail_id or attempt_id}@{author.domain}>"
    headers = {"From": _mailbox(author), "To": _mailbox(reader)}
    if draft.reply_to:
        headers["Reply-To"] = _mailbox(address(draft.reply_to, draft.from_name))
    headers |= {
        "Subject": header_words(rules.header_text(draft.subject)),
        "Date": format_datetime(now),
        "Message-ID": message_id,
        ATTEMPT_HEADER: attempt_id,
        **list_headers(draft),
    }
    return Sealed(author.addr_spec, reader.addr_spec, message_id, _content(headers, draft))


def header_words(text: str) -> str:
    """Text as it stands in a header: in ASCII, folded, and never to be read as anything else
    (RFC 2047: encoded words of at most 75 characters, none of which splits a character).
    """
    is_plain = text.isascii() and text.isprintable() and "=?" not in text
    if is_plain and len(text) <= _LONGEST_PLAIN:
        return text
    pieces: list[bytes] = [b""]
    for letter in text:
        octets = letter.encode("utf-8", "replace")
        if len(pieces[-1]) + len(octets) > _OCTETS_IN_A_WORD:
            pieces.append(b"")
        pieces[-1] += octets
    words = (b64encode(piece).decode("ascii") for piece in pieces)
    return f"{_LINE_END} ".join(f"=?utf-8?b?{word}?=" for word in words)


def _mailbox(mailbox: Address) -> str:
    """An address with its name before it, on lines of its own where the name is long."""
    name = mailbox.display_name
    if not name:
        return mailbox.addr_spec
    words = header_words(name)
    shown = f'"{words}"' if words == name else words
    return f"{shown}{_LINE_END} <{mailbox.addr_spec}>"


def _bare(text: str) -> str:
    """What stands in a header without a name or sentence in it: an address of the web, a list's
    name. Whatever has no place there is written as the web writes it.
    """
    return quote(rules.header_text(text), safe=_MAY_STAND)


def _content(headers: Mapping[str, str], draft: Draft) -> bytes:
    head = [f"{name}: {value}" for name, value in headers.items()]
    parts = (("plain", draft.text), ("html", draft.html))
    body = b"".join(
        f"--{_BOUNDARY}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
        + _quoted(text)
        + b"\r\n"
        for kind, text in parts
    )
    kind = f'multipart/alternative; boundary="{_BOUNDARY}"'
    head += ["MIME-Version: 1.0", f"Content-Type: {kind}", "", ""]
    return _LINE_END.join(head).encode("ascii") + body + f"--{_BOUNDARY}--\r\n".encode()


def _quoted(text: str) -> bytes:
    """Quoted-printable (RFC 2045), with the line ends that mail has."""
    octets = text.replace("\n", _LINE_END).encode("utf-8", "replace")
    return b2a_qp(octets, quotetabs=False, istext=True)
