"""A mail's state, told from all that is known: strongest proof first, blind to the order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.mail.folding import fold
from survey.mail.types import (
    AttemptOutcome,
    Heard,
    MessageState,
    ReceiptKind,
    Settled,
    SettlementKind,
    Tried,
)

AT = datetime(2026, 10, 15, 9, tzinfo=UTC)
HEARD = st.builds(
    Heard,
    st.sampled_from(ReceiptKind),
    st.integers(0, 5).map(lambda days: AT + timedelta(days=days)),
)
TRIED = st.builds(Tried, st.sampled_from([None, *AttemptOutcome]), st.sampled_from(["", "x"]))


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (None, MessageState.CLAIMED),
        (AttemptOutcome.ACCEPTED, MessageState.ACCEPTED),
        (AttemptOutcome.TRY_LATER, MessageState.QUEUED),
        (AttemptOutcome.NEVER_SEND, MessageState.FAILED),
        (AttemptOutcome.MAY_HAVE_BEEN_SENT, MessageState.UNCERTAIN),
        (AttemptOutcome.QUEUE_STOPPED, MessageState.QUEUED),
        (AttemptOutcome.NOT_WANTED, MessageState.CANCELLED),
    ],
)
def test_without_receipts_the_last_attempt_decides(
    outcome: AttemptOutcome | None, state: MessageState
):
    earlier = Tried(AttemptOutcome.TRY_LATER)

    assert fold([earlier, Tried(outcome, "why")]).state is state


def test_nothing_known_is_queued():
    assert fold([]).state is MessageState.QUEUED


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ("processed", MessageState.ACCEPTED),
        ("deferred processed", MessageState.DEFERRED),
        ("delivered deferred processed", MessageState.DELIVERED),
        ("bounced", MessageState.ACCEPTED),
        ("deferred bounced", MessageState.DEFERRED),
        ("complained", MessageState.DELIVERED),
        ("other", MessageState.ACCEPTED),
        ("unreadable", MessageState.UNCERTAIN),
    ],
)
def test_a_receipt_settles_what_was_uncertain(kinds: str, state: MessageState):
    uncertain = Tried(AttemptOutcome.MAY_HAVE_BEEN_SENT)
    receipts = [Heard(ReceiptKind(kind), AT) for kind in kinds.split()]

    assert fold([uncertain], (), receipts).state is state


def test_trouble_is_kept_beside_the_state_with_its_first_moment():
    receipts = [
        Heard(ReceiptKind.DELIVERED, AT),
        Heard(ReceiptKind.BOUNCED, AT + timedelta(days=1)),
        Heard(ReceiptKind.BOUNCED, AT + timedelta(hours=1)),
    ]

    standing = fold([Tried(AttemptOutcome.ACCEPTED)], (), receipts)

    assert standing.state is MessageState.DELIVERED
    assert standing.bounced_at == AT + timedelta(hours=1)
    assert (standing.dropped_at, standing.complained_at, standing.opted_out_at) == (None,) * 3


def test_a_decision_holds_until_a_newer_attempt():
    lost = Tried(AttemptOutcome.MAY_HAVE_BEEN_SENT)
    again = Settled(SettlementKind.SEND_AGAIN, "", after_attempts=1)

    assert fold([lost], [again]).state is MessageState.QUEUED
    assert fold([lost, Tried(None)], [again]).state is MessageState.CLAIMED
    assert fold([lost, lost], [again]).state is MessageState.UNCERTAIN


def test_proof_that_it_left_outweighs_a_decision_to_send_again_or_drop():
    lost = Tried(AttemptOutcome.MAY_HAVE_BEEN_SENT)
    for kind in (SettlementKind.SEND_AGAIN, SettlementKind.DROP):
        decided = Settled(kind, "why", after_attempts=1)

        assert fold([lost], [decided], [Heard(ReceiptKind.DELIVERED, AT)]).state is (
            MessageState.DELIVERED
        )


@given(st.lists(TRIED, max_size=3), st.lists(HEARD, max_size=6), st.randoms())
def test_order_and_repetition_of_receipts_change_nothing(tried, receipts, random):
    copies = receipts * random.randint(1, 4)
    random.shuffle(copies)

    assert fold(tried, (), copies) == fold(tried, (), receipts)


@given(st.lists(TRIED, max_size=3), st.lists(HEARD, max_size=6), HEARD)
def test_one_more_receipt_never_weakens_the_proof(tried, receipts, one_more):
    left = [MessageState.ACCEPTED, MessageState.DEFERRED, MessageState.DELIVERED]
    before, after = (fold(tried, (), known).state for known in (receipts, [*receipts, one_more]))

    if before in left:
        assert left.index(after) >= left.index(before)
