"""Frozen reports."""

from typing import Any

from sqlalchemy.orm import Session

from survey.kit.clock import Month
from survey.reports.models import Report
from survey.taxonomy.models import Release
from tests.factories.rows import MOMENT, added, the_only
from tests.factories.taxonomy import make_release


def make_report(session: Session, **columns: Any) -> Report:
    values: dict[str, Any] = {
        "month_index": Month(2026, 9).index,
        "cut_at": MOMENT,
        "frozen_at": MOMENT,
        "release": columns.get("release") or the_only(session, Release) or make_release(session),
        "figures": {},
    }
    return added(session, Report(**values | columns))
