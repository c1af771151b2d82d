"""The list of addresses never to mail."""

from datetime import timedelta

from sqlalchemy.orm import Session

from survey.mail import queries
from survey.mail.actions import suppressions
from survey.mail.actions.suppressions import Cause
from survey.mail.types import SuppressionReason
from tests.factories import MOMENT

NOW = MOMENT + timedelta(hours=1)


def test_suppress_twice_keeps_the_first_reason(session: Session):
    first = suppressions.suppress(
        session, "Jane@Buyer.example", reason=SuppressionReason.OPTED_OUT, now=NOW
    )
    second = suppressions.suppress(
        session, "jane@buyer.example ", reason=SuppressionReason.BOUNCED, now=NOW
    )

    assert second is first
    assert second.reason is SuppressionReason.OPTED_OUT
    assert queries.suppressions_among(session, ["JANE@buyer.example", "john@buyer.example"]) == {
        "JANE@buyer.example": SuppressionReason.OPTED_OUT
    }


def test_suppress_holds_for_every_way_to_write_a_mailbox(session: Session):
    suppressions.suppress(
        session, "jane+news@buyer.example", reason=SuppressionReason.OPTED_OUT, now=NOW
    )

    asked = ["jane@buyer.example", "Jane+Deals@Buyer.Example", "jan@buyer.example"]

    assert queries.suppressions_among(session, asked) == {
        "jane@buyer.example": SuppressionReason.OPTED_OUT,
        "Jane+Deals@Buyer.Example": SuppressionReason.OPTED_OUT,
    }


def test_suppress_all_says_how_many_are_new(session: Session):
    suppressions.suppress(session, "a@b.example", reason=SuppressionReason.OPTED_OUT, now=NOW)

    new = suppressions.suppress_all(
        session,
        {
            "A@b.example": Cause(SuppressionReason.BOUNCED),
            "c@b.example": Cause(SuppressionReason.BOUNCED, "550 unknown"),
        },
        now=NOW,
    )

    assert new == 1
    kept = queries.suppression_of(session, "c@b.example")
    assert kept is not None
    assert (kept.reason, kept.note) == (SuppressionReason.BOUNCED, "550 unknown")
