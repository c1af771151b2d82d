"""/taxonomy: the tree of reasons."""

from dataclasses import replace

import pytest

from survey.audit.types import Actor, ActorKind
from survey.coding.types import CodingRole, CodingSource, CodingState, Direction
from survey.responses.types import Audience
from survey.taxonomy.actions import import_taxonomy, ship_release
from survey.taxonomy.queries import reasons_by_code, rows_of
from survey.team.types import Role
from tests.factories import make_coding, make_response

SOMEBODY = Actor(ActorKind.COMMAND, label="tests")


@pytest.fixture
def release(session, moment):
    return ship_release(session, actor=SOMEBODY, now=moment)


def named(session, reason, **response):
    make_coding(
        session,
        reason=reason,
        response=make_response(session, **response),
        role=CodingRole.PRIMARY,
        direction=Direction.AGAINST_US,
        source=CodingSource.BUYER,
        state=CodingState.CONFIRMED,
    )


@pytest.mark.parametrize("role", Role)
def test_everybody_signed_in_reads_definitions_and_decision_rules(client, sign_in, release, role):
    sign_in(role)

    page = client.get("/taxonomy").text

    assert "The total cost against what this buyer could spend" in page
    assert "Named a figure or a limit" in page
    assert "It was more than we could spend" in page
    assert "Release 1, since 15 October 2026" in page


def test_finding_shows_only_reasons_that_hold_all_words(client, sign_in, release):
    sign_in(Role.ANALYST)

    page = client.get("/taxonomy?find=spending frozen").text

    assert 'id="BUY-01"' in page
    assert 'id="PRD-01"' not in page


def test_finding_by_hands_and_by_what_is_offered_first(client, sign_in, release):
    sign_in(Role.ANALYST)

    page = client.get("/taxonomy?control=shared&first=y").text

    assert 'id="PRI-02"' in page
    assert 'id="VAL-02"' not in page
    assert 'id="PRI-01"' not in page


def test_finding_nothing_says_what_to_do(client, sign_in, release):
    sign_in(Role.ANALYST)

    assert "No reason found" in client.get("/taxonomy?find=zzz").text


def test_uses_are_counted_under_the_reason_it_has_become(client, sign_in, session, moment, release):
    old = reasons_by_code(session, release)["PRD-07"]
    named(session, old)
    named(session, old)
    named(session, old, audience=Audience.TOTALS_ONLY)
    rows = [
        replace(row, was="PRD-07") if row.code == "PRD-06" else row
        for row in rows_of(session, release)
        if row.code != "PRD-07"
    ]
    import_taxonomy(session, rows, note="Roadmap joined.", actor=SOMEBODY, now=moment)
    sign_in(Role.MANAGER)

    page = client.get("/taxonomy").text

    assert page.count("named 2 times") == 1
    assert 'href="/feedback?reason=PRD-06"' in page
    assert "Roadmap joined." in page
    assert "Taken over in release 2" in page


def test_earlier_release_and_its_table_stay_to_be_read(client, sign_in, session, moment, release):
    rows = rows_of(session, release)
    later = [replace(rows[0], label="Said otherwise"), *rows[1:]]
    import_taxonomy(session, later, actor=SOMEBODY, now=moment)
    sign_in(Role.ANALYST)

    assert "Said otherwise" not in client.get("/taxonomy?release=1").text
    assert "Said otherwise" in client.get("/taxonomy").text
    assert client.get("/taxonomy?release=9").status_code == 404


def test_words_typed_into_the_search_stay_words(client, sign_in, release):
    sign_in(Role.ANALYST)

    page = client.get("/taxonomy", query_string={"find": "<script>alert(1)</script>"}).text

    assert "<script>alert" not in page


@pytest.mark.parametrize("number", [-1, 0, 7, 2**31, 10**30])
def test_release_that_never_was_is_nowhere(client, sign_in, release, number):
    sign_in(Role.ANALYST)

    assert client.get(f"/taxonomy?release={number}").status_code == 404
