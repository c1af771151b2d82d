"""SendGrid's events, read from the raw bytes of a signed body. Nothing that comes in is lost:
what cannot be read is kept as it came, beside what can.

Seen in the field: the same event up to 46 times with another `sg_event_id`, bounces without ids,
new types, `category` as text or list.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from survey.kit.tokens import digest
from survey.mail import rules
from survey.mail.types import ProviderEvent, ReceiptKind

ATTEMPT_ARGUMENT: Final = "survey_attempt"
"""Comes back at the top level of each event; a random id, never anything about a person."""

_CHANGES_ON_RETRY = "sg_event_id"
_KINDS: Final[Mapping[str, ReceiptKind]] = {
    "processed": ReceiptKind.PROCESSED,
    "deferred": ReceiptKind.DEFERRED,
    "delivered": ReceiptKind.DELIVERED,
    "open": ReceiptKind.SEEN,
    "click": ReceiptKind.SEEN,
    "bounce": ReceiptKind.BOUNCED,
    "blocked": ReceiptKind.BLOCKED,
    "dropped": ReceiptKind.DROPPED,
    "spamreport": ReceiptKind.COMPLAINED,
    "unsubscribe": ReceiptKind.OPTED_OUT,
    "group_unsubscribe": ReceiptKind.OPTED_OUT,
}
_ATTEMPT_ID = re.compile(r"[0-9A-Za-z_-]{1,32}")
_FIRST_EVENTS_AT = datetime(2009, 1, 1, tzinfo=UTC)
"""SendGrid is no older; whatever says so has a wrong clock."""
_CLOCKS_DIFFER = timedelta(days=1)
_LONGEST_PROVIDER_ID = 200
_LONGEST_ADDRESS = 320
_LONGEST_KEPT = 20_000
_DEEPEST = 40
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
# A NUL or half a surrogate pair cannot be kept by PostgreSQL, nor written as UTF-8.
_CANNOT_BE_KEPT = re.compile("[\0\ud800-\udfff]")


def read_events(body: bytes, *, now: datetime) -> list[ProviderEvent]:
    """Every event of a body, the unreadable among them; `now` tells what lies in the future."""
    text = body.decode(errors="replace")
    return [_event(each, now=now) for each in _parsed(text)]


def _parsed(text: str) -> list[Any]:
    """The events of a batch; where it cannot be read as a whole, each part by itself, and the text
    of those that cannot be read at all.
    """
    try:
        found = _loads(text)
    except (ValueError, RecursionError):
        return [_parsed_alone(part) for part in _parts(text)]
    return found if isinstance(found, list) else [found]


def _parsed_alone(text: str) -> Any:
    try:
        return _loads(text)
    except (ValueError, RecursionError):
        return text


def _loads(text: str) -> Any:
    return json.loads(text, parse_constant=str)  # NaN and Infinity are no JSON


def _parts(text: str) -> Iterator[str]:
    """A list of JSON cut at its outermost commas, without reading what stands between them."""
    text = text.strip()
    if not text.startswith("["):
        yield text
        return
    depth, start = 0, 1
    for token in _TOKEN.finditer(text):
        depth += _STEP.get(token[0], 0)
        if (token[0] == "," and depth == 1) or depth == 0:
            yield text[start : token.start()]
            start = token.end()
        if depth == 0:
            break
    if rest := text[start:].strip():
        yield rest


def _event(told: Any, *, now: datetime) -> ProviderEvent:
    if not isinstance(told, dict) or not isinstance(told.get("event"), str) or _is_deep(told):
        return _unreadable(told)
    raw = {_kept(key): _kept(value) for key, value in told.items()}
    return ProviderEvent(
        kind=_kind_of(raw),
        digest=_digest_of(raw),
        raw=raw,
        happened_at=_moment_of(raw.get("timestamp"), now=now),
        attempt_id=_attempt_id_of(raw),
        provider_message_ids=_provider_ids_of(raw.get("sg_message_id")),
        address=_address_of(raw.get("email")),
        reason=_reason_of(raw),
    )


def _unreadable(told: Any) -> ProviderEvent:
    text = told if isinstance(told, str) else _canonical(told)
    raw = {"unreadable": _kept(text[:_LONGEST_KEPT])}
    return ProviderEvent(ReceiptKind.UNREADABLE, digest(_kept(text)), raw)


def _kind_of(raw: Mapping[str, Any]) -> ReceiptKind:
    kind = _KINDS.get(raw["event"], ReceiptKind.OTHER)
    is_soft = kind is ReceiptKind.BOUNCED and raw.get("type") == "blocked"
    return ReceiptKind.BLOCKED if is_soft else kind


def _digest_of(raw: Mapping[str, Any]) -> str:
    return digest(_canonical({k: v for k, v in raw.items() if k != _CHANGES_ON_RETRY}))


def _canonical(told: Any) -> str:
    try:
        return json.dumps(told, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        return repr(type(told))


def _moment_of(timestamp: Any, *, now: datetime) -> datetime | None:
    """Seconds since 1970; None where it is anything else, or no moment of a mail of ours."""
    if isinstance(timestamp, bool) or not isinstance(timestamp, int | float):
        return None
    try:
        moment = datetime.fromtimestamp(timestamp, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if _FIRST_EVENTS_AT <= moment <= now + _CLOCKS_DIFFER else None


def _attempt_id_of(raw: Mapping[str, Any]) -> str | None:
    told = raw.get(ATTEMPT_ARGUMENT)
    return told if isinstance(told, str) and _ATTEMPT_ID.fullmatch(told) else None


def _provider_ids_of(told: Any) -> tuple[str, ...]:
    """What may be the id of our request: it may hold dots, and a tail of dotted words follows."""
    if not isinstance(told, str) or not told:
        return ()
    known = told[:_LONGEST_PROVIDER_ID]
    ends = [place.start() for place in re.finditer(r"\.", known)]
    return tuple(known[:end] for end in [*ends, len(known)] if end)


def _address_of(told: Any) -> str | None:
    if not isinstance(told, str) or len(told) > _LONGEST_ADDRESS:
        return None
    address = told.strip().lower()
    return address if rules.is_one_address(address) else None


def _reason_of(raw: Mapping[str, Any]) -> str:
    told = raw.get("reason") or raw.get("response")
    return told if isinstance(told, str) else ""


def _is_deep(told: Any) -> bool:
    """Whether values are nested deeper than any event's; looked at without climbing down."""
    level = [told]
    for _ in range(_DEEPEST):
        level = [each for value in level for each in _inside(value)]
        if not level:
            return False
    return True


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _kept(value: Any) -> Any:
    """A value as both databases can keep it."""
    match value:
        case str():
            return _CANNOT_BE_KEPT.sub("\ufffd", value)
        case dict():
            return {_kept(key): _kept(each) for key, each in value.items()}
        case list():
            return [_kept(each) for each in value]
        case float() if not math.isfinite(value):
            return str(value)
    return value
