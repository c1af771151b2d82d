"""Reading a questionnaire from its stored form."""

import json

import pytest

from survey.questionnaires.documents import (
    SHIPPED,
    OutcomeNotAsked,
    read_document,
    shipped_document,
)
from survey.questionnaires.rules import questions_of, say


@pytest.mark.parametrize("key", SHIPPED)
def test_stored_form_survives_json(key):
    raw = shipped_document(key)

    assert json.loads(json.dumps(raw)) == raw


def test_reading_takes_the_words_for_the_outcome():
    raw = shipped_document("not_won")

    lost = read_document(raw, "lost").question("weighed")
    no_decision = read_document(raw, "no_decision").question("weighed")

    assert say(lost.label, {}) == "What weighed most in your decision?"
    assert say(no_decision.label, {}) == "What weighed most in leaving it?"
    assert "no_money" not in [choice.key for choice in lost.choices]
    assert [choice.key for choice in no_decision.choices] == [
        "no_money",
        "other_work",
        "not_agreed",
        "good_enough",
        "not_sure",
        "price",
        "product",
        "something_else",
    ]


def test_reading_leaves_out_choices_nobody_of_the_outcome_can_reach():
    about = read_document(shipped_document("not_won"), "no_decision").question("about")

    keys = {choice.key for choice in about.choices}

    assert "security_check" not in keys
    assert "too_much_work" in keys


def test_reading_for_an_outcome_not_asked_says_which_are():
    with pytest.raises(OutcomeNotAsked, match="“Won” is for deals that ended as won;"):
        read_document(shipped_document("won"), "lost")


def test_screens_of_winners_stand_in_the_other_questionnaire_under_their_own_names():
    document = read_document(shipped_document("not_won"), "lost")

    keys = [question.key for question in questions_of(document.screens)]

    assert len(keys) == len(set(keys))
    assert [screen.key for screen in document.screens][-5:] == [
        "won_weighed",
        "closest",
        "won_about",
        "nearly",
        "readers",
    ]
