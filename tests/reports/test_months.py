"""A month begins and ends by the company's clock, whatever the clock does that night."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from survey.kit.clock import Month
from survey.questionnaires.documents import read_document, shipped_document
from survey.questionnaires.types import Answers
from survey.reports.queries import listed_months, live_figures
from survey.reports.types import MonthState
from survey.responses.actions.answering import save_draft, submit_response
from tests.factories import make_company
from tests.factories.asked import make_asked

DOCUMENT = read_document(shipped_document("not_won"), "lost")
SCREENS = {screen.key: screen for screen in DOCUMENT.screens}
ZONES = sorted(zone for zone in available_timezones() if "/" in zone)
SECOND = timedelta(seconds=1)

months = st.builds(Month, st.integers(2012, 2037), st.integers(1, 12))
zones = st.sampled_from(ZONES).map(ZoneInfo)
"""From 2012 on: until 2011 clocks in Newfoundland went back over midnight, so that a month began
twice.
"""


@given(months, zones)
def test_month_begins_with_its_first_day_on_the_wall(month: Month, zone: ZoneInfo) -> None:
    before, after = (
        (moment.astimezone(zone).date() for moment in (edge - SECOND, edge))
        for edge in (month.starts_at(zone), month.ends_at(zone))
    )

    first = date(month.year, month.number, 1)
    following = date(month.year + month.number // 12, month.number % 12 + 1, 1)
    assert list(before) == [first - timedelta(days=1), first]
    assert list(after) == [following - timedelta(days=1), following]


@given(months, zones, st.timedeltas(timedelta(days=-2), timedelta(days=33)))
def test_every_moment_is_in_the_month_on_the_wall_and_in_no_other(
    month: Month, zone: ZoneInfo, later: timedelta
) -> None:
    moment = month.starts_at(zone) + later
    wall = moment.astimezone(zone)

    found = Month.of(moment, zone)

    assert (found.year, found.number) == (wall.year, wall.month)
    assert found.starts_at(zone) <= moment < found.ends_at(zone)


@pytest.mark.parametrize(
    ("zone", "month", "end"),
    [
        ("Europe/Amsterdam", "2026-03", "2026-03-31T22:00Z"),  # summer time since the 29th
        ("Europe/Amsterdam", "2026-10", "2026-10-31T23:00Z"),  # winter time since the 25th
        ("America/New_York", "2026-10", "2026-11-01T04:00Z"),  # two hours before winter time
        ("America/St_Johns", "2026-10", "2026-11-01T02:30Z"),
        ("Pacific/Auckland", "2026-03", "2026-03-31T11:00Z"),  # summer time until 5 April
        ("Asia/Kolkata", "2026-03", "2026-03-31T18:30Z"),
    ],
)
def test_answer_is_in_the_report_of_the_month_it_arrived_in(
    session: Session, zone: str, month: str, end: str
) -> None:
    make_company(session, time_zone=zone)
    ends_at, ended = datetime.fromisoformat(end), Month.parse(month)
    for moment in (ends_at - SECOND, ends_at, ends_at + SECOND):
        send(session, at=moment, zone=ZoneInfo(zone))

    counted = [
        live_figures(session, each, now=ends_at + timedelta(days=20)).this_month.answered
        for each in (ended, ended.plus(1))
    ]

    assert counted == [1, 2]
    listed = listed_months(session, now=ends_at)
    assert [(each.month, each.answered, each.state) for each in listed] == [
        (ended.plus(1), 2, MonthState.RUNNING),
        (ended, 1, MonthState.OVER),
    ]
    assert listed_months(session, now=ends_at - SECOND)[1].state is MonthState.RUNNING


def send(session: Session, *, at: datetime, zone: ZoneInfo) -> None:
    """A buyer answers at that moment."""
    invitation = make_asked(session, token=str(at), invited_at=at - timedelta(days=1))
    weighed, readers = SCREENS["weighed"], SCREENS["readers"]
    save_draft(session, invitation, DOCUMENT, {"weighed": "price"}, screen=weighed, now=at)
    given: Answers = {"readers": "people_dealt_with"}
    submit_response(session, invitation, DOCUMENT, given, screen=readers, now=at, zone=zone)
