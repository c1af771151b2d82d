"""Which earlier reason becomes which."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from survey.taxonomy.rules import heirs_among, is_same_tree, later_codes, typical_first
from tests.taxonomy.test_table import PRICE


def rows(**was):
    return [replace(PRICE, code=code, was=earlier) for code, earlier in was.items()]


def test_unchanged_code_takes_over_itself():
    assert later_codes(["A", "B"], rows(A="", B="")) == {"A": ["A"], "B": ["B"]}


def test_merge_and_split_follow_what_rows_say():
    assert later_codes(["A", "B"], rows(A="B")) == {"A": ["A"], "B": ["A"]}
    assert later_codes(["A"], rows(B="A", C="A")) == {"A": ["B", "C"]}


def test_reason_nobody_takes_over_has_no_successor():
    assert later_codes(["A", "B"], rows(A="")) == {"A": ["A"], "B": []}


def test_tree_is_the_same_whatever_it_says_of_the_past():
    assert is_same_tree(rows(A="B"), rows(A=""))
    assert not is_same_tree(rows(A=""), rows(A="", B=""))


@given(
    st.lists(st.sampled_from(["won", "won|competitor", "no_decision", ""])),
    st.sampled_from(["won", "no_decision", "in_house"]),
)
def test_typical_reasons_come_first_and_none_is_left_out(applies_to, happened):
    reasons = [replace(PRICE, code=str(n), applies_to=a) for n, a in enumerate(applies_to)]

    ordered = typical_first(reasons, happened)

    is_typical = [happened in reason.applies_to.split("|") for reason in ordered]
    assert sorted(ordered, key=reasons.index) == reasons
    assert is_typical == sorted(is_typical, reverse=True)


def test_reasons_are_traced_through_releases_but_not_through_a_split():
    # 1 → 11 → 21; 2 split into 12 and 13; 14 only exists in the middle release.
    later_of = {1: [11], 11: [21], 2: [12, 13], 12: [22], 13: [23]}

    heirs = heirs_among(later_of, frozenset({21, 22, 23}))

    assert heirs == {1: 21, 11: 21, 12: 22, 13: 23}
