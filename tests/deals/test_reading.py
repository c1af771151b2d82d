"""Reading the rows of a file as deals."""

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.deals.mapping import FIELDS, Mapping
from survey.deals.reading import RowReader
from survey.deals.types import ContactFacts, DealFacts, DealRow, Outcome, Problem, SellerFacts
from survey.kit.tables import Row
from tests.others import at_hand

WHOLE = {
    "deal_id": "D-1",
    "deal_name": "Planning for Ghent",
    "account": "Brouwerij De Koe",
    "outcome": "lost",
    "amount": "24710.50",
    "currency": "eur",
    "closed_on": "2026-10-01",
    "decided_on": "2026-09-20",
    "opened_on": "2026-06-01",
    "competitor": "Globex; Initech",
    "product": "Planner",
    "region": "Benelux",
    "segment": "Mid-market",
    "country": "Belgium",
    "deal_type": "New",
    "lead_source": "Fair",
    "stage": "Proposal",
    "seller_email": "Els@Northwind.example",
    "seller_name": "Els de Vries",
    "team": "North",
    "contact_email": "Sam@Koe.example",
    "contact_name": "Sam Jansen",
    "contact_role": "Decision Maker",
    "contact_active_on": "2026-09-30",
    "may_ask": "yes",
    "crm_reason": "Price\r\nand trust",
    "locale": "nl_BE",
}
LEAST = {"deal_id": "D-1", "account": "Koe", "outcome": "open"}


NOW = datetime(2026, 10, 15, 22, 30, tzinfo=UTC)  # half past midnight, the 16th, in Amsterdam


def reader_of(cells: dict[str, str], mapping: Mapping) -> RowReader:
    zone = ZoneInfo("Europe/Amsterdam")
    return RowReader(tuple(cells), mapping, zone=zone, file="deals.csv", now=NOW)


def read(cells: dict[str, str], mapping: Mapping | None = None) -> DealRow | list[Problem]:
    return reader_of(cells, mapping or Mapping()).read(Row(2, list(cells.values())))


def deal(cells: dict[str, str], mapping: Mapping | None = None) -> DealRow:
    found = read(cells, mapping)
    assert isinstance(found, DealRow)
    return found


def problems(cells: dict[str, str], mapping: Mapping | None = None) -> list[tuple[str, str, str]]:
    found = read(cells, mapping)
    assert isinstance(found, list)
    return [(problem.column, problem.value, problem.reason) for problem in found]


def test_every_known_column_is_read() -> None:
    row = deal(WHOLE)

    assert set(WHOLE) == set(FIELDS)
    assert row._replace(digest="") == DealRow(
        line=2,
        digest="",
        account="Brouwerij De Koe",
        facts=DealFacts(
            external_id="D-1",
            name="Planning for Ghent",
            outcome=Outcome.LOST,
            amount_minor=2_471_050,
            currency="EUR",
            opened_on=date(2026, 6, 1),
            closed_on=date(2026, 10, 1),
            decided_on=date(2026, 9, 20),
            product="Planner",
            region="Benelux",
            segment="Mid-market",
            country="BE",
            deal_type="New",
            lead_source="Fair",
            stage="Proposal",
            crm_reason="Price\nand trust",
        ),
        alternatives=("Globex", "Initech"),
        seller=SellerFacts("els@northwind.example", "Els de Vries", "North"),
        contact=ContactFacts(
            "sam@koe.example", "Sam Jansen", "Decision Maker", True, "nl-BE", date(2026, 9, 30)
        ),
    )


def test_row_with_the_least_is_a_deal_named_after_its_account() -> None:
    row = deal(LEAST)

    assert (row.facts.name, row.seller, row.contact) == ("Koe", None, None)


def test_open_deal_has_no_closing_day_whatever_the_crm_expects() -> None:
    row = deal(LEAST | {"closed_on": "2027-01-01", "decided_on": "2027-01-01"})

    assert (row.facts.closed_on, row.facts.decided_on) == (None, None)


def test_default_fills_a_missing_column_and_an_empty_cell() -> None:
    mapping = Mapping(defaults={"currency": "USD", "region": "DACH"})

    row = deal(LEAST | {"amount": "5", "region": ""}, mapping)

    assert (row.facts.currency, row.facts.region) == ("USD", "DACH")


def test_digest_follows_every_cell_and_the_mapping() -> None:
    digests = {
        deal(LEAST).digest,
        deal(LEAST | {"outcome": "won", "closed_on": "2026-01-01"}).digest,
        deal(LEAST, Mapping(defaults={"region": "DACH"})).digest,
        deal({"deal_id": "D-1", "account": "Koe ", "outcome": "open"}).digest,
    }

    assert len(digests) == 4
    assert deal(LEAST).digest in digests


@pytest.mark.parametrize(
    ("cell", "value", "reason"),
    [
        ("deal_id", "6.34E+17", "scientific notation"),
        ("outcome", "Closed Lost", "no outcome that we know"),
        ("amount", "1,234", "thousands or decimals"),
        ("amount", "1,50", "comma its decimal mark"),
        ("currency", "Euro", "not a currency"),
        ("closed_on", "02/01/2014", "ambiguous"),
        ("opened_on", "45123", "day number"),
        ("country", "Atlantis", "no country"),
        ("seller_email", "els", "not an e-mail address"),
        ("contact_email", "sam@koe", "no domain"),
        ("contact_email", "a@x.example, b@x.example", "not an e-mail address"),
        ("may_ask", "perhaps", "neither yes nor no"),
        ("locale", "Dutch", "no language"),
        ("account", "x" * 301, "longer than 300"),
        ("contact_role", "x" * 101, "longer than 100"),
        ("deal_id", "", "every deal needs it"),
        ("account", "  ", "every deal needs it"),
        ("outcome", "", "every deal needs it"),
        ("closed_on", "", "has a closing day"),
        ("currency", "", "has no currency"),
    ],
)
def test_bad_cell_is_told_with_column_value_and_reason(cell: str, value: str, reason: str) -> None:
    [(column, shown, told)] = problems(WHOLE | {cell: value})

    named = "amount" if reason == "has no currency" else cell
    assert column == named
    assert reason in told
    assert cell != named or shown in {value, value.strip(), value[:79] + "…"}


@pytest.mark.parametrize("outcome", ["won", "lost", "no_decision"])
def test_deal_that_closes_after_tomorrow_is_refused(outcome: str) -> None:
    told = problems(WHOLE | {"outcome": outcome, "closed_on": "2026-10-18"})

    reason = (
        f"is still to come, but a deal that is {outcome} has closed: a CRM keeps the expected day"
        " until somebody corrects it. Give the day it closed"
    )
    assert told == [("closed_on", "2026-10-18", reason)]


def test_deal_may_have_closed_tomorrow_where_the_day_begins_before_ours() -> None:
    assert deal(WHOLE | {"closed_on": "2026-10-17"}).facts.closed_on == date(2026, 10, 17)


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    told = problems(WHOLE | {"outcome": "gone", "closed_on": "02/01/2014", "may_ask": "?"})

    assert {column for column, _, _ in told} == {"outcome", "closed_on", "may_ask"}


@pytest.mark.parametrize("cells", [["D-1", "Koe"], ["D-1", "Koe", "open", "more"]])
def test_ragged_row_is_refused(cells: list[str]) -> None:
    reader = reader_of(LEAST, Mapping())

    [problem] = reader.read(Row(7, cells))  # type: ignore[misc]

    assert str(problem) == (
        f"deals.csv, line 7: The row has {len(cells)} cells where the header has 3; a cell that"
        " holds the separator or a line break needs quotes."
    )


def test_empty_cells_beyond_the_header_are_no_fault() -> None:
    reader = reader_of(LEAST, Mapping())

    assert isinstance(reader.read(Row(2, [*LEAST.values(), "", ""])), DealRow)


anything = st.text(max_size=40) | st.sampled_from(
    ["won", "lost", "2026-01-01", "1,234", "EUR", "a@b.example", "yes", "=1+1", "6.34E+17", "DE"]
)


@given(st.fixed_dictionaries(dict.fromkeys(WHOLE, anything)))
def test_any_row_is_a_sound_deal_or_a_plain_refusal(cells: dict[str, str]) -> None:
    found = read(cells)

    if isinstance(found, DealRow):
        assert found.facts.external_id
        assert found.facts.outcome is Outcome.OPEN or found.facts.closed_on
        assert (found.facts.amount_minor is None) == (found.facts.currency is None)
    else:
        assert all(problem.reason and problem.line == 2 for problem in found)


@pytest.mark.parametrize("field", FIELDS)
def test_naughty_strings_in_any_column_are_taken_or_refused(field: str) -> None:
    strings = json.loads(at_hand("hostile/blns.json").read_text(encoding="utf-8"))

    for text in strings:
        found = read(WHOLE | {field: text})

        assert isinstance(found, DealRow) or all(problem.reason for problem in found)
