"""How the columns of a file become our fields: known headers, or a mapping in TOML."""

import re
import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Self

from survey.deals.types import Outcome
from survey.kit.errors import SurveyError

FIELDS = (
    "deal_id", "deal_name", "account", "outcome", "amount", "currency", "closed_on", "decided_on",
    "opened_on", "competitor", "product", "region", "segment", "country", "deal_type",
    "lead_source", "stage", "seller_email", "seller_name", "team", "contact_email", "contact_name",
    "contact_role", "contact_active_on", "may_ask", "crm_reason", "locale",
)  # fmt: skip
REQUIRED = ("deal_id", "account", "outcome")

_SECTIONS = {"columns", "outcomes", "formats", "defaults"}
_FORMATS = {"date", "decimal", "encoding", "delimiter"}
_DECIMALS = {".", ","}
_ALL_OTHERS = "*"
# A date in which day, month and year all differ, so that a format which loses one is found out.
_PROBE = date(2026, 11, 22)


class MappingNotUsable(SurveyError):
    """A mapping says something that we cannot follow."""


class ColumnsNotKnown(SurveyError):
    """A file lacks a column that every deal needs, or has one twice."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a person told us about a file. Empty: its headers are our own words."""

    columns: dict[str, str] = field(default_factory=dict)
    """Our field → the file's header."""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """The file's word, folded → our outcome."""
    other_outcomes: Outcome | None = None
    """What every other word means; None: it is refused."""
    date_format: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    defaults: dict[str, str] = field(default_factory=dict)
    """Our field → the cell to take where the file has none or an empty one."""

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a mapping written in TOML. Raises `MappingNotUsable`."""
        try:
            written = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise MappingNotUsable(f"The mapping is not TOML: {error}.") from None
        _refuse_others(written, _SECTIONS, "section")
        columns, outcomes, formats, defaults = (
            _texts(written, section) for section in ("columns", "outcomes", "formats", "defaults")
        )
        _refuse_others(columns, set(FIELDS), "field in [columns]")
        _refuse_others(formats, _FORMATS, "key in [formats]")
        _refuse_others(defaults, set(FIELDS), "field in [defaults]")
        read = {folded(word): _outcome(word, meant) for word, meant in outcomes.items()}
        return cls(
            columns=columns,
            outcomes={word: meant for word, meant in read.items() if word != _ALL_OTHERS},
            other_outcomes=read.get(_ALL_OTHERS),
            date_format=_date_format(formats.get("date")),
            decimal=_one_of(formats, "decimal", _DECIMALS),
            encoding=formats.get("encoding"),
            delimiter=_one_of(formats, "delimiter", {",", ";", "\t", "|"}),
            defaults=defaults,
        )

    def over(self, known: "Mapping") -> "Mapping":
        """This mapping, and what `known` says where this one is silent."""
        return replace(
            self,
            columns=known.columns | self.columns,
            outcomes=known.outcomes | self.outcomes,
            defaults=known.defaults | self.defaults,
        )


def columns_of(header: tuple[str, ...], mapping: Mapping, *, file: str) -> dict[str, int]:
    """Our field → where it stands in a row. Raises `ColumnsNotKnown`."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        places.setdefault(folded(name), []).append(place)
    found: dict[str, int] = {}
    for name in FIELDS:
        wanted = mapping.columns.get(name, name)
        standing = places.get(folded(wanted), [])
        if len(standing) > 1:
            raise ColumnsNotKnown(f"“{file}” has {len(standing)} columns called “{wanted}”.")
        if standing:
            found[name] = standing[0]
        elif name in mapping.columns:
            raise ColumnsNotKnown(
                f"“{file}” has no column “{wanted}”, which the mapping names for {name}."
            )
    missing = [name for name in REQUIRED if name not in found and name not in mapping.defaults]
    if missing:
        raise ColumnsNotKnown(
            f"“{file}” has no column for {', '.join(missing)}. Name the header in a mapping:"
            f' [columns] {missing[0]} = "…".'
        )
    return found


def folded(word: str) -> str:
    """A header or an outcome without case, spaces, underscores and hyphens."""
    return re.sub(r"[\s_-]+", "", word).casefold()


def _texts(written: Table[str, Any], section: str) -> dict[str, str]:
    content = written.get(section, {})
    if not isinstance(content, dict) or not all(isinstance(v, str) for v in content.values()):
        raise MappingNotUsable(f'In the mapping [{section}] holds lines like name = "text" only.')
    return content


def _refuse_others(written: Table[str, Any], known: set[str], kind: str) -> None:
    for name in written:
        if name not in known:
            raise MappingNotUsable(
                f"The mapping has an unknown {kind}: “{name}”. Known: {', '.join(sorted(known))}."
            )


def _outcome(word: str, meant: str) -> Outcome:
    try:
        return Outcome(meant)
    except ValueError:
        raise MappingNotUsable(
            f"The mapping turns “{word}” into “{meant}”; an outcome is won, lost, no_decision or"
            " open."
        ) from None


def _one_of(formats: dict[str, str], name: str, known: set[str]) -> str | None:
    value = formats.get(name)
    if value is not None and value not in known:
        listed = " or ".join(repr(mark) for mark in sorted(known))
        raise MappingNotUsable(f"In the mapping [formats] {name} is {listed}, not {value!r}.")
    return value


def _date_format(written: str | None) -> str | None:
    if written is None:
        return None
    try:
        read = datetime.strptime(_PROBE.strftime(written), written).date()  # noqa: DTZ007 (a day)
    except ValueError:
        read = None
    if read != _PROBE:
        raise MappingNotUsable(
            f"In the mapping “{written}” does not tell day, month and year; write it like %d/%m/%Y."
        )
    return written
