"""Decisions about deals."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from survey.deals.rules import NamedAlternative, alternatives_of, is_decider, is_primary, name_key
from survey.deals.types import AlternativeKind, Outcome, Standing


@pytest.mark.parametrize(
    "role",
    [
        *("Decision Maker", "decision-maker", "Economic Buyer", "DECIDER"),
        *("Economic Decision Maker", "Executive Sponsor", "BUDGET_HOLDER", "Budget holder"),
        *("Influencer; Decision Maker", "End user;Budget holder"),
    ],
)
def test_decider_is_known_by_the_role(role: str) -> None:
    assert is_decider(role)


@pytest.mark.parametrize(
    "role",
    [
        *("", "Evaluator", "not the decision maker", "Business User", "Technical Buyer"),
        *("Champion", "Legal & compliance", "Primary contact", "Beslisser"),
    ],
)
def test_other_roles_do_not_decide(role: str) -> None:
    assert not is_decider(role)


@pytest.mark.parametrize(
    ("role", "expected"),
    [("Primary contact", True), ("primary", True), ("Main Contact", True), ("Evaluator", False)],
)
def test_primary_contact_is_known_by_the_role(role: str, *, expected: bool) -> None:
    assert is_primary(role) == expected


def test_name_key_ignores_case_and_spaces() -> None:
    assert name_key("  ACME   Ltd ") == "acme ltd"


@given(st.text(max_size=300))
@example("İ" * 300)
@example("İ " * 150)
def test_name_key_is_no_longer_than_its_column(name: str) -> None:
    assert len(name_key(name)) <= 300


def test_name_key_keeps_every_dot_that_there_is_room_for() -> None:
    """Else the accounts that are here already would no longer be found."""
    assert name_key("İ" * 150) == "i\u0307" * 150
    assert name_key("İ" * 151) == "i" * 151


def test_sole_competitor_of_a_lost_deal_was_chosen() -> None:
    assert alternatives_of(("Globex",), Outcome.LOST) == (
        NamedAlternative(AlternativeKind.COMPETITOR, "globex", "Globex", Standing.CHOSEN),
    )


def test_several_competitors_of_a_lost_deal_were_considered() -> None:
    named = alternatives_of(("Globex", "Initech"), Outcome.LOST)

    assert [(one.name, one.standing) for one in named] == [
        ("Globex", Standing.CONSIDERED),
        ("Initech", Standing.CONSIDERED),
    ]


@pytest.mark.parametrize("outcome", [Outcome.WON, Outcome.NO_DECISION, Outcome.OPEN])
def test_competitor_of_another_deal_was_considered(outcome: Outcome) -> None:
    [named] = alternatives_of(("Globex",), outcome)

    assert named.standing is Standing.CONSIDERED


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("In-house", AlternativeKind.IN_HOUSE),
        ("Current supplier", AlternativeKind.CURRENT_SUPPLIER),
        ("Do nothing", AlternativeKind.NOTHING),
    ],
)
def test_words_for_other_ways_are_no_competitors(word: str, kind: AlternativeKind) -> None:
    [named] = alternatives_of((word,), Outcome.LOST)

    assert (named.kind, named.name) == (kind, "")


@pytest.mark.parametrize("word", ["None", "n/a", "-", "Unknown"])
def test_words_for_nobody_name_no_alternative(word: str) -> None:
    assert alternatives_of((word,), Outcome.LOST) == ()
