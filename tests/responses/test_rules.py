"""What the answers say of themselves, and rows that hold all of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.questionnaires.documents import read_document, shipped_document
from survey.questionnaires.types import Answers, Document, Screen
from survey.responses import rules
from survey.responses.types import Audience, Ended, Given, Said
from tests.questionnaires.walks import shipped_documents, some_answers

NOT_WON = read_document(shipped_document("not_won"), "lost")
SCREENS = {screen.key: screen for screen in NOT_WON.screens}


def test_merge_answers_the_questions_of_one_screen_anew() -> None:
    so_far = {"weighed": "price", "ended": "chose_supplier", "ended.chose_supplier": "Contoso"}

    merged = rules.merge(so_far, SCREENS["ended"], {"ended": "put_off"})

    assert merged == {"weighed": "price", "ended": "put_off"}


def test_merge_takes_back_what_was_left_out_this_time() -> None:
    assert rules.merge({"weighed": "price"}, SCREENS["weighed"], {}) == {}


def test_merge_passes_over_answers_to_other_screens() -> None:
    assert rules.merge({}, SCREENS["weighed"], {"readers": "sender_team"}) == {}


def test_merging_a_screen_without_questions_changes_nothing() -> None:
    assert rules.merge({"weighed": "price"}, Screen("bare", ()), {"weighed": "x"}) == {
        "weighed": "price"
    }


def test_rows_hold_words_beside_their_choice() -> None:
    answers: Answers = {
        "ended": "chose_supplier",
        "ended.chose_supplier": "Contoso",
        "else": ["product", "people"],
        "different": "A smaller first package.",
    }

    assert rules.to_rows(NOT_WON, answers) == [
        Given("ended", 0, "chose_supplier", "Contoso"),
        Given("else", 0, "product", ""),
        Given("else", 1, "people", ""),
        Given("different", 0, None, "A smaller first package."),
    ]


@settings(deadline=None)
@given(st.data())
def test_rows_lose_nothing_of_any_answers(draws: st.DataObject) -> None:
    document = draws.draw(st.sampled_from(shipped_documents()))
    counted = rules.counted(document, draws.draw(some_answers(document)))

    assert rules.from_rows(document, rules.to_rows(document, counted)) == counted


@pytest.mark.parametrize(
    ("answers", "audience"),
    [
        ({"readers": "people_dealt_with"}, Audience.PEOPLE_DEALT_WITH),
        ({"readers": "sender_team"}, Audience.SENDER_TEAM),
        ({"readers": "totals_only"}, Audience.TOTALS_ONLY),
        ({}, Audience.NOT_CHOSEN),
    ],
)
def test_said_takes_the_readers_only_as_chosen(answers: Answers, audience: Audience) -> None:
    assert rules.said(NOT_WON, answers).audience is audience


def test_said_knows_how_it_ended_and_what_we_may_write() -> None:
    answers: Answers = {"ended": "kept_current", "contact": ["may_ask_back", "may_tell_changes"]}

    assert rules.said(NOT_WON, answers) == Said(
        audience=Audience.NOT_CHOSEN,
        ended=Ended.KEPT_CURRENT,
        may_ask_back=True,
        may_tell_changes=True,
        may_write_about_product=False,
    )


@pytest.mark.parametrize("document", shipped_documents(), ids=lambda d: f"{d.key}-{d.outcome}")
def test_every_shipped_choice_with_a_meaning_is_known(document: Document) -> None:
    choices = {q.key: {c.key for c in q.choices} for s in document.screens for q in s.questions}

    assert choices[document.readers] == set(Audience) - {Audience.NOT_CHOSEN}
    assert choices.get(rules.ENDED, set()) <= set(Ended)
    assert choices[rules.CONTACT] == {rules.ASK_BACK, rules.TELL_CHANGES, rules.ABOUT_PRODUCT}


def test_the_word_about_the_questions_counts_too() -> None:
    assert rules.counted(NOT_WON, {"weighed": "price", "about_us": "Short, thanks."}) == {
        "weighed": "price",
        "about_us": "Short, thanks.",
    }
