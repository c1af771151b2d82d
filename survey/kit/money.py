"""Money: whole minor units and an ISO 4217 currency. No floating point, no guessing."""

import re
from dataclasses import dataclass

from survey.kit.errors import SurveyError

_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP"
        " BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD"
        " FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD"
        " KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD"
        " NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP"
        " SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED"
        " VES WST XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DECIMALS = {code: places for places, codes in _CODES.items() for code in codes.split()}
CURRENCIES = frozenset(_DECIMALS)

LARGEST_MINOR = 10**15
"""A bound that fits every integer column and every JSON reader; ten trillion euros."""

_SPACES = " '\u2019\u00a0\u202f"


def _number(decimal: str, group: str) -> re.Pattern[str]:
    whole = rf"\d+|\d{{1,3}}(?:([{group}{_SPACES}])\d{{3}})(?:\3\d{{3}})*"
    return re.compile(rf"(-?)({whole})(?:[{decimal}](\d+))?", re.ASCII)


_NUMBER = {".": _number(".", ","), ",": _number(",", ".")}
_PLAIN = re.compile(r"(\d+)(?:\.(\d\d?))?", re.ASCII)
_EITHER_WAY = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_SCIENTIFIC = re.compile(r"-?\d+(?:[.,]\d+)?[eE][+-]?\d+")


class NotAnAmount(SurveyError):
    """A text is no amount of money, or could be read in two ways."""


class NotACurrency(SurveyError):
    """A text is no ISO 4217 currency code."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units (cents) of one currency."""

    minor: int
    currency: str

    def __str__(self) -> str:
        """`24,710 EUR`, `24,710.50 EUR`: decimals only where they say something."""
        places = decimals_of(self.currency)
        whole, part = divmod(abs(self.minor), 10**places)
        sign = "\u2212" if self.minor < 0 else ""
        cents = f".{part:0{places}d}" if part else ""
        return f"{sign}{whole:,}{cents} {self.currency}"


def decimals_of(currency: str) -> int:
    """How many decimals a currency's minor unit has (ISO 4217, list one)."""
    return _DECIMALS[currency]


def read_currency(text: str) -> str:
    """An ISO 4217 code in capitals. Raises `NotACurrency`."""
    code = text.strip().upper()
    if code not in CURRENCIES:
        raise NotACurrency("is not a currency; write its three-letter ISO code, like EUR")
    return code


def read_amount(text: str, currency: str, *, decimal: str | None = None) -> int:
    """The minor units in a written amount.

    `decimal` is the decimal mark, "." or ",". Where nobody told it, a point is taken for one, and
    what could be read in two ways (`1,234`, `1.234`) is refused. Raises `NotAnAmount`.
    """
    if (plain := _PLAIN.fullmatch(text)) and decimal != ",":
        return _bounded(_minor(plain[1], plain[2] or "", currency))
    if decimal is None and _EITHER_WAY.fullmatch(text):
        raise NotAnAmount(
            "could be thousands or decimals; say which in the mapping:"
            ' [formats] decimal = "." or ","'
        )
    number = _NUMBER[decimal or "."].fullmatch(text)
    if number is None:
        raise NotAnAmount(_why_not(text, decimal))
    sign, whole, _, part = number.groups()
    digits = "".join(filter(str.isdigit, whole))
    return _bounded(_minor(sign + digits, part or "", currency))


def _minor(whole: str, part: str, currency: str) -> int:
    places = decimals_of(currency)
    if part[places:].strip("0"):
        raise NotAnAmount(f"has more decimals than {currency} has ({places})")
    return int(whole + part[:places].ljust(places, "0"))


def _bounded(minor: int) -> int:
    if abs(minor) > LARGEST_MINOR:
        raise NotAnAmount("is too large to be an amount of money")
    return minor


def _why_not(text: str, decimal: str | None) -> str:
    if _SCIENTIFIC.fullmatch(text):
        return "is in scientific notation, so digits are lost; export it as a plain number"
    if decimal is None and "," in text:
        return 'is not an amount; is the comma its decimal mark? Then map [formats] decimal = ","'
    return "is not an amount; write digits only, like 24710.50, and the currency in its own column"
