"""Mail through an SMTP server: `smtp://` with STARTTLS where offered, `smtps://` all in TLS."""

import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from urllib.parse import unquote, urlsplit

from survey.mail.providers import mime
from survey.mail.providers.idle import Idle
from survey.mail.providers.mime import Sealed
from survey.mail.types import (
    AttemptOutcome,
    Draft,
    Ending,
    KeyRefused,
    MayHaveBeenSent,
    NeverSend,
    ProviderAway,
    Refused,
    TryLater,
)

_PERMANENT = 500
_AUTHENTICATION = frozenset({530, 534, 535, 538})
_BODY_ACCEPTED = 250
_KINDS_WANTED = (2, 2, 3)
"""First digits of the answers to sender, recipient and DATA (RFC 5321: 354 asks for the body)."""


class SmtpProvider:
    """Hands mails over, one after the other on each connection; nothing waits longer than
    `timeout_s`.
    """

    name = "smtp"

    def __init__(
        self,
        url: str,
        *,
        from_address: str,
        timeout_s: float = 30.0,
        now: Callable[[], datetime],
    ) -> None:
        parts = urlsplit(url)
        self._is_tls = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._is_tls else 587)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._from_address = from_address
        self._timeout_s = timeout_s
        self._now = now
        self._tls = ssl.create_default_context()
        self._idle = Idle()

    def hand_over(self, draft: Draft, *, attempt_id: str) -> Ending:
        mail = mime.sealed(
            draft, from_address=self._from_address, attempt_id=attempt_id, now=self._now()
        )
        server = self._announced(mail)
        with _closed_by_an_error(server):
            code = _send_body(server, mail.content)
        self._idle.keep(server)
        return Ending(
            AttemptOutcome.ACCEPTED, status_code=code, provider_message_id=mail.message_id
        )

    def _announced(self, mail: Sealed) -> smtplib.SMTP:
        """A connection whose server waits for this mail's body.

        One that was kept may have been closed by the server since; nothing of the mail has left
        then, so a new connection is tried.
        """
        kept = self._idle.take()
        if kept is not None:
            with suppress(ProviderAway, TryLater):
                return _announce(kept, mail)
        return _announce(self._connected(), mail)

    def _connected(self) -> smtplib.SMTP:
        with _before_the_body():
            server = self._connect()
            with _closed_by_an_error(server):
                self._greet(server)
        return server

    def _connect(self) -> smtplib.SMTP:
        if self._is_tls:
            return smtplib.SMTP_SSL(
                self._host, self._port, timeout=self._timeout_s, context=self._tls
            )
        return smtplib.SMTP(self._host, self._port, timeout=self._timeout_s)

    def _greet(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if not self._is_tls and server.has_extn("starttls"):
            server.starttls(context=self._tls)
            server.ehlo()
        elif not self._is_tls and self._password:
            raise KeyRefused("The SMTP server offers no TLS, so our password was not sent.")
        if self._user:
            server.login(self._user, self._password)


@contextmanager
def _before_the_body() -> Iterator[None]:
    """Whatever fails here fails while the mail is certainly still ours."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise KeyRefused(
            "The SMTP server refused our password.", status_code=error.smtp_code
        ) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise ProviderAway(f"The SMTP server is out of reach: {type(error).__name__}") from error


@contextmanager
def _closed_by_an_error(server: smtplib.SMTP) -> Iterator[None]:
    try:
        yield
    except BaseException:
        server.close()
        raise


def _announce(server: smtplib.SMTP, mail: Sealed) -> smtplib.SMTP:
    """Tell who writes to whom, and that the body follows."""
    commands = (
        f"mail FROM:{smtplib.quoteaddr(mail.sender)}",
        f"rcpt TO:{smtplib.quoteaddr(mail.recipient)}",
        "data",
    )
    with _closed_by_an_error(server), _before_the_body():
        answers = _answers_to(server, commands)
        for (code, words), kind in zip(answers, _KINDS_WANTED, strict=True):
            if code // 100 != kind:
                raise _refusal(code, words)
    return server


def _answers_to(server: smtplib.SMTP, commands: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """What the server says to each, asked all at once where it offers that (RFC 2920): one way
    over the network instead of three.
    """
    if not server.has_extn("pipelining"):
        yield from (server.docmd(command) for command in commands)
        return
    server.send("".join(f"{command}{smtplib.CRLF}" for command in commands))
    yield from (server.getreply() for _ in commands)


def _send_body(server: smtplib.SMTP, content: bytes) -> int:
    """Send what ends with a line end, its leading dots doubled and one dot at the end (RFC
    5321, 4.5.2). `smtplib` does so in one step with `data`, and then does not say whether a
    connection was cut before the body or after it.
    """
    try:
        server.send(content.replace(b"\n.", b"\n..") + b".\r\n")
        code, words = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise MayHaveBeenSent(
            f"The SMTP server's answer was lost: {type(error).__name__}"
        ) from error
    if code != _BODY_ACCEPTED:
        raise _refusal(code, words)
    return code


def _refusal(code: int, words: bytes | str) -> Refused:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if code in _AUTHENTICATION:
        return KeyRefused(f"The SMTP server refused us ({code}: {text}).", status_code=code)
    if code >= _PERMANENT:
        return NeverSend(f"The SMTP server refused the mail ({code}: {text}).", status_code=code)
    return TryLater(f"The SMTP server asks to wait ({code}: {text}).", status_code=code)
