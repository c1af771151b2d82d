"""Mail through SendGrid's v3 Mail Send: one person per request, nothing tracked.

SendGrid has no idempotency key, so the verdict depends on how far a request got: the SDK's own
transport cannot tell "never reached" from "answer lost", and waits for ever; this one can.
"""

import http.client
import json
import ssl
import urllib.request
from datetime import UTC, datetime
from email.headerregistry import Address
from typing import Any

import python_http_client
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from survey.mail import rules
from survey.mail.providers import mime
from survey.mail.providers.events import ATTEMPT_ARGUMENT
from survey.mail.types import AttemptOutcome, Draft, Ending, MayHaveBeenSent, ProviderAway, Refused

_ACCEPTED = frozenset({200, 202})
_OFF: dict[str, dict[str, bool]] = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
    "ganalytics": {"enable": False},
}


class SendGridProvider:
    """Posts each mail to `/v3/mail/send` of `base_url` (EU accounts have another one)."""

    name = "sendgrid"

    def __init__(
        self, api_key: str, *, base_url: str, from_address: str, timeout_s: float = 30.0
    ) -> None:
        sdk = SendGridAPIClient(api_key, host=base_url)
        self._client = _Client(
            host=base_url, request_headers=sdk.client.request_headers, version=3, timeout=timeout_s
        )
        self._from_address = from_address

    def hand_over(self, draft: Draft, *, attempt_id: str) -> Ending:
        body = request_body(draft, from_address=self._from_address, attempt_id=attempt_id)
        try:
            answer = self._client.mail.send.post(request_body=body)
        except _NeverReached as error:
            raise ProviderAway(f"SendGrid is out of reach: {error.reason}") from error
        except HTTPError as error:
            raise _refusal(error) from error
        except (OSError, http.client.HTTPException) as error:
            raise MayHaveBeenSent(f"SendGrid's answer was lost: {type(error).__name__}") from error
        if answer.status_code not in _ACCEPTED:
            raise rules.refusal_of(answer.status_code, "")
        return Ending(
            AttemptOutcome.ACCEPTED,
            status_code=answer.status_code,
            provider_message_id=answer.headers.get("X-Message-Id"),
            pause_until=_rest_asked_by(answer.headers),
        )


def request_body(draft: Draft, *, from_address: str, attempt_id: str) -> dict[str, Any]:
    """The request as SendGrid's specification has it. Raises `NeverSend` on a bad address."""
    body: dict[str, Any] = {
        "personalizations": [
            {
                "to": [_mailbox(draft.to_address, draft.to_name)],
                "custom_args": {ATTEMPT_ARGUMENT: attempt_id},
            }
        ],
        "from": _named(mime.sender(from_address, draft.from_name)),
        "subject": rules.header_text(draft.subject),
        "content": [
            {"type": "text/plain", "value": draft.text},
            {"type": "text/html", "value": draft.html},
        ],
        "headers": mime.list_headers(draft) | {mime.ATTEMPT_HEADER: attempt_id},
        "tracking_settings": _OFF,
    }
    if draft.reply_to:
        body["reply_to"] = _mailbox(draft.reply_to, draft.from_name)
    return body


def _mailbox(email: str, name: str) -> dict[str, str]:
    return _named(mime.address(email, name))


def _named(mailbox: Address) -> dict[str, str]:
    named = {"name": mailbox.display_name} if mailbox.display_name else {}
    return {"email": mailbox.addr_spec} | named


def _refusal(error: HTTPError) -> Refused:
    return rules.refusal_of(
        int(error.status_code), _words(error.body), not_before=_reset_of(error.headers)
    )


def _words(body: bytes) -> str:
    """SendGrid's own words for what is wrong, where it gives any."""
    try:
        errors = json.loads(body)["errors"]
        return "; ".join(str(error["message"]) for error in errors)
    except (ValueError, KeyError, TypeError):
        return ""


def _rest_asked_by(headers: Any) -> datetime | None:
    """The reset, where this mail was the last that `X-RateLimit-Remaining` allows before it."""
    return _reset_of(headers) if headers.get("X-RateLimit-Remaining", "").strip() == "0" else None


def _reset_of(headers: Any) -> datetime | None:
    """When `X-RateLimit-Reset` (seconds since 1970) lets us try again."""
    try:
        return datetime.fromtimestamp(int(headers.get("X-RateLimit-Reset", "")), UTC)
    except (ValueError, OverflowError, OSError):
        return None


class _NeverReached(Exception):
    """No connection came about; not an `OSError`, or urllib would wrap it like any other."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Connection(http.client.HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:
            raise _NeverReached(type(error).__name__) from error


class _SecureConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:
            raise _NeverReached(type(error).__name__) from error


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_SecureConnection, req, context=self._tls)

    def __init__(self) -> None:
        self._tls = ssl.create_default_context()  # reading the roots anew costs 10 ms a mail
        super().__init__(context=self._tls)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """A redirected POST would come back as a GET that looks like success."""


class _Client(python_http_client.Client):  # type: ignore[misc]  # the SDK ships no types
    """The SDK's client on a transport that knows whether a request ever left."""

    opener = urllib.request.build_opener(_Http, _Https, _NoRedirect)

    def _build_client(self, name: str | None = None) -> "_Client":
        return _Client(
            host=self.host,
            version=self._version,
            request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path,
            timeout=self.timeout,
        )

    def _make_request(
        self, _opener: object, request: urllib.request.Request, timeout: float | None = None
    ) -> Any:
        return super()._make_request(self.opener, request, timeout=timeout)
