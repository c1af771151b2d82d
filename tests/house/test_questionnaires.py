"""What every shipped questionnaire keeps to, on every way through it."""

import re

import pytest

from survey.insights.queries.reasons import PRICE_MADE_IT
from survey.questionnaires.documents import SHIPPED, shipped_document
from survey.questionnaires.rules import questions_of, screens_for, seconds_to_answer
from survey.questionnaires.types import SOMETHING_ELSE, QuestionKind
from tests.questionnaires.walks import every_walk, shipped_documents

# The mail says "about two minutes". Nobody can be asked for more than this at a careful reader's
# pace with a dozen words typed, and a second sentence must not change that much.
MOST_SECONDS_WITH_12_WORDS = 108
MOST_SECONDS_WITH_25_WORDS = 128
# Who comes without the mail's choice reads on the page what stands in the mail: the question and
# its eight choices (53 words instead of four), why we ask and that nobody argues (8), and taps once
# more: 57 words at 238 a minute and 2 s.
MORE_SECONDS_WITHOUT_THE_MAIL = 16.4

FIELDS = {"product", "company", "sender_name", "first_name", "choice", "written", "date"}
# Words that pull the reader one way, sell, or belong to our side of the table.
NEVER_SAID = re.compile(
    r"\b(unfortunately|sadly|sorry to see|amazing|exciting|valued|feedback|satisfaction|survey"
    r"|opportunity|deal|prospect|pipeline|stage|win|lost to|competitor|discount|reward|prize)\b",
    re.IGNORECASE,
)

DOCUMENTS = shipped_documents()
by_outcome = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.outcome)


@by_outcome
def test_every_way_takes_about_two_minutes(document):
    from_the_mail = [answers for answers in every_walk(document) if document.first in answers]

    assert slowest(document, from_the_mail, 12) <= MOST_SECONDS_WITH_12_WORDS
    assert slowest(document, from_the_mail, 25) <= MOST_SECONDS_WITH_25_WORDS


@by_outcome
def test_without_the_mails_choice_only_the_list_and_the_reason_are_read_besides(document):
    ways, more = every_walk(document), MORE_SECONDS_WITHOUT_THE_MAIL

    assert slowest(document, ways, 12, from_mail=False) <= MOST_SECONDS_WITH_12_WORDS + more
    assert slowest(document, ways, 25, from_mail=False) <= MOST_SECONDS_WITH_25_WORDS + more


def slowest(document, ways, typed_words, *, from_mail=True):
    return max(
        seconds_to_answer(document, answers, typed_words, from_mail=from_mail) for answers in ways
    )


@by_outcome
def test_every_way_ends_with_who_may_read_it_unless_it_came_too_early(document):
    for answers in every_walk(document):
        last = screens_for(document, answers)[-1].key
        assert last == ("ended" if answers.get("ended") == "still_deciding" else document.readers)


@by_outcome
def test_every_screen_after_the_first_may_be_the_last(document):
    first, *others, last = document.screens

    assert not first.may_stop
    assert all(screen.may_stop for screen in others)
    assert last.key == document.readers


@by_outcome
def test_every_question_and_choice_can_be_reached(document):
    reached = {
        (question.key, choice.key)
        for answers in every_walk(document)
        for question in questions_of(screens_for(document, answers))
        for choice in question.choices
    }

    assert reached == {
        (question.key, choice.key)
        for question in questions_of(document.screens)
        for choice in question.choices
    }


@by_outcome
def test_price_is_probed_only_after_price(document):
    for answers in every_walk(document):
        shown = {question.key for question in questions_of(screens_for(document, answers))}
        if shown & {"same_cost", "cost_less", "still_chosen"}:
            assert answers.get("weighed") == "price"


@by_outcome
def test_what_buyers_would_have_done_is_told_as_their_word(document):
    told = {
        choice.short
        for question in questions_of(document.screens)
        for choice in question.choices
        if (question.key, choice.key) in PRICE_MADE_IT
    }

    assert told
    assert all(words.startswith("said they would") for words in told)


@by_outcome
def test_names_are_met_once(document):
    questions = questions_of(document.screens)

    assert len({question.key for question in questions}) == len(questions)
    assert len({screen.key for screen in document.screens}) == len(document.screens)
    for question in questions:
        assert len({choice.key for choice in question.choices}) == len(question.choices)


@by_outcome
def test_something_else_closes_every_list_of_reasons(document):
    for question in questions_of(document.screens):
        if question.is_shuffled and any(choice.codes for choice in question.choices):
            last = question.choices[-1]
            assert (last.key, last.is_last, last.codes) == (SOMETHING_ELSE, True, ())


@by_outcome
def test_getting_in_touch_is_three_separate_ticks(document):
    contact = document.question("contact")

    assert contact.kind is QuestionKind.SEVERAL
    assert [choice.key for choice in contact.choices] == [
        "may_ask_back",
        "may_tell_changes",
        "may_write_about_product",
    ]


def texts(part):
    if isinstance(part, dict):
        for key, value in part.items():
            if key not in ("key", "kind", "when", "unless", "asked", "codes"):
                yield from texts(value)
    elif isinstance(part, list):
        for item in part:
            yield from texts(item)
    elif isinstance(part, str):
        yield part


@pytest.mark.parametrize("key", SHIPPED)
def test_words_are_plain_and_sell_nothing(key):
    raw = shipped_document(key)
    said = list(texts(raw))

    assert [text for text in said if NEVER_SAID.search(text)] == []
    assert [text for text in said if '"' in text or "'" in text or "!" in text] == []
    assert {field for text in said for field in re.findall(r"\{(\w+)\}", text)} <= FIELDS


@pytest.mark.parametrize(
    ("key", "after_the_mail", "otherwise"),
    [
        (
            "not_won",
            "About two minutes. Nobody will use this to sell to you. Leave out whatever you like.",
            (
                "About two minutes help us do better. Nobody will use this to sell to you or change"
                " your mind. Leave out whatever you like."
            ),
        ),
        (
            "won",
            None,
            (
                "So that we stay worth choosing. About two minutes. This is not a score, and nobody"
                " will use it to sell to you or change your mind. Leave out whatever you like."
            ),
        ),
    ],
)
def test_opening_says_why_how_long_and_that_nobody_sells_or_argues(key, after_the_mail, otherwise):
    told = shipped_document(key)["screens"][0]["opening"]
    short, whole = [each["text"] for each in told] if after_the_mail else (None, told)

    # Who comes from the mail has read there why we ask, and that nobody argues.
    assert (short, whole) == (after_the_mail, otherwise)
