"""The dashboard as a manager opens it, beside the one GROUP BY that no dashboard can do without.

    python -m benchmarks.dashboard [--responses 10000,1000000] [--server postgresql://…]

The raw query counts the same responses by reason and month in the same database. The bars are those
of a million responses: at most 0.1 of it for the whole company, at most 0.3 for one region, and at
most twice the time of ten thousand.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import structlog
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from survey.app import create_app
from survey.audit.types import Actor, ActorKind
from survey.coding.models import Coding
from survey.config import Environment, read_settings
from survey.deals.models import Account, Alternative, Competitor, Contact, Deal
from survey.invitations.models import Invitation
from survey.kit import clock
from survey.kit.bulk import insert_rows
from survey.kit.clock import Month
from survey.kit.db import Database
from survey.kit.ids import new_public_ids
from survey.kit.memory import look_for_cycles_seldom
from survey.responses.models import Response
from survey.taxonomy.actions import ship_release
from survey.taxonomy.models import Reason
from survey.team.types import Role
from tests import databases
from tests.factories import make_campaign, make_company, make_user, make_version

_SIZES = "10000,1000000"
_BATCH = 20_000
_DEALS_AN_ACCOUNT = 10
_MONTHS = 12
_COMPETITORS = 5
_REGIONS = ("Benelux", "Nordics", "Iberia", "DACH", "UK")
_OUTCOMES = ("lost", "lost", "won", "no_decision")
_DIRECTIONS = {"lost": "against_us", "won": "for_us", "no_decision": "against_us"}
_SAID = ("buyer", "confirmed", "weighed", "")
_TIMES = 3
_OK = 200
_ACTOR = Actor(ActorKind.COMMAND)


def main() -> None:
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    whole = {}
    for responses in map(int, options.responses.split(",")):
        with databases.fresh_database(options.server) as url:
            whole[responses] = measure(url, responses)
    fewest, most = min(whole), max(whole)
    if fewest != most:
        print(f"{fewest:,} -> {most:,}: {whole[most] / whole[fewest]:.1f} x the time (bar: 2)")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", default=_SIZES, help="sizes, parted by commas")
    parser.add_argument("--server", default="", help="a PostgreSQL server; without it SQLite")
    return parser.parse_args()


def measure(url: str, responses: int) -> float:
    """Print one size's figures; the seconds that the whole company's dashboard takes."""
    database = Database(url)
    fill(database, responses)
    client = _manager(database, url)
    raw = _fastest(lambda: _raw(database))
    print(f"{responses:,} responses: raw GROUP BY {raw:.3f} s")
    taken = {}
    for name, address, bar in (("whole", "/", 0.1), ("a region", "/?region=Benelux", 0.3)):
        taken[name] = _fastest(lambda address=address: _open(client, address))
        print(f"{name:>10}: {taken[name]:.3f} s, {taken[name] / raw:.2f} x the raw (bar: {bar})")
    database.close()
    return taken["whole"]


def _manager(database: Database, url: str) -> FlaskClient:
    settings = read_settings(
        _env_file=None,
        environment=Environment.TEST,
        database_url=url,
        queue_url=f"sqlite:///{tempfile.mkdtemp()}/queue.db",
        log_level="ERROR",
    )
    client = create_app(settings, database).test_client()
    with database.writing() as session:
        key = make_user(session, role=Role.MANAGER).session_key
    with client.session_transaction() as cookie:
        cookie["_user_id"] = key
        cookie["_fresh"] = True
    return client


def _open(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == _OK


def _raw(database: Database) -> None:
    with database.reading() as session:
        session.execute(
            select(Coding.reason_id, Response.month_index, func.count())
            .join(Response, Response.id == Coding.response_id)
            .group_by(Coding.reason_id, Response.month_index)
        ).all()


def _fastest(work: Callable[[], object]) -> float:
    took = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return min(took)


def fill(database: Database, responses: int) -> None:
    """Answered deals of twelve months, each with the reason that weighed most and another."""
    now = clock.now()
    with database.writing() as session:
        make_company(session)
        ship_release(session, actor=_ACTOR, now=now)
        campaign = make_campaign(session, state="paused")
        version = make_version(session, questionnaire=campaign.questionnaire, frozen_at=now)
        reasons = list(session.scalars(select(Reason.id).order_by(Reason.id)))
        _write_competitors(session)
        ids = (campaign.id, version.id)
    for first in range(1, responses + 1, _BATCH):
        numbers = range(first, min(first + _BATCH, responses + 1))
        with database.writing() as session:
            _write_deals(session, numbers, now=now)
            _write_invitations(session, numbers, *ids, now=now)
            _write_answered(session, numbers, reasons, now=now)
    if database.engine.dialect.name != "sqlite":
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def _write_competitors(session: Session) -> None:
    ids = new_public_ids(_COMPETITORS)
    rows = [(n, ids[n - 1], f"Rival {n}", f"rival {n}") for n in range(1, _COMPETITORS + 1)]
    insert_rows(session, Competitor, ("id", "public_id", "name", "name_key"), rows)


def _write_deals(session: Session, numbers: range, *, now: datetime) -> None:
    ids = iter(new_public_ids(3 * len(numbers)))
    accounts = [n for n in numbers if n % _DEALS_AN_ACCOUNT == 1]
    insert_rows(
        session,
        Account,
        ("id", "public_id", "name", "name_key", "created_at"),
        [(n, next(ids), f"Buyer {n}", f"buyer {n}", now) for n in accounts],
    )
    insert_rows(
        session,
        Contact,
        ("id", "public_id", "account_id", "email", "name", "created_at"),
        [(n, next(ids), n, f"b{n}@buyer.example", f"Jane {n}", now) for n in accounts],
    )
    insert_rows(
        session,
        Deal,
        (
            *("id", "public_id", "external_id", "name", "account_id", "outcome", "closed_on"),
            *("product", "region", "segment", "deal_type", "lead_source", "stage"),
            *("crm_reason", "row_digest", "created_at", "changed_at"),
        ),
        [(*_deal(n, next(ids), now.date()), now, now) for n in numbers],
    )
    insert_rows(
        session,
        Alternative,
        ("deal_id", "kind", "competitor_id", "standing", "source"),
        [(n, "competitor", n % _COMPETITORS + 1, "closest", "crm") for n in numbers],
    )


def _write_invitations(
    session: Session, numbers: range, campaign_id: int, version_id: int, *, now: datetime
) -> None:
    ids = iter(new_public_ids(len(numbers)))
    insert_rows(
        session,
        Invitation,
        (
            *("id", "public_id", "campaign_id", "deal_id", "contact_id", "version_id", "asked_as"),
            *("invited_at", "closes_at", "sent_at", "cancel_reason"),
            "reminders_at_most",
        ),
        [
            (
                *(n, next(ids), campaign_id, n, _account(n), version_id, _outcome(n)),
                *(now, now + timedelta(days=30), now, "", 1),
            )
            for n in numbers
        ],
    )


def _deal(number: int, public_id: str, today: date) -> tuple[object, ...]:
    closed_on = today - timedelta(days=number % 330)
    region = _REGIONS[number % len(_REGIONS)]
    return (
        *(number, public_id, f"D-{number}", f"Deal {number}", _account(number), _outcome(number)),
        *(closed_on, "Planner", region, "", "", "", "", "", ""),
    )


def _account(number: int) -> int:
    return number - (number - 1) % _DEALS_AN_ACCOUNT


def _outcome(number: int) -> str:
    return _OUTCOMES[number % len(_OUTCOMES)]


def _write_answered(session: Session, numbers: range, reasons: list[int], *, now: datetime) -> None:
    ids = iter(new_public_ids(3 * len(numbers)))
    this_month = Month(now.year, now.month).index
    insert_rows(
        session,
        Response,
        (
            *("id", "public_id", "invitation_id", "deal_id", "state", "hold_reasons", "sitting"),
            *("channel", "audience", "may_ask_back", "may_tell_changes", "may_write_about_product"),
            *("started_at", "submitted_at", "month_index"),
        ),
        [
            (
                *(n, next(ids), n, n, "counted", [], "", "web", "people_dealt_with"),
                *(False, False, False, now, now, this_month - n % _MONTHS),
            )
            for n in numbers
        ],
    )
    insert_rows(
        session,
        Coding,
        (
            *("public_id", "response_id", "reason_id", "role", "direction", "source", "state"),
            *("question_key", "quote", "coded_at", "decided_at"),
        ),
        [
            (next(ids), n, reason, role, _DIRECTIONS[_outcome(n)], *_SAID, now, now)
            for n in numbers
            for reason, role in _two_reasons(n, reasons)
        ],
    )


def _two_reasons(number: int, reasons: list[int]) -> Iterator[tuple[int, str]]:
    at = number * 7 % len(reasons)
    yield reasons[at], "primary"
    yield reasons[(at + 1 + number % 5) % len(reasons)], "contributing"


if __name__ == "__main__":
    look_for_cycles_seldom()
    main()
