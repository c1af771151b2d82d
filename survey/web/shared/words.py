"""Days and moments as pages show them: filters for templates."""

from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from flask import Flask, g
from markupsafe import Markup, escape

from survey.company.queries import company
from survey.kit.words import day_in_words
from survey.web.shared.door import session, settings


def init_app(app: Flask) -> None:
    app.jinja_env.filters["day"] = _day
    app.jinja_env.filters["moment"] = _moment
    app.jinja_env.filters["address"] = _address


def zone() -> ZoneInfo:
    """The company's time zone; the settings' before it is founded. Asked once per request."""
    if "zone" not in g:
        founded = company(session())
        g.zone = founded.zone if founded else settings().zone
    return cast("ZoneInfo", g.zone)


def _day(day: date | datetime | None) -> str:
    """`closed_on | day`: “20 December 2026”; a moment's day is the company's."""
    if day is None:
        return "–"
    return day_in_words(day.astimezone(zone()).date() if isinstance(day, datetime) else day)


def _moment(moment: datetime | None) -> str:
    """`send_at | moment`: “20 December 2026, 09:00” by the company's clock."""
    return "–" if moment is None else f"{_day(moment)}, {moment.astimezone(zone()):%H:%M}"


def _address(address: str) -> Markup:
    """`email | address`: a long one breaks at its domain and before a dot, not within a word."""
    return escape(address).replace("@", Markup("@<wbr>")).replace(".", Markup("<wbr>."))
