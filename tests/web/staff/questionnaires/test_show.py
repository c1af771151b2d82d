"""/questionnaires/<key>: one questionnaire as the buyer will see it."""

import html
import re

import pytest

from survey.audit.types import Actor, ActorKind
from survey.questionnaires.actions import freeze_version, publish_version, ship_questionnaires
from survey.questionnaires.documents import SHIPPED, read_document, shipped_document
from survey.questionnaires.rules import questions_of
from survey.taxonomy.actions import ship_release
from survey.team.types import Role

SOMEBODY = Actor(ActorKind.COMMAND, label="tests")


@pytest.fixture
def shipped(session, moment):
    ship_release(session, actor=SOMEBODY, now=moment)
    return ship_questionnaires(session, actor=SOMEBODY, now=moment)


def words_of(answer):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.mark.parametrize(
    ("key", "outcome"),
    [(key, outcome) for key in SHIPPED for outcome in shipped_document(key)["outcomes"]],
)
def test_page_holds_every_word_a_buyer_may_read(client, sign_in, shipped, key, outcome):
    sign_in(Role.ANALYST)
    document = read_document(shipped_document(key), outcome)

    words = words_of(client.get(f"/questionnaires/{key}?outcome={outcome}"))

    for question in questions_of(document.screens):
        said = [wording.text for wording in question.label]
        said += [choice.label for choice in question.choices]
        for text in said:
            for plain in re.split(r"\{\w+\}", text):
                assert plain.strip() in words


def test_forks_are_told_in_words(client, sign_in, shipped):
    sign_in(Role.ANALYST)

    words = words_of(client.get("/questionnaires/not_won"))

    assert (
        "After “Price, terms, or whether it was worth it” and “Chose another supplier”"
        " Had both cost the same, which would you have taken?"
    ) in words
    assert "Why did you choose them? After “Chose another supplier”" in words
    assert "What stopped you? Otherwise" in words


def test_no_decision_shows_its_own_first_question(client, sign_in, shipped):
    sign_in(Role.ANALYST)

    no_decision = words_of(client.get("/questionnaires/not_won?outcome=no_decision"))
    lost = words_of(client.get("/questionnaires/not_won?outcome=lost"))

    assert "What weighed most in leaving it?" in no_decision
    assert "No money for it" in no_decision
    assert "No money for it" not in lost


def test_earlier_version_stays_to_be_read(client, sign_in, session, moment, shipped):
    _not_won, won = shipped
    freeze_version(session, won, now=moment)
    document = shipped_document("won")
    document["screens"][0]["opening"] = "Said otherwise. About two minutes."
    publish_version(
        session,
        won.questionnaire,
        document,
        release=won.release,
        actor=SOMEBODY,
        now=moment,
    )
    sign_in(Role.MANAGER)

    newest, first = (client.get(f"/questionnaires/won{v}").text for v in ("", "?version=1"))

    assert "Said otherwise" in newest
    assert "Said otherwise" not in first
    assert "frozen 15 October 2026" in first


@pytest.mark.parametrize("path", ["none", "won?outcome=lost", "won?version=7"])
def test_what_there_is_not_is_not_found(client, sign_in, shipped, path):
    sign_in(Role.ANALYST)

    assert client.get(f"/questionnaires/{path}").status_code == 404
