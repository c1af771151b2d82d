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


ADDED = {
    "a mistake we made": ("SAL-08", "Mistake by the vendor", "ours"),
    "still under contract": ("ALT-08", "Contract elsewhere", "theirs"),
    "the old one failed": ("ALT-07", "Old solution or supplier failed", "theirs"),
    "a deadline, rule or event": ("BUY-09", "Deadline, new rule or event", "theirs"),
    "approved suppliers": ("BUY-10", "Procurement or approved-supplier rule", "theirs"),
    "never a fit": ("BUY-11", "Never a fit", "shared"),
    "an adviser recommended": ("COM-05", "Recommended by an adviser or partner", "shared"),
    "our contact changed": ("SAL-09", "Change of the vendor’s person", "ours"),
    "origin or sovereignty": ("COM-06", "Origin or sovereignty", "theirs"),
}


@pytest.mark.parametrize(("code", "label", "control"), ADDED.values(), ids=ADDED)
def test_reasons_that_taxonomies_lack_are_there_with_a_rule_and_a_side(code, label, control):
    row = REASONS[code]

    assert (row.label, row.control) == (label, control)
    assert f"→ {code}" in row.decision_rule


def test_symptoms_ask_a_second_question():
    asking = {code for code, row in REASONS.items() if row.second_question}

    # Price, value, and time: what lies behind them is worth asking for.
    assert asking == {
        *("PRI-01", "PRI-02", "PRI-03"),
        *("VAL-01", "VAL-02", "VAL-03"),
        *("BUY-02", "BUY-03"),
    }


def test_doing_it_oneself_is_wanted_not_compared():
    assert REASONS["ALT-04"].label == "Wanted control or had the skills"


def test_the_buyers_own_side_may_win_a_deal():
    wins = {code for code, row in REASONS.items() if "won" in row.applies_to.split("|")}

    # A need that was never one stops a deal; all else may also carry one.
    assert {code for code in REASONS if code.startswith("BUY")} - wins == {"BUY-11"}


def test_whose_hands_a_reason_is_in_has_three_values():
    assert {row.control for row in REASONS.values()} == {"ours", "shared", "theirs"}
    assert {code: REASONS[code].control for twins in TWINS for code in twins} == {
        "PRI-02": "shared",
        "BUY-01": "theirs",
        "VAL-02": "shared",
        "ALT-05": "shared",
        "BUY-02": "theirs",
        "SAL-07": "shared",
        "BUY-05": "shared",
    }
