"""What the shipped taxonomy keeps to, and that the questionnaires speak its words."""

import re

import pytest

from survey.questionnaires.documents import SHIPPED, read_document, shipped_document
from survey.questionnaires.rules import questions_of
from survey.taxonomy.table import shipped_table
from survey.taxonomy.types import ScreenGroup

REASONS = {row.code: row for row in shipped_table()}
OUR_SIDE = re.compile(r"\b(our|ours|us|we)\b", re.IGNORECASE)
# Pairs in which one member is in our hands and its twin is not: each names the other.
TWINS = [("PRI-02", "BUY-01"), ("VAL-02", "ALT-05"), ("VAL-02", "BUY-02"), ("SAL-07", "BUY-05")]


@pytest.mark.parametrize("row", REASONS.values(), ids=REASONS)
def test_staff_words_do_not_change_sides(row):
    for words in (row.label, row.definition, row.decision_rule, row.category):
        assert not OUR_SIDE.search(words)


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_twins_tell_how_to_tell_them_apart(one, other):
    for code, twin in ((one, other), (other, one)):
        assert f"→ {code}" in REASONS[code].decision_rule
        assert twin in REASONS[code].decision_rule


def test_decision_rules_name_reasons_that_there_are():
    named = {
        code for row in REASONS.values() for code in re.findall(r"[A-Z]{3}-\d\d", row.decision_rule)
    }

    assert named <= REASONS.keys()


def test_moments_of_the_sale_are_no_reasons():
    moments = re.compile(
        r"\b(demo|trial|proof of concept|proposal|reference call)\b", re.IGNORECASE
    )

    assert [row.label for row in REASONS.values() if moments.search(row.label)] == []


def test_about_thirty_reasons_are_switched_on():
    on = {row.code for row in REASONS.values() if row.is_switched_on == "yes"}

    assert 28 <= len(on) <= 34
    assert "ALT-06" in on


def test_every_category_and_every_screen_group_has_reasons():
    assert {row.screen_group for row in REASONS.values()} == set(ScreenGroup)
    assert len({row.category_code for row in REASONS.values()}) == 10


def offered(key, side):
    """The buyer's words on the screen of details, with the reason each names."""
    raw = shipped_document(key)
    return {
        (choice.codes[0], choice.label, group)
        for outcome in raw["outcomes"]
        for question in questions_of(read_document(raw, outcome).screens)
        if question.key == side
        for choice in question.choices
        if choice.codes
        for match in choice.condition.when
        for group in match[0].choices
    }


@pytest.mark.parametrize(("key", "column"), [("not_won", "buyer_against"), ("won", "buyer_for")])
def test_buyers_read_the_taxonomys_words(key, column):
    assert {(code, words) for code, words, _ in offered(key, "about")} == {
        (code, words) for code, row in REASONS.items() if (words := getattr(row, column))
    }


def test_buyers_find_a_reason_under_its_group():
    # The no-decision list has one group for the product and for getting it running.
    joined = {"TEC-01", "IMP-01", "IMP-02", "IMP-03", "IMP-05"}

    for key in SHIPPED:
        for code, _, group in offered(key, "about"):
            assert REASONS[code].screen_group == group or (group == "product" and code in joined)
