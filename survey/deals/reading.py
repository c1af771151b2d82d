"""Reading the rows of a file as deals: pure. A row is sound as a whole, or it is told why not."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from survey.deals import cells
from survey.deals.mapping import FIELDS, REQUIRED, Mapping, columns_of
from survey.deals.types import ContactFacts, DealFacts, DealRow, Outcome, Problem, SellerFacts
from survey.kit.addresses import read_address
from survey.kit.countries import read_country
from survey.kit.errors import SurveyError
from survey.kit.money import read_amount, read_currency
from survey.kit.tables import Row

_SHOWN = 80
_REMEMBERED = 20_000
_NOT_CLOSED = {None, Outcome.OPEN}

Values = dict[str, Any]


class RowReader:
    """Turns the rows of one file into deals.

    `present` names the fields that the file speaks of; the others keep what they were.
    `now` is when the file is read: no deal has closed later.
    Raises `ColumnsNotKnown` when the file lacks a column that every deal needs.
    """

    def __init__(
        self, header: tuple[str, ...], mapping: Mapping, *, zone: ZoneInfo, file: str, now: datetime
    ) -> None:
        places = columns_of(header, mapping, file=file)
        self.present = frozenset(places) | frozenset(mapping.defaults)
        self._file = file
        self._header = header
        self._mapping = mapping
        # Tomorrow has begun for a CRM east of us.
        self._last_close = now.astimezone(zone).date() + timedelta(days=1)
        readers = _readers(mapping, zone)
        self._columns = [
            (name, places[name], readers[name], mapping.defaults.get(name, ""))
            for name in FIELDS
            if name in places
        ]
        self._constants = {
            name: (value, readers[name])
            for name, value in mapping.defaults.items()
            if name not in places
        }
        self._signature = hashlib.sha256(repr((header, mapping)).encode())

    def read(self, row: Row) -> DealRow | list[Problem]:
        """The deal in a row, or everything that is wrong with it."""
        written = row.cells
        width = len(self._header)
        if len(written) != width:
            if len(written) < width or any(written[width:]):
                return [self._ragged(row)]
            written = written[:width]
        values: Values = dict.fromkeys(FIELDS)
        problems: list[Problem] = []
        for name, place, read, default in self._columns:
            cell = written[place] or default
            if cell:
                try:
                    values[name] = read(cell)
                except SurveyError as error:
                    problems.append(self._problem(row, self._header[place], cell, str(error)))
        for name, (cell, read) in self._constants.items():
            try:
                values[name] = read(cell)
            except SurveyError as error:
                problems.append(self._problem(row, name, cell, str(error)))
        problems += self._faults(row, values, problems)
        return problems or self._deal(row, values)

    def _faults(self, row: Row, values: Values, problems: list[Problem]) -> list[Problem]:
        """What is wrong with the row though each cell may be right; settles the amount too."""
        faults = [
            (name, "", "is empty, but every deal needs it") for name in REQUIRED if not values[name]
        ]
        if values["closed_on"] is None and values["outcome"] not in _NOT_CLOSED:
            reason = f"is empty, but a deal that is {values['outcome']} has a closing day"
            faults.append(("closed_on", "", reason))
        elif values["closed_on"] and self._is_to_come(values):
            faults.append(("closed_on", str(values["closed_on"]), _to_come(values["outcome"])))
        if values["amount"]:
            try:
                values["amount"] = self._amount(values)
            except SurveyError as error:
                wrong = "currency" if self._is_told("currency", problems) else "amount"
                faults.append((wrong, values["amount"], str(error)))
        return [
            self._problem(row, self._title(name), value, reason)
            for name, value, reason in faults
            if not self._is_told(name, problems)
        ]

    def _is_to_come(self, values: Values) -> bool:
        return values["outcome"] not in _NOT_CLOSED and values["closed_on"] > self._last_close

    def _is_told(self, name: str, problems: list[Problem]) -> bool:
        return any(problem.column == self._title(name) for problem in problems)

    def _amount(self, values: Values) -> int:
        if values["currency"] is None:
            raise cells.CellNotUsable(
                "has no currency; add a column currency, or say in the mapping:"
                ' [defaults] currency = "EUR"'
            )
        return read_amount(values["amount"], values["currency"], decimal=self._mapping.decimal)

    def _deal(self, row: Row, values: Values) -> DealRow:
        digest = self._signature.copy()
        digest.update("\x1f".join(row.cells).encode())
        return DealRow(
            line=row.line,
            digest=digest.hexdigest(),
            account=values["account"],
            facts=_deal_facts(values),
            alternatives=values["competitor"] or (),
            seller=_seller_facts(values),
            contact=_contact_facts(values),
        )

    def _title(self, name: str) -> str:
        for field, place, _, _ in self._columns:
            if field == name:
                return self._header[place]
        return name

    def _problem(self, row: Row, column: str, value: str, reason: str) -> Problem:
        shown = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
        return Problem(self._file, row.line, column, shown, reason)

    def _ragged(self, row: Row) -> Problem:
        reason = (
            f"The row has {len(row.cells)} cells where the header has {len(self._header)}; a cell"
            " that holds the separator or a line break needs quotes"
        )
        return Problem(self._file, row.line, "", "", reason)


def _to_come(outcome: Outcome) -> str:
    return (
        f"is still to come, but a deal that is {outcome} has closed: a CRM keeps the expected day"
        " until somebody corrects it. Give the day it closed"
    )


def _deal_facts(values: Values) -> DealFacts:
    is_open = values["outcome"] is Outcome.OPEN
    return DealFacts(
        external_id=values["deal_id"],
        name=values["deal_name"] or values["account"],
        outcome=values["outcome"],
        amount_minor=values["amount"],
        currency=values["currency"] if values["amount"] is not None else None,
        opened_on=values["opened_on"],
        # A CRM gives open deals an expected day; only a real close is one.
        closed_on=None if is_open else values["closed_on"],
        decided_on=None if is_open else values["decided_on"],
        product=values["product"] or "",
        region=values["region"] or "",
        segment=values["segment"] or "",
        country=values["country"],
        deal_type=values["deal_type"] or "",
        lead_source=values["lead_source"] or "",
        stage=values["stage"] or "",
        crm_reason=values["crm_reason"] or "",
    )


def _seller_facts(values: Values) -> SellerFacts | None:
    if not values["seller_email"]:
        return None
    return SellerFacts(values["seller_email"], values["seller_name"] or "", values["team"] or "")


def _contact_facts(values: Values) -> ContactFacts | None:
    if not values["contact_email"]:
        return None
    return ContactFacts(
        email=values["contact_email"],
        name=values["contact_name"] or "",
        role=values["contact_role"] or "",
        may_ask=values["may_ask"],
        locale=values["locale"],
        last_active_on=values["contact_active_on"],
    )


def _readers(mapping: Mapping, zone: ZoneInfo) -> dict[str, Callable[[str], Any]]:
    read_day = cells.day_reader(mapping.date_format, zone)
    read_word = lru_cache(_REMEMBERED)(cells.line_of_text(200))
    read_line = cells.line_of_text(300)
    days = dict.fromkeys(("closed_on", "decided_on", "opened_on", "contact_active_on"), read_day)
    words = dict.fromkeys(
        ("product", "region", "segment", "deal_type", "lead_source", "stage"), read_word
    )
    return {
        **days,
        **words,
        "deal_id": cells.read_id,
        "deal_name": read_line,
        "account": lru_cache(_REMEMBERED)(cells.read_name),
        "outcome": cells.outcome_reader(mapping),
        "amount": str.strip,
        "currency": lru_cache(_REMEMBERED)(read_currency),
        "competitor": lru_cache(_REMEMBERED)(cells.read_alternatives),
        "country": lru_cache(_REMEMBERED)(read_country),
        "seller_email": lru_cache(_REMEMBERED)(read_address),
        "seller_name": lru_cache(_REMEMBERED)(read_line),
        "team": lru_cache(_REMEMBERED)(read_line),
        "contact_email": read_address,
        "contact_name": read_line,
        "contact_role": lru_cache(_REMEMBERED)(cells.line_of_text(100)),
        "may_ask": cells.read_yes_no,
        "crm_reason": cells.read_paragraphs,
        "locale": lru_cache(_REMEMBERED)(cells.read_locale),
    }
