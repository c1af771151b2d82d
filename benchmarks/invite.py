"""Planning and queueing: deals that are due become invitations with their mails in the outbox.

    python -m benchmarks.invite [--deals 100000] [--server postgresql://…]

Every deal is looked at, then looked at once more in the transaction that asks about it. The bar is
10,000 invitations a second from the plan into the outbox; planning is told apart.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.deals.models import Account, Contact, Deal, DealContact
from survey.invitations.models import Invitation
from survey.invitations.queries.plans import plan_all
from survey.jobs.invite import invite_all
from survey.kit.bulk import insert_rows
from survey.kit.db import Database
from survey.kit.ids import new_public_ids
from survey.kit.memory import look_for_cycles_seldom
from survey.mail.models import Message
from survey.questionnaires.documents import shipped_document
from tests import databases
from tests.factories import make_campaign, make_company, make_version

BAR = 10_000
_NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--server", default="", help="a PostgreSQL server; without it SQLite")
    options = parser.parse_args()
    with databases.fresh_database(options.server) as url:
        database = Database(url)
        fill(database, options.deals)
        with database.writing() as session:
            databases.know_sizes(session)
        plan_s = seconds(lambda: plan(database))
        whole_s = seconds(lambda: invite_all(database, now=lambda: _NOW))
        with database.reading() as session:
            for model in (Invitation, Message):
                assert session.scalar(select(func.count()).select_from(model)) == options.deals
        database.close()
    print(f"planned:             {options.deals / plan_s:8,.0f} deals/s")
    print(f"planned and queued:  {options.deals / whole_s:8,.0f} invitations/s")
    queued = options.deals / (whole_s - plan_s)
    print(f"looked at and queued:{queued:8,.0f} invitations/s (bar: {BAR:,})")


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def plan(database: Database) -> None:
    with database.reading() as session:
        plan_all(session, _NOW)


def fill(database: Database, deals: int) -> None:
    """A deal, an account and a contact each, all of them due."""
    with database.writing() as session:
        make_company(session)
        campaign = make_campaign(session)
        document = shipped_document("not_won")
        make_version(session, questionnaire=campaign.questionnaire, document=document)
        ids = iter(new_public_ids(3 * deals))
        numbers = range(1, deals + 1)
        insert_rows(
            session,
            Account,
            ("id", "public_id", "name", "name_key", "created_at"),
            [(n, next(ids), f"Buyer {n}", f"buyer {n}", _NOW) for n in numbers],
        )
        insert_rows(
            session,
            Contact,
            ("id", "public_id", "account_id", "email", "name", "may_ask", "created_at"),
            [(n, next(ids), n, f"b{n}@buyer.example", f"Jane {n}", True, _NOW) for n in numbers],
        )
        write_deals(session, ids, numbers)
        insert_rows(
            session,
            DealContact,
            ("deal_id", "contact_id", "role", "is_decider", "is_chosen_to_ask"),
            [(n, n, "", True, False) for n in numbers],
        )


def write_deals(session: Session, ids: Iterator[str], numbers: range) -> None:
    insert_rows(
        session,
        Deal,
        (
            *("id", "public_id", "external_id", "name", "account_id", "outcome", "closed_on"),
            *("product", "region", "segment", "deal_type", "lead_source", "stage"),
            *("crm_reason", "row_digest", "created_at", "changed_at"),
        ),
        [
            (
                *(n, next(ids), f"D-{n}", f"Deal {n}", n, "lost", date(2026, 11, 4)),
                *("Planner", "", "", "", "", "", "", "", _NOW, _NOW),
            )
            for n in numbers
        ],
    )


if __name__ == "__main__":
    look_for_cycles_seldom()
    main()
