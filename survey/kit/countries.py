"""Countries by ISO 3166-1 alpha-2 code or English name, from the public-domain table of tzdata."""

from functools import cache
from importlib.resources import files

from survey.kit.errors import SurveyError

_TABLE = files("tzdata") / "zoneinfo" / "iso3166.tab"
# Endings that stand for a purpose rather than a country: Google Search Central's list of generic
# country-code domains, and those that its list leaves out though registrars sell them alike.
_SOLD_TO_ANYBODY = frozenset(
    {"AD", "AI", "AS", "BZ", "CC", "CD", "CO", "DJ", "FM", "IO", "LA", "ME", "MS", "NU", "SC"}
    | {"SR", "SU", "TV", "TK", "WS"}
    | {"AC", "AG", "AM", "CF", "GA", "GG", "GL", "GQ", "IM", "LC", "LY", "ML", "PW", "SH", "ST"}
    | {"TO", "VC"}
)
# Names in use that the table spells otherwise.
_ALSO = {
    "USA": "US",
    "United States of America": "US",
    "UK": "GB",
    "United Kingdom": "GB",
    "Great Britain": "GB",
    "Czechia": "CZ",
    "The Netherlands": "NL",
    "Russian Federation": "RU",
    "South Korea": "KR",
    "Korea, Republic of": "KR",
    "Türkiye": "TR",
    "Viet Nam": "VN",
    "UAE": "AE",
}


class NotACountry(SurveyError):
    """A text names no country that we know."""


def read_country(text: str) -> str:
    """The two-letter code of a country given by code or English name. Raises `NotACountry`."""
    code = _codes().get(text.strip().casefold())
    if code is None:
        raise NotACountry("is no country that we know; write its two-letter ISO code, like DE")
    return code


def country_of_address(address: str) -> str | None:
    """The country that the end of an e-mail address names; None where it names none, or one whose
    ending is sold to anybody.
    """
    ending = address.rpartition("@")[2].rpartition(".")[2].upper()
    if ending in _SOLD_TO_ANYBODY:
        return None
    code = "GB" if ending == "UK" else ending
    return code if code in _names() else None


def name_of(code: str) -> str:
    """The English name of a country; the code itself where the table lacks it."""
    return _names().get(code, code)


@cache
def _names() -> dict[str, str]:
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    rows = (line.partition("\t") for line in lines if line and not line.startswith("#"))
    return {code: name for code, _, name in rows} | {"GB": "United Kingdom"}


@cache
def _codes() -> dict[str, str]:
    codes = {code.casefold(): code for code in _names()}
    by_name = {name.casefold(): code for code, name in _names().items()}
    return codes | by_name | {name.casefold(): code for name, code in _ALSO.items()}
