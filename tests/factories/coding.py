"""Codings."""

from typing import Any

from sqlalchemy.orm import Session

from survey.coding.models import CodedResponse, Coding, SupplierName
from survey.coding.types import CodingRole, CodingSource, CodingState, Direction
from tests.factories.deals import make_competitor
from tests.factories.responses import make_response
from tests.factories.rows import MOMENT, added, next_number
from tests.factories.taxonomy import make_reason


def make_coding(session: Session, **columns: Any) -> Coding:
    """The buyer's own click: primary, against us, confirmed."""
    values: dict[str, Any] = {
        "response": columns.get("response") or make_response(session),
        "reason": columns.get("reason") or make_reason(session),
        "role": CodingRole.PRIMARY,
        "direction": Direction.AGAINST_US,
        "source": CodingSource.BUYER,
        "state": CodingState.CONFIRMED,
        "coded_at": MOMENT,
        "decided_at": MOMENT,
    }
    return added(session, Coding(**values | columns))


def make_coded_response(session: Session, **columns: Any) -> CodedResponse:
    response = columns.get("response") or make_response(session)
    values: dict[str, Any] = {
        "response": response,
        "as_of_at": response.submitted_at,
        "state": response.state,
    }
    return added(session, CodedResponse(**values | columns))


def make_supplier_name(session: Session, **columns: Any) -> SupplierName:
    """Buyers write "acme" with a k."""
    values: dict[str, Any] = {
        "name_key": f"akme {next_number()}",
        "competitor": columns.get("competitor") or make_competitor(session),
    }
    return added(session, SupplierName(**values | columns))
