"""What the filters of figures and answers offer."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.deals.models import Alternative, Competitor, Deal

Choices = Mapping[str, str]
"""What stands in the address, and what is read."""


def filter_choices(session: Session) -> Mapping[str, Choices]:
    """For each narrowing field of a `Filter` its values among our deals, by name."""
    return {
        "competitor": _competitors(session),
        "product": _values(session, Deal.product),
        "region": _values(session, Deal.region),
        "segment": _values(session, Deal.segment),
    }


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
