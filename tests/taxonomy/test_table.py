"""The taxonomy as a table in a file."""

from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.taxonomy.table import TaxonomyNotReadable, read_table, shipped_table, written_table
from survey.taxonomy.types import APPLIES_TO, ReasonRow

PRICE = ReasonRow(
    category_code="PRI",
    category="Price",
    category_definition="",
    code="PRI-01",
    label="Price, against another",
    definition="Said “too dear”.",
    decision_rule="",
    second_question="",
    control="ours",
    owner="",
    applies_to="won|competitor",
    screen_group="price",
    buyer_against="",
    buyer_for="",
    phrase_against="",
    phrase_for="",
    is_switched_on="yes",
    was="",
)


def saved(path, *rows, encoding="utf-8"):
    path.write_bytes(written_table(rows).encode(encoding))
    return path


def test_shipped_table_is_written_as_it_was_read():
    shipped = files("survey.taxonomy").joinpath("shipped", "reasons.csv").read_bytes()

    assert written_table(shipped_table()).encode() == shipped


def test_table_saved_by_a_spreadsheet_reads_the_same(tmp_path):
    path = tmp_path / "reasons.csv"
    text = written_table([PRICE]).replace("\n", "\r\n")
    path.write_bytes(text.encode("utf-8-sig"))

    assert read_table(path) == (PRICE,)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"control": "mine"}, "Line 2, control: “mine” is none of ours, shared, theirs."),
        ({"control": ""}, "Line 2, control: this may not be empty."),
        ({"label": ""}, "Line 2, label: this may not be empty."),
        ({"code": "pri 1"}, "Line 2, code: “pri 1” is not a code such as PRI-02."),
        ({"code": "P" * 17}, "Line 2, code: longer than 16 characters."),
        ({"label": "=1+1"}, "Line 2, label: begins like a spreadsheet formula."),
        ({"is_switched_on": "1"}, "Line 2, is_switched_on: “1” is none of no, yes."),
        (
            {"applies_to": "won|tie"},
            f"Line 2, applies_to: “tie” is none of {', '.join(APPLIES_TO)}.",
        ),
    ],
)
def test_wrong_cell_is_told_with_line_and_column(tmp_path, change, told):
    path = saved(tmp_path / "reasons.csv", replace(PRICE, **change))

    with pytest.raises(TaxonomyNotReadable) as wrong:
        read_table(path)

    assert str(wrong.value) == told


def test_code_used_twice_and_category_called_otherwise_are_told(tmp_path):
    path = saved(tmp_path / "reasons.csv", PRICE, replace(PRICE, category="Money"))

    with pytest.raises(TaxonomyNotReadable) as wrong:
        read_table(path)

    assert str(wrong.value) == (
        "Line 3, code: “PRI-01” stands in line 2 already."
        " Line 3, category: “PRI” is called otherwise further up."
    )


@given(words=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])))
def test_any_words_come_back_as_they_were_written(tmp_path_factory, words):
    row = replace(PRICE, definition=f"Said: {words}".strip(), buyer_for=f"“{words}”")
    path = saved(tmp_path_factory.mktemp("table") / "reasons.csv", row)

    assert read_table(path) == (row,)


def test_table_without_its_columns_says_where_to_start(tmp_path):
    path = tmp_path / "reasons.csv"
    path.write_text("code,label\nPRI-01,Price\n", "utf-8")

    with pytest.raises(TaxonomyNotReadable, match="Start from what “survey taxonomy export”"):
        read_table(path)


def test_table_without_a_reason_is_refused(tmp_path):
    with pytest.raises(TaxonomyNotReadable, match="There is no reason in this file"):
        read_table(saved(tmp_path / "reasons.csv"))
