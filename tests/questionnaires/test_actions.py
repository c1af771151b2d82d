"""Publishing, freezing, and following a new taxonomy."""

from dataclasses import replace

import pytest

from survey.audit.types import Actor, ActorKind
from survey.questionnaires.actions import (
    ReasonsNotInRelease,
    follow_release,
    freeze_version,
    publish_version,
    ship_questionnaires,
)
from survey.questionnaires.documents import SHIPPED, codes_in, shipped_document
from survey.questionnaires.queries import (
    current_version,
    current_versions,
    document_of,
    questionnaire_by_key,
    versions_of,
)
from survey.taxonomy.actions import import_taxonomy, ship_release
from survey.taxonomy.queries import rows_of

SOMEBODY = Actor(ActorKind.COMMAND, label="tests")


@pytest.fixture
def release(session, moment):
    return ship_release(session, actor=SOMEBODY, now=moment)


@pytest.fixture
def shipped(session, moment, release):
    return ship_questionnaires(session, actor=SOMEBODY, now=moment)


@pytest.fixture
def publish(session, moment, release):
    def publish(questionnaire, document, release=release):
        return publish_version(
            session, questionnaire, document, release=release, actor=SOMEBODY, now=moment
        )

    return publish


def test_shipped_questionnaires_are_published_once(session, moment, shipped):
    again = ship_questionnaires(session, actor=SOMEBODY, now=moment)

    assert [version.id for version in again] == [version.id for version in shipped]
    assert [(v.questionnaire.key, v.number) for v in current_versions(session)] == [
        ("not_won", 1),
        ("won", 1),
    ]


def test_version_nobody_used_is_replaced(session, shipped, publish):
    won = questionnaire_by_key(session, "won")

    version = publish(won, {**shipped_document("won"), "name": "Won, said better"})

    assert version.number == 1
    assert [v.document["name"] for v in versions_of(session, won)] == ["Won, said better"]


def test_frozen_version_stays_and_the_next_follows(session, moment, shipped, publish):
    won = questionnaire_by_key(session, "won")
    first = freeze_version(session, current_version(session, won), now=moment)

    second = publish(won, {**shipped_document("won"), "name": "Won, said better"})

    assert (first.number, first.frozen_at, first.document["name"]) == (1, moment, "Won")
    assert (second.number, second.frozen_at) == (2, None)
    assert current_version(session, won) == second


def test_freezing_again_keeps_the_first_moment(session, moment, shipped):
    version = shipped[0]
    freeze_version(session, version, now=moment)

    freeze_version(session, version, now=moment.replace(year=2027))

    assert version.frozen_at == moment


def test_choice_of_a_reason_that_is_not_there_is_refused(session, shipped, publish):
    document = shipped_document("won")
    document["screens"][0]["questions"][0]["choices"][0]["codes"] = ["PRD-99"]

    with pytest.raises(ReasonsNotInRelease, match="“Won” names PRD-99"):
        publish(questionnaire_by_key(session, "won"), document)


def test_questionnaires_follow_a_renamed_reason(session, moment, release, shipped):
    freeze_version(session, shipped[0], now=moment)
    rows = [
        replace(row, code="PRI-20", was="PRI-02") if row.code == "PRI-02" else row
        for row in rows_of(session, release)
    ]
    second = import_taxonomy(session, rows, actor=SOMEBODY, now=moment)

    followed = follow_release(session, second, actor=SOMEBODY, now=moment)

    assert [(v.questionnaire.key, v.number, v.release_id) for v in followed] == [
        ("not_won", 2, second.id),
        ("won", 1, second.id),
    ]
    assert "PRI-02" in codes_in(shipped[0].document)
    for version in followed:
        assert {"PRI-20", "PRI-02"} & codes_in(version.document) == {"PRI-20"}
    # The company's own reasons stay in use when the product's words are laid out again.
    ship_questionnaires(session, actor=SOMEBODY, now=moment)
    assert [v.id for v in current_versions(session)] == [v.id for v in followed]


def test_document_is_read_for_the_outcome_and_anew_until_it_is_frozen(session, moment, shipped):
    version = current_version(session, questionnaire_by_key(session, "not_won"))

    lost, no_decision = (
        document_of(session, version.id, outcome) for outcome in ("lost", "no_decision")
    )
    version.document = {**version.document, "name": "Otherwise"}
    freeze_version(session, version, now=moment)
    frozen = document_of(session, version.id, "lost")

    assert (lost.outcome, no_decision.outcome) == ("lost", "no_decision")
    assert frozen.name == "Otherwise"
    assert document_of(session, version.id, "lost") is frozen


def test_every_shipped_questionnaire_names_reasons_of_the_shipped_taxonomy(session, release):
    codes = {row.code for row in rows_of(session, release)}

    for key in SHIPPED:
        assert codes_in(shipped_document(key)) <= codes
