"""A frozen month never changes."""

import pytest
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.kit.clock import Month
from survey.reports.actions import MonthStillRunning, freeze_report
from survey.reports.queries import month_report
from survey.responses.types import ResponseState
from tests.factories import make_company, make_user
from tests.reports.year import AFTER, SEPTEMBER, answer

ACTOR = Actor(ActorKind.COMMAND, label="survey report")


def test_frozen_figures_do_not_change(session: Session) -> None:
    make_company(session)
    first = answer(session, "It was slow.")
    freeze_report(session, SEPTEMBER, actor=ACTOR, now=AFTER)
    frozen = month_report(session, SEPTEMBER, now=AFTER)

    answer(session, "A late one, recorded by hand.")
    first.state = ResponseState.DELETED
    session.flush()
    later = month_report(session, SEPTEMBER, now=AFTER.replace(month=12))

    assert later.figures == frozen.figures
    assert later.frozen_at == AFTER
    assert len(frozen.cards) == 1
    assert later.cards == ()


def test_freezing_twice_keeps_the_first(session: Session) -> None:
    make_company(session)
    answer(session)
    user = make_user(session)
    first = freeze_report(session, SEPTEMBER, actor=ACTOR, now=AFTER, frozen_by=user)
    answer(session)

    again = freeze_report(session, SEPTEMBER, actor=ACTOR, now=AFTER.replace(month=11))

    assert again is first
    assert (again.frozen_at, again.frozen_by) == (AFTER, user)


def test_running_month_cannot_be_frozen(session: Session) -> None:
    make_company(session)

    with pytest.raises(MonthStillRunning, match="Freeze it from 2026-11-01 on"):
        freeze_report(session, Month(2026, 10), actor=ACTOR, now=AFTER)
