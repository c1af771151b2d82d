"""Releases of the taxonomy."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey.audit.models import AuditEntry
from survey.audit.types import Actor, ActorKind
from survey.taxonomy.actions import (
    EarlierReasonUnknown,
    ReasonsLost,
    import_taxonomy,
    ship_release,
)
from survey.taxonomy.models import Reason, Release
from survey.taxonomy.queries import (
    NoTaxonomy,
    changes_of,
    current_release,
    heirs_in,
    rows_of,
    tree,
)
from survey.taxonomy.table import shipped_table
from tests.taxonomy.test_table import PRICE

SOMEBODY = Actor(ActorKind.COMMAND, label="tests")
A, B, C = (replace(PRICE, code=code, label=code) for code in ("A", "B", "C"))


@pytest.fixture
def release(session, moment):
    """Brings a release in, each a day after the one before."""

    def bring_in(*rows, note=""):
        bring_in.days += 1
        now = moment + timedelta(days=bring_in.days)
        return import_taxonomy(session, rows, note=note, actor=SOMEBODY, now=now)

    bring_in.days = 0
    return bring_in


def test_shipped_release_is_the_first_and_made_once(session, moment):
    first = ship_release(session, actor=SOMEBODY, now=moment)
    again = ship_release(session, actor=SOMEBODY, now=moment)

    assert (first.number, again.id) == (1, first.id)
    assert rows_of(session, first) == list(shipped_table())
    assert [branch.category.code for branch in tree(session, first)] == [
        "PRD",
        "TEC",
        "PRI",
        "VAL",
        "IMP",
        "SUP",
        "SAL",
        "COM",
        "ALT",
        "BUY",
    ]


def test_import_without_a_change_makes_no_release(session, release):
    release(A, B)

    assert release(A, B) is None
    assert session.scalar(select(func.count()).select_from(Release)) == 1


def test_import_of_a_change_makes_the_next_release_and_leaves_the_first(session, release):
    first = release(A, B)
    second = release(A, replace(B, label="B, said better"), note=" Clearer. ")

    assert (second.number, second.note) == (2, "Clearer.")
    assert current_release(session) == second
    assert [row.label for row in rows_of(session, first)] == ["A", "B"]
    assert [row.label for row in rows_of(session, second)] == ["A", "B, said better"]
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.details) == ("taxonomy_released", {"number": 2, "reasons": 2})


def test_merged_and_renamed_reasons_are_mapped(session, release):
    release(A, B)
    second = release(replace(C, was="A|B"))

    assert [(old.code, new.code) for old, new in changes_of(session, second)] == [
        ("A", "C"),
        ("B", "C"),
    ]
    assert [row.was for row in rows_of(session, second)] == ["A|B"]


def test_mapping_leads_from_every_earlier_release_to_the_asked_one(session, release):
    first = release(A, B)
    second = release(replace(A, was="B"))
    third = release(replace(B, was="A"), C)

    heirs = heirs_in(session, third)

    codes = {reason.id: reason.code for reason in session.scalars(select(Reason))}
    told = {
        (session.get(Reason, start).release.number, codes[start]): codes[heir]
        for start, heir in heirs.items()
    }
    assert told == {(1, "A"): "B", (1, "B"): "B", (2, "A"): "B"}
    assert [codes[heir] for heir in heirs_in(session, second).values()] == ["A", "A"]
    assert heirs_in(session, first) == {}


def test_split_reason_has_no_heir(session, release):
    release(A, B)
    second = release(replace(B, was="A"), replace(C, was="A"))

    heirs = heirs_in(session, second)

    assert [session.get(Reason, start).code for start in heirs] == ["B"]


def test_reason_without_a_successor_is_refused(release):
    release(A, B)

    with pytest.raises(ReasonsLost, match="Nothing takes over B"):
        release(A)


def test_earlier_reason_that_never_was_is_refused(release):
    release(A)

    with pytest.raises(EarlierReasonUnknown, match="There never was a reason Z"):
        release(A, replace(B, was="Z"))


def test_word_on_the_past_that_a_table_carries_along_does_no_harm(session, release):
    release(A, B)
    release(replace(A, was="B"))

    third = release(replace(A, was="B", label="A, again"))

    assert [row.was for row in rows_of(session, third)] == [""]


def test_current_release_of_an_empty_database_says_what_to_do(session):
    with pytest.raises(NoTaxonomy, match="survey db upgrade"):
        current_release(session)
