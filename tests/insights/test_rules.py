"""What an address asks for, what is disputed, what changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.deals.types import Outcome
from survey.insights.rules import (
    FilterNotKnown,
    changes,
    disputes,
    read_filter,
    whole_quarters,
)
from survey.insights.types import CLOSED, Filter, Verdict, Window
from survey.kit.clock import Month, NotAMonth
from survey.kit.statistics import Count
from survey.responses.types import Ended

OCTOBER = Month(2026, 10)
texts = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=12)


def test_empty_address_asks_for_the_rolling_year() -> None:
    wanted = read_filter({}, this_month=OCTOBER)

    assert wanted == Filter(Window(Month(2025, 11), OCTOBER))
    assert len(wanted.window.months) == 12
    assert not wanted.is_narrowed


def test_address_names_months_outcome_and_deals() -> None:
    address = {"from": "2026-01", "to": "2026-03", "outcome": "lost", "region": " Nordics "}

    wanted = read_filter(address, this_month=OCTOBER)

    assert wanted == Filter(
        Window(Month(2026, 1), Month(2026, 3)), outcome=Outcome.LOST, region="Nordics"
    )
    assert wanted.is_narrowed


@pytest.mark.parametrize(
    "address",
    [{"outcome": "open"}, {"outcome": "maybe"}, {"from": "2026-11"}, {"from": "2020-01"}],
)
def test_address_that_cannot_be_counted_is_refused(address: dict[str, str]) -> None:
    with pytest.raises(FilterNotKnown):
        read_filter(address, this_month=OCTOBER)


def test_address_with_a_thirteenth_month_is_refused() -> None:
    with pytest.raises(NotAMonth, match="2026-13"):
        read_filter({"to": "2026-13"}, this_month=OCTOBER)


@given(
    st.builds(
        Filter,
        st.just(Window(Month(2026, 1), OCTOBER)),
        outcome=st.sampled_from([None, *CLOSED]),
        competitor=texts,
        region=texts,
        product=texts,
        segment=texts,
        team=texts,
        seller=texts,
    )
)
def test_filter_survives_the_way_through_an_address(wanted: Filter) -> None:
    assert read_filter(wanted.address(), this_month=Month(2030, 1)) == wanted


@pytest.mark.parametrize(
    ("ended", "agrees_with"),
    [
        (None, {Outcome.WON, Outcome.LOST, Outcome.NO_DECISION}),
        (Ended.NOT_SAID, {Outcome.WON, Outcome.LOST, Outcome.NO_DECISION}),
        (Ended.CHOSE_US, {Outcome.WON}),
        (Ended.CHOSE_SUPPLIER, {Outcome.LOST}),
        (Ended.IN_HOUSE, {Outcome.LOST}),
        (Ended.KEPT_CURRENT, {Outcome.LOST, Outcome.NO_DECISION}),
        (Ended.PUT_OFF, {Outcome.NO_DECISION}),
        (Ended.STILL_DECIDING, set()),
    ],
)
def test_buyers_account_disputes_ours(ended: Ended | None, agrees_with: set[Outcome]) -> None:
    assert {outcome for outcome in CLOSED if not disputes(ended, outcome)} == agrees_with


def test_doubling_among_many_answers_is_a_rise() -> None:
    (change,) = changes([Count(40, 100)], [Count(20, 100)])

    assert change.verdict is Verdict.ROSE


def test_doubling_among_twenty_answers_is_no_clear_change() -> None:
    (change,) = changes([Count(8, 20)], [Count(12, 60)])

    assert change.verdict is Verdict.NO_CLEAR_CHANGE
    assert change.visible.rise_to == 9


def test_change_among_three_answers_is_never_shown() -> None:
    found = changes([Count(3, 3)] + [Count(0, 3)] * 9, [Count(2, 6)] + [Count(1, 6)] * 9)

    assert {change.verdict for change in found} == {Verdict.TOO_FEW}


def test_change_alone_stands_and_among_twenty_does_not() -> None:
    now, before = Count(11, 30), Count(14, 90)
    quiet = [Count(5, 30)] * 19, [Count(15, 90)] * 19

    alone = changes([now], [before])
    among_others = changes([now, *quiet[0]], [before, *quiet[1]])

    assert alone[0].verdict is Verdict.ROSE
    assert among_others[0].verdict is Verdict.NO_CLEAR_CHANGE


def test_window_before_ends_where_the_window_begins() -> None:
    assert Window(OCTOBER, OCTOBER).before(months=3) == Window(Month(2026, 7), Month(2026, 9))


def test_whole_quarters_leave_out_those_cut_by_the_window() -> None:
    window = Window(Month(2025, 11), Month(2026, 8))

    assert [str(quarter) for quarter in whole_quarters(window)] == ["2026 Q1", "2026 Q2"]
