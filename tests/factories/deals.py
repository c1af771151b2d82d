"""Accounts, contacts, deals, alternatives."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from survey.deals.models import Account, Alternative, Competitor, Contact, Deal, DealContact
from survey.deals.types import AlternativeKind, Outcome, Source, Standing
from tests.factories.rows import MOMENT, added, next_number


def make_account(session: Session, **columns: Any) -> Account:
    name = columns.pop("name", f"Brouwerij {next_number()}")
    values: dict[str, Any] = {"name": name, "name_key": name.lower(), "created_at": MOMENT}
    return added(session, Account(**values | columns))


def make_contact(session: Session, **columns: Any) -> Contact:
    number = next_number()
    values: dict[str, Any] = {
        "account": columns.get("account") or make_account(session),
        "email": f"buyer{number}@buyer.example",
        "name": f"Sam Jansen {number}",
        "created_at": MOMENT,
    }
    return added(session, Contact(**values | columns))


def make_deal(session: Session, **columns: Any) -> Deal:
    """A deal lost on 1 October 2026, without a seller, a contact or an amount."""
    number = next_number()
    values: dict[str, Any] = {
        "external_id": f"D-{number}",
        "name": f"Planning for plant {number}",
        "account": columns.get("account") or make_account(session),
        "outcome": Outcome.LOST,
        "opened_on": date(2026, 6, 1),
        "closed_on": date(2026, 10, 1),
        "product": "Planner",
        "region": "Benelux",
        "segment": "Mid-market",
        "created_at": MOMENT,
        "changed_at": MOMENT,
    }
    return added(session, Deal(**values | columns))


def make_deal_contact(session: Session, **columns: Any) -> DealContact:
    """A contact of the deal's own account who decided."""
    deal = columns.get("deal") or make_deal(session)
    values: dict[str, Any] = {
        "deal": deal,
        "contact": columns.get("contact") or make_contact(session, account=deal.account),
        "role": "decision maker",
        "is_decider": True,
    }
    return added(session, DealContact(**values | columns))


def make_competitor(session: Session, **columns: Any) -> Competitor:
    name = columns.pop("name", f"Rival {next_number()}")
    return added(session, Competitor(**{"name": name, "name_key": name.lower()} | columns))


def make_alternative(session: Session, **columns: Any) -> Alternative:
    """A competitor whom the buyer chose, says the CRM."""
    kind = columns.get("kind", AlternativeKind.COMPETITOR)
    values: dict[str, Any] = {
        "deal": columns.get("deal") or make_deal(session),
        "kind": kind,
        "standing": Standing.CHOSEN,
        "source": Source.CRM,
    }
    if kind is AlternativeKind.COMPETITOR and "competitor" not in columns:
        values["competitor"] = make_competitor(session)
    return added(session, Alternative(**values | columns))
