"""What the filters of figures and answers offer."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.deals.models import Alternative, Competitor, Deal
from survey.team.models import Team, User

Choices = Mapping[str, str]
"""What stands in the address, and what is read."""


def filter_choices(session: Session) -> Mapping[str, Choices]:
    """For each narrowing field of a `Filter` its values among our deals, by name."""
    return {
        "competitor": _competitors(session),
        "product": _values(session, Deal.product),
        "region": _values(session, Deal.region),
        "segment": _values(session, Deal.segment),
        "team": _teams(session),
        "seller": _sellers(session),
    }


def has_deals(session: Session) -> bool:
    """Whether anything was ever imported."""
    return session.scalar(select(Deal.id).limit(1)) is not None


def _values(session: Session, column: InstrumentedAttribute[str]) -> Choices:
    found = session.scalars(select(column).where(column != "").distinct().order_by(column))
    return {value: value for value in found}


def _competitors(session: Session) -> Choices:
    named = select(Alternative.competitor_id).where(Alternative.competitor_id.is_not(None))
    found = session.execute(
        select(Competitor.public_id, Competitor.name)
        .where(Competitor.id.in_(named))
        .order_by(Competitor.name, Competitor.id)
    )
    return {row.public_id: row.name for row in found}


def _teams(session: Session) -> Choices:
    selling = select(User.team_id).where(User.id.in_(select(Deal.seller_id)))
    names = session.scalars(select(Team.name).where(Team.id.in_(selling)).order_by(Team.name))
    return {name: name for name in names}


def _sellers(session: Session) -> Choices:
    found = session.execute(
        select(User.public_id, User.name)
        .where(User.id.in_(select(Deal.seller_id)))
        .order_by(User.name, User.id)
    )
    return {row.public_id: row.name for row in found}
