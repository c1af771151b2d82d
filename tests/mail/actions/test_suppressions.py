"""The list of addresses never to mail."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.audit.types import Actor, ActorKind
from survey.mail import queries
from survey.mail.actions import suppressions
from survey.mail.actions.suppressions import Cause
from survey.mail.listing import Listed
from survey.mail.rules import address_digest
from survey.mail.types import SuppressionReason
from tests.factories import MOMENT, make_receipt, make_suppression

NOW = MOMENT + timedelta(hours=1)
ACTOR = Actor(ActorKind.USER, 7, "Noor de Wit")


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


def audited(session: Session) -> list[tuple[str, dict[str, Any]]]:
    return [(each.action, each.details) for each in session.scalars(select(AuditEntry))]


def test_an_address_added_by_hand_is_one_plain_address(session: Session):
    kept = suppressions.add_by_hand(
        session, " Jane@Buyer.Example ", note="Rang us.", actor=ACTOR, now=NOW
    )

    assert (kept.address, kept.note) == ("jane@buyer.example", "Rang us.")
    assert kept.reason is SuppressionReason.ADDED_BY_PERSON
    assert audited(session) == [("suppression_added", {})]
    with pytest.raises(suppressions.NotOneAddress):
        suppressions.add_by_hand(session, "jane, john", note="", actor=ACTOR, now=NOW)


def test_an_address_is_lifted_with_a_reason_that_is_kept(session: Session):
    bounced = make_suppression(session, reason=SuppressionReason.BOUNCED, address="a@b.example")

    suppressions.lift(
        session, bounced, why="Mailbox is back", is_asked_by_person=False, actor=ACTOR, now=NOW
    )

    assert queries.suppression_of(session, "a@b.example") is None
    assert audited(session) == [
        (
            "suppression_lifted",
            {"reason": "bounced", "is_asked_by_person": False, "why": "Mailbox is back"},
        )
    ]


def test_an_address_is_not_lifted_without_a_reason(session: Session):
    with pytest.raises(suppressions.WhyMissing):
        suppressions.lift(
            session,
            make_suppression(session),
            why=" ",
            is_asked_by_person=True,
            actor=ACTOR,
            now=NOW,
        )


@pytest.mark.parametrize(
    "reason",
    [SuppressionReason.OPTED_OUT, SuppressionReason.COMPLAINED, SuppressionReason.ERASED],
)
def test_what_a_person_said_only_they_take_back(reason: SuppressionReason, session: Session):
    said = make_suppression(session, reason=reason, address="a@b.example")

    with pytest.raises(suppressions.NotOursToLift):
        suppressions.lift(
            session, said, why="A new deal", is_asked_by_person=False, actor=ACTOR, now=NOW
        )
    assert queries.suppression_of(session, "a@b.example") is said

    suppressions.lift(
        session, said, why="She wrote to us", is_asked_by_person=True, actor=ACTOR, now=NOW
    )
    assert queries.suppression_of(session, "a@b.example") is None


def test_an_erased_person_stays_on_the_list_by_digest_alone(session: Session):
    make_suppression(session, address="jane@buyer.example", note="Wrote: call me on 555 0100")
    told = make_receipt(
        session,
        address_digest=address_digest("jane@buyer.example"),
        raw={"event": "open", "email": "jane@buyer.example"},
    )

    kept = suppressions.forget_address(session, "Jane+x@Buyer.example", now=NOW)

    assert (kept.address, kept.note, kept.reason) == (None, "", SuppressionReason.ERASED)
    assert queries.suppressions_among(session, ["jane@buyer.example"]) == {
        "jane@buyer.example": SuppressionReason.ERASED
    }
    session.refresh(told)
    assert told.raw == {}


def test_an_erased_person_whom_a_receipt_names_again_stays_forgotten(session: Session):
    suppressions.forget_address(session, "jane@buyer.example", now=NOW)

    suppressions.suppress_all(
        session, {"jane@buyer.example": Cause(SuppressionReason.BOUNCED, "550")}, now=NOW
    )

    kept = queries.suppression_of(session, "jane@buyer.example")
    assert kept is not None
    assert (kept.address, kept.reason) == (None, SuppressionReason.ERASED)


@pytest.mark.parametrize(
    ("first", "then", "stands"),
    [
        (SuppressionReason.BOUNCED, SuppressionReason.OPTED_OUT, SuppressionReason.OPTED_OUT),
        (
            SuppressionReason.ADDED_BY_PERSON,
            SuppressionReason.COMPLAINED,
            SuppressionReason.COMPLAINED,
        ),
        (SuppressionReason.OPTED_OUT, SuppressionReason.BOUNCED, SuppressionReason.OPTED_OUT),
        (SuppressionReason.OPTED_OUT, SuppressionReason.COMPLAINED, SuppressionReason.COMPLAINED),
        (SuppressionReason.COMPLAINED, SuppressionReason.OPTED_OUT, SuppressionReason.COMPLAINED),
        (SuppressionReason.BOUNCED, SuppressionReason.REFUSED, SuppressionReason.BOUNCED),
    ],
)
def test_the_weightier_reason_stands(
    session: Session, first: SuppressionReason, then: SuppressionReason, stands: SuppressionReason
):
    for address in ("a@b.example", "c@b.example"):
        make_suppression(session, address=address, reason=first)

    suppressions.suppress(session, "A@b.example", reason=then, now=NOW)
    new = suppressions.suppress_all(session, {"c@b.example": suppressions.Cause(then)}, now=NOW)

    assert new == 0
    assert queries.suppressions_among(session, ["a@b.example", "c@b.example"]) == {
        "a@b.example": stands,
        "c@b.example": stands,
    }


def test_a_list_is_taken_in_beside_what_stands(session: Session):
    make_suppression(session, address="a@b.example", reason=SuppressionReason.BOUNCED)
    listed = [
        Listed(address_digest("a@b.example"), "a@b.example", SuppressionReason.OPTED_OUT),
        Listed(address_digest("c@b.example"), None, SuppressionReason.ERASED),
        Listed(address_digest("d@b.example"), "d@b.example", SuppressionReason.OPTED_OUT),
    ]

    first = suppressions.take_in(session, listed, actor=ACTOR, now=NOW)
    second = suppressions.take_in(session, listed, actor=ACTOR, now=NOW)

    assert (first, second) == (2, 0)
    asked = ["a@b.example", "c@b.example", "d@b.example"]
    assert queries.suppressions_among(session, asked) == {
        "a@b.example": SuppressionReason.OPTED_OUT,
        "c@b.example": SuppressionReason.ERASED,
        "d@b.example": SuppressionReason.OPTED_OUT,
    }
    assert audited(session) == [
        ("suppressions_taken_in", {"new": 2, "known": 1}),
        ("suppressions_taken_in", {"new": 0, "known": 3}),
    ]


def test_whom_a_list_knows_as_erased_is_forgotten_here_too(session: Session):
    kept = make_suppression(session, address="a@b.example", reason=SuppressionReason.BOUNCED)
    listed = [Listed(address_digest("a@b.example"), None, SuppressionReason.ERASED)]

    suppressions.take_in(session, listed, actor=ACTOR, now=NOW)

    session.refresh(kept)
    assert (kept.address, kept.reason) == (None, SuppressionReason.ERASED)
