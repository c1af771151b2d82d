"""Mail through an SMTP server: `smtp://` with STARTTLS where offered, `smtps://` all in TLS."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from urllib.parse import unquote, urlsplit

from survey.mail.providers import mime
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
_DATA_ACCEPTED = 250


class SmtpProvider:
    """Hands each mail over on a connection of its own; nothing waits longer than `timeout_s`."""

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

    def hand_over(self, draft: Draft, *, attempt_id: str) -> Ending:
        mail = mime.sealed(
            draft, from_address=self._from_address, attempt_id=attempt_id, now=self._now()
        )
        with self._connected() as server:
            with _before_the_body():
                _expect(server.mail(mail.sender))
                _expect(server.rcpt(mail.recipient))
            code = _send_body(server, mail.content)
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        return Ending(
            AttemptOutcome.ACCEPTED, status_code=code, provider_message_id=mail.message_id
        )

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        with _before_the_body():
            server = self._connect()
        try:
            with _before_the_body():
                self._greet(server)
            yield server
        finally:
            server.close()

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


def _send_body(server: smtplib.SMTP, content: bytes) -> int:
    try:
        code, words = server.data(content)
    except smtplib.SMTPDataError as error:  # the server did not ask for the body
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MayHaveBeenSent(
            f"The SMTP server's answer was lost: {type(error).__name__}"
        ) from error
    if code != _DATA_ACCEPTED:
        raise _refusal(code, words)
    return code


def _expect(answer: tuple[int, bytes]) -> None:
    code, words = answer
    if not 200 <= code < 300:  # noqa: PLR2004 (RFC 5321: 2yz is success)
        raise _refusal(code, words)


def _refusal(code: int, words: bytes | str) -> Refused:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if code in _AUTHENTICATION:
        return KeyRefused(f"The SMTP server refused us ({code}: {text}).", status_code=code)
    if code >= _PERMANENT:
        return NeverSend(f"The SMTP server refused the mail ({code}: {text}).", status_code=code)
    return TryLater(f"The SMTP server asks to wait ({code}: {text}).", status_code=code)
