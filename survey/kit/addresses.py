"""E-mail addresses that a mail program can reach: read once at the door, kept in lower case."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from survey.kit.errors import SurveyError

_LONGEST_LOCAL = 64
_LONGEST_LABEL = 63
_LONGEST = 254
# RFC 5322 dot-atom. Quoted local parts are valid on paper and refused by most mail servers.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_NOWHERE = ("arpa", "invalid", "local", "localhost", "onion")


class NotAnAddress(SurveyError):
    """A text is no e-mail address that a mail program can reach."""


def read_address(text: str) -> str:
    """The address in lower case, its domain in ASCII (IDNA). Raises `NotAnAddress`."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local) > _LONGEST_LOCAL:
        raise NotAnAddress("is not an e-mail address; write it as name@company.example")
    domain = domain.lower()
    if not _is_plain(domain):
        domain = _domain(domain)
    address = f"{local.lower()}@{domain}"
    if len(address) > _LONGEST:
        raise NotAnAddress("is longer than an e-mail address may be (254 characters)")
    return address


def _is_plain(domain: str) -> bool:
    # Nearly all are; the library checks the rest, at fifty times the price.
    labels = domain.split(".")
    return (
        domain.isascii()
        and len(labels) > 1
        and all(label.isalnum() and len(label) <= _LONGEST_LABEL for label in labels)
        and labels[-1].isalpha()
        and len(labels[-1]) > 1
        and labels[-1] not in _NOWHERE
    )


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str:
    try:
        # `.test` is reserved for trying things out (RFC 2606), which people do with us too.
        checked = validate_email(f"a@{domain}", check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise NotAnAddress("has no domain that mail could reach behind its @") from None
    return checked.ascii_domain
