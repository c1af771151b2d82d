"""A year passes: deals close and come in, buyers are asked by mail, and some of them answer.

Everything goes through the same actions and jobs as in life; only the clock is ours.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.cli.demo.deals import Row, address_of, rows_of_a_year, world
from survey.cli.demo.post import PastProvider, remembered
from survey.company.actions import change_company
from survey.company.types import CompanySettings
from survey.config import Settings
from survey.deals.mapping import Mapping
from survey.invitations.actions.campaigns import create_campaign, start_campaign
from survey.invitations.actions.holds import hold_deal
from survey.invitations.models import Hold, Invitation, Notice
from survey.invitations.types import Terms
from survey.jobs.deliver import deliver_due
from survey.jobs.desk import Desk
from survey.jobs.import_deals import import_files
from survey.jobs.invite import invite_all
from survey.jobs.remind import remind_all
from survey.kit.db import Database
from survey.letters.kinds import letters_of
from survey.mail.actions.suppressions import suppress
from survey.mail.providers.file import FileProvider
from survey.mail.types import SuppressionReason
from survey.questionnaires.queries import questionnaire_by_key
from survey.team.actions import add_user
from survey.team.types import Role

ACTOR = Actor(kind=ActorKind.COMMAND, label="survey demo")
_WEEK = timedelta(days=7)
_LONG_AGO = timedelta(days=100)
_HOURS_OF_A_DAY = timedelta(hours=20)
_MAILS_KEPT = timedelta(days=31)
"""Links live for thirty days, so older mails are of no use to anybody who tries the demo."""
_MORNING = time(9, 40, tzinfo=UTC)
_EVENING = time(17, 10, tzinfo=UTC)
"""When all of North America is at work, whichever the season."""
_SEED = 815
_HOLDS_EVERY = 45
_SUPPRESSED_OF_70 = (
    SuppressionReason.OPTED_OUT,
    SuppressionReason.BOUNCED,
    SuppressionReason.ADDED_BY_PERSON,
)
"""What becomes, once each, of seventy addresses that were written to."""
_CAMPAIGNS: tuple[dict[str, Any], ...] = (
    {
        "name": "Lost and undecided deals",
        "questionnaire": "not_won",
        "lost_delay_days": 10,
        "no_decision_delay_days": 30,
    },
    {
        "name": "Won deals",
        "questionnaire": "won",
        "won_delay_days": 21,
        "regions": ("Benelux", "DACH", "Nordics"),
    },
    {
        "name": "Won deals, UK and Ireland",
        "questionnaire": "won",
        "won_delay_days": 21,
        "regions": ("UK & Ireland",),
        "products": ("Fernhill Rota", "Fernhill Flow"),
        "amount_from_minor": 12_000_00,
        "amount_currency": "GBP",
    },
)
"""What each asks for. Buyers in France who chose us are visited instead."""
_HOLD_REASONS = (
    "We are negotiating a second contract with them this month.",
    "The buyer lost a colleague last week. Please not now.",
    "They have an open complaint; support talks to them first.",
    "I promised them that nobody writes before the new year.",
)


@dataclass(slots=True)
class Calendar:
    """The demo's clock: it stands still until it is moved on."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Year:
    """What the passing of the year stands on."""

    database: Database
    settings: Settings
    today: datetime
    rng: Random = field(default_factory=lambda: Random(_SEED))  # noqa: S311 (believable, no secret)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(world()["company"]["time_zone"])


def let_a_year_pass(year: Year, folder: Path, *, tell: Callable[[float], None]) -> None:
    """Live through the twelve months before today, week by week. `tell` hears the share done."""
    weeks = _weeks(year.today)
    calendar = Calendar(weeks[0])
    past, present = _desks(year, calendar)
    with year.database.writing() as session:
        _open_for_business(session, now=calendar.now())
    waiting = rows_of_a_year(year.today.date())
    for number, moment in enumerate(weeks):
        calendar.at = moment
        is_last = number == len(weeks) - 1
        closed = [row for row in waiting if is_last or _closed_before(row, moment.date())]
        waiting = waiting[len(closed) :]
        _take_in(year, closed, folder, now=moment)
        with year.database.writing() as session:
            _hold_and_opt_out(session, year.rng, now=moment)
        invite_all(year.database, now=calendar.now)
        remind_all(year.database, now=calendar.now)
        if not is_last:
            desk = past if moment < year.today - _MAILS_KEPT else present
            deliver_due(desk)
            calendar.at = datetime.combine(moment.date(), _EVENING)
            deliver_due(desk)
        tell((number + 1) / len(weeks))


def _desks(year: Year, calendar: Calendar) -> tuple[Desk, Desk]:
    """What delivers the mail of long ago, and that of the last weeks."""
    sender = world()["sender"]["email"]
    mailbox = FileProvider(year.settings.mail_folder, from_address=sender, now=calendar.now)
    letters = letters_of(year.settings)
    past = Desk(year.database, PastProvider(), remembered(letters), now=calendar.now, threads=64)
    return past, Desk(year.database, mailbox, letters, now=calendar.now)


def _weeks(today: datetime) -> list[datetime]:
    """A working morning in each week, long ago in each second week, and today."""
    first = datetime.combine(today.date() - timedelta(days=364), _MORNING)
    first -= timedelta(days=first.weekday() - 1)
    mornings = [
        first + number * _WEEK + timedelta(days=number % 3, minutes=17 * (number % 5))
        for number in range(54)
    ]
    lived = [
        moment
        for number, moment in enumerate(mornings)
        if moment < today - _HOURS_OF_A_DAY and (number % 2 == 0 or moment > today - _LONG_AGO)
    ]
    return [*lived, today]


def _open_for_business(session: Session, *, now: datetime) -> None:
    company = world()["company"]
    change_company(
        session,
        CompanySettings(
            name=company["name"],
            time_zone=company["time_zone"],
            postal_address=company["postal_address"],
            privacy_contact=f"privacy@{company['domain']}",
            brand_colour="#1f5f5b",
            anonymity_threshold=5,
            grey_threshold=5,
            retention_months=24,
        ),
        actor=ACTOR,
        now=now,
    )
    for staff in world()["staff"]:
        _let_in(session, staff["name"], Role(staff["role"]), "", now=now)
    for name, seller in world()["sellers"].items():
        _let_in(session, name, Role.SELLER, seller["team"], now=now)
    for terms in _CAMPAIGNS:
        _start(session, dict(terms), now=now)


def _start(session: Session, told: dict[str, Any], *, now: datetime) -> None:
    questionnaire = questionnaire_by_key(session, told.pop("questionnaire"))
    assert questionnaire is not None  # noqa: S101 (shipped with the database)
    sender = world()["sender"]
    terms = Terms(
        questionnaire_id=questionnaire.id,
        sender_name=sender["name"],
        sender_role=sender["role"],
        reply_to=sender["email"],
        phone=sender["phone"],
        sender_is_not_in_sales=True,
        sender_reads_every_answer=True,
        sample_percent=96,
        **told,
    )
    campaign = create_campaign(session, terms, actor=ACTOR, now=now)
    start_campaign(session, campaign, actor=ACTOR, now=now)


def _let_in(session: Session, name: str, role: Role, team: str, *, now: datetime) -> None:
    address = address_of(name, world()["company"]["domain"])
    add_user(session, email=address, role=role, name=name, team_name=team, actor=ACTOR, now=now)


def _closed_before(row: Row, day: date) -> bool:
    return bool(row["closed_on"]) and date.fromisoformat(row["closed_on"]) < day


def _take_in(year: Year, rows: list[Row], folder: Path, *, now: datetime) -> None:
    if not rows:
        return
    path = folder / "deals.csv"
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    import_files(year.database, [path], mapping=Mapping(), zone=year.zone, actor=ACTOR, now=now)


def _hold_and_opt_out(session: Session, rng: Random, *, now: datetime) -> None:
    """Now and then a seller asks to hold, a buyer not to be written to, and an address is gone."""
    noticed = select(Notice).where(Notice.noticed_at >= now - 2 * _WEEK)
    held = select(Hold.deal_id)
    asked = select(Invitation.deal_id)
    for notice in session.scalars(
        noticed.where(Notice.deal_id.not_in(held), Notice.deal_id.not_in(asked)).order_by(Notice.id)
    ):
        if rng.randrange(_HOLDS_EVERY) == 0:
            reason = rng.choice(_HOLD_REASONS)
            hold_deal(session, notice.deal, by=notice.seller, reason=reason, now=now)
    written_to = select(Invitation).where(Invitation.sent_at.between(now - 3 * _WEEK, now - _WEEK))
    for invitation in session.scalars(written_to.order_by(Invitation.id)):
        luck = rng.randrange(70)
        if luck < len(_SUPPRESSED_OF_70):
            reason = _SUPPRESSED_OF_70[luck]
            suppress(session, invitation.contact.email, reason=reason, now=now)
