"""The rules of the way through a questionnaire."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.questionnaires.documents import read_document, shipped_document
from survey.questionnaires.rules import (
    LONGEST_TEXT,
    check_answers,
    echoed,
    fill,
    in_order,
    is_deliberate,
    next_screen,
    previous_screen,
    prune,
    questions_of,
    reasons_named,
    say,
    screens_for,
    seconds_to_answer,
    words_shown,
)
from survey.questionnaires.types import NamedReason
from tests.questionnaires.walks import shipped_documents, some_answers

LOST = read_document(shipped_document("not_won"), "lost")
NO_DECISION = read_document(shipped_document("not_won"), "no_decision")
WON = read_document(shipped_document("won"), "won")
DOCUMENTS = shipped_documents()
WEIGHED_BY_PERSON_1 = [
    *("price", "their_side", "systems", "company", "people", "product", "getting_started"),
    "something_else",
]
ABOUT_BY_PERSON_1 = ["too_long", "late_answers", "beyond_limit"]


def keys(screens):
    return [screen.key for screen in screens]


def order_of(key, seed):
    return [choice.key for choice in in_order(LOST, LOST.question(key), seed)]


def shown(document, answers):
    return [question.key for question in questions_of(screens_for(document, answers))]


def test_path_of_a_lost_deal_forks_on_what_they_did():
    other = {"weighed": "product", "ended": "chose_supplier"}
    assert keys(screens_for(LOST, other)) == ["weighed", "ended", "about", "different", "readers"]
    assert keys(screens_for(LOST, {"ended": "still_deciding"})) == ["weighed", "ended"]
    assert keys(screens_for(LOST, {"weighed": "product", "ended": "chose_us"})) == [
        "weighed",
        "ended",
        "closest",
        "won_about",
        "nearly",
        "readers",
    ]


def test_path_of_a_won_deal_is_five_screens():
    assert keys(screens_for(WON, {})) == ["weighed", "closest", "about", "nearly", "readers"]


@pytest.mark.parametrize(
    "choice", ["no_money", "other_work", "not_agreed", "good_enough", "not_sure"]
)
def test_path_of_no_decision_skips_the_details_after_a_choice_that_says_it_all(choice):
    assert "about" not in keys(screens_for(NO_DECISION, {"weighed": choice}))


@pytest.mark.parametrize("choice", ["price", "product", "something_else"])
def test_path_of_no_decision_asks_for_details_after_the_other_choices(choice):
    assert "about" in keys(screens_for(NO_DECISION, {"weighed": choice}))


def test_path_asks_those_who_chose_us_again_only_if_their_first_answer_does_not_fit():
    assert "won_weighed" in keys(
        screens_for(NO_DECISION, {"weighed": "no_money", "ended": "chose_us"})
    )
    assert "won_weighed" not in keys(
        screens_for(NO_DECISION, {"weighed": "price", "ended": "chose_us"})
    )


def test_heading_asks_why_them_only_after_another_supplier():
    about = next(screen for screen in LOST.screens if screen.key == "about")

    assert say(about.heading, {"ended": "chose_supplier"}) == "Why did you choose them?"
    assert say(about.heading, {"ended": "put_off"}) == "What stopped you?"
    assert say(about.heading, {}) == "What stopped you?"


@pytest.mark.parametrize(
    ("answers", "probe"),
    [
        ({"weighed": "price", "ended": "chose_supplier"}, "same_cost"),
        ({"weighed": "price", "ended": "kept_current"}, "cost_less"),
        ({"weighed": "price"}, "cost_less"),
        ({"weighed": "product", "ended": "chose_supplier"}, None),
        ({"weighed": "product", "ended": "kept_current"}, None),
    ],
)
def test_price_probe_follows_price_only(answers, probe):
    assert [key for key in shown(LOST, answers) if key in ("same_cost", "cost_less")] == (
        [probe] if probe else []
    )


def test_price_probe_of_winners_needs_a_supplier_beside_us():
    assert "still_chosen" in shown(WON, {"weighed": "price", "closest": "competitor"})
    assert "still_chosen" not in shown(WON, {"weighed": "price", "closest": "in_house"})


@pytest.mark.parametrize(
    ("answers", "is_asked"),
    [
        ({"weighed": "their_side", "about": "no_budget"}, True),
        ({"weighed": "their_side", "about": "other_work"}, True),
        ({"weighed": "product", "ended": "put_off"}, True),
        ({"weighed": "their_side", "about": "good_enough"}, False),
        ({"weighed": "their_side", "about": "no_budget", "ended": "chose_supplier"}, False),
    ],
)
def test_coming_up_again_is_asked_after_budget_or_timing(answers, is_asked):
    assert ("again" in shown(LOST, answers)) is is_asked


def test_vague_answer_is_probed_once():
    vague = {"weighed": "price", "different": "too expensive"}

    assert keys(screens_for(LOST, vague))[-2:] == ["say_more", "readers"]
    assert keys(screens_for(LOST, {**vague, "different_more": "price"}))[-2:] == [
        "say_more",
        "readers",
    ]
    assert "say_more" not in keys(screens_for(LOST, {"different": "Half the price, yearly"}))


def test_vague_answer_is_said_back_in_the_buyers_words():
    probe = LOST.question("different_more")
    answers = {"different": "too expensive"}

    asked = fill(say(probe.label, answers), echoed(LOST, probe, answers))

    assert asked == "You wrote “too expensive”. How do you mean?"


def test_choice_is_said_back_from_our_side():
    about = LOST.question("about")
    answers = {"weighed": "their_side"}

    asked = fill(say(about.label, answers), echoed(LOST, about, answers))

    assert asked == "What was it about your own side?"


def test_next_screen_and_previous_screen_follow_the_path():
    answers = {"weighed": "no_money"}

    assert next_screen(NO_DECISION, answers, "ended").key == "different"
    assert previous_screen(NO_DECISION, answers, "different").key == "ended"
    assert next_screen(NO_DECISION, answers, "about").key == "different"
    assert next_screen(NO_DECISION, answers, "readers") is None
    assert previous_screen(NO_DECISION, answers, "weighed") is None
    with pytest.raises(ValueError, match="nowhere"):
        next_screen(NO_DECISION, answers, "nowhere")


def test_prune_leaves_out_what_fell_off_the_path():
    answers = {
        "weighed": "product",
        "about": "terms",
        "ended": "put_off",
        "ended.chose_supplier": "Acme",
        "same_cost": "us",
        "else": ["product", "people"],
        "different": "  ",
        "different_more": "left from before",
    }

    assert prune(LOST, answers) == {"weighed": "product", "ended": "put_off", "else": ["people"]}


def test_prune_keeps_words_beside_the_choice_they_belong_to():
    answers = {"ended": "chose_supplier", "ended.chose_supplier": " Acme "}

    assert prune(LOST, answers) == {"ended": "chose_supplier", "ended.chose_supplier": "Acme"}


def test_order_is_the_same_for_the_same_person_and_another_for_another():
    orders = {tuple(order_of("weighed", f"person-{n}")) for n in range(40)}

    assert order_of("weighed", "person-1") == order_of("weighed", "person-1")
    assert len(orders) > 30
    assert {order[-1] for order in orders} == {"something_else"}
    # Each of the seven others comes first now and then, so no reason is favoured by its place.
    assert {order[0] for order in orders} == set(next(iter(orders))[:-1])


def test_order_of_ticks_follows_the_first_question():
    assert order_of("else", "someone") == order_of("weighed", "someone")[:-1]


@pytest.mark.parametrize("key", ["readers", "again", "same_cost"])
def test_order_leaves_scales_and_readers_alone(key):
    assert order_of(key, "someone") == [choice.key for choice in LOST.question(key).choices]


def test_order_stays_what_it_was_for_whoever_was_asked():
    """As the releases said it that kept it with the invitation: mails with it are in mailboxes."""
    assert order_of("weighed", "person-1") == WEIGHED_BY_PERSON_1
    assert order_of("about", "person-1")[:3] == ABOUT_BY_PERSON_1


def test_reasons_name_the_fine_choice_as_primary_and_ticks_as_contributing():
    answers = {"weighed": "price", "about": "beyond_limit", "else": ["people"]}

    assert reasons_named(LOST, answers) == [
        NamedReason("PRI-02", is_primary=True, is_for_us=False, question_key="about"),
        NamedReason("SAL-00", is_primary=False, is_for_us=False, question_key="else"),
    ]


def test_reasons_fall_back_to_the_group_where_no_fine_choice_was_made():
    expected = [NamedReason("PRI-00", is_primary=True, is_for_us=False, question_key="weighed")]

    assert reasons_named(LOST, {"weighed": "price"}) == expected
    assert reasons_named(LOST, {"weighed": "price", "about": "something_else"}) == expected


def test_reasons_of_winners_and_of_those_who_chose_us_are_for_us():
    chose_us = {"weighed": "price", "ended": "chose_us", "won_about": "worth_it"}

    assert reasons_named(WON, {"weighed": "people", "about": "straight"}) == [
        NamedReason("SAL-05", is_primary=True, is_for_us=True, question_key="about")
    ]
    assert reasons_named(LOST, chose_us) == [
        NamedReason("PRI-03", is_primary=True, is_for_us=True, question_key="won_about")
    ]
    assert reasons_named(LOST, {"weighed": "price", "ended": "chose_us"}) == [
        NamedReason("PRI-00", is_primary=True, is_for_us=True, question_key="weighed")
    ]


def test_reasons_are_none_while_still_deciding():
    assert reasons_named(LOST, {"weighed": "price", "ended": "still_deciding"}) == []


def test_timing_is_named_by_saying_when_it_might_come_up_again():
    answers = {"weighed": "no_money", "again": "around", "again.around": "2027-03"}

    assert [named.code for named in reasons_named(NO_DECISION, answers)] == ["BUY-01", "BUY-03"]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"nothing_of_ours": "x"}, "This question is not one of ours."),
        ({"weighed": "free_beer"}, "Please choose one of the answers shown."),
        ({"weighed": ["price", "people"]}, "Please choose only one."),
        (
            {"again.around": "March"},
            "Please give the month as a year and a month, such as 2027-03.",
        ),
        ({"weighed.price": "x"}, "There is nothing to write beside this choice."),
        (
            {"different": "x" * (LONGEST_TEXT + 1)},
            "That is longer than we can keep (4,000 characters).",
        ),
    ],
)
def test_check_says_what_is_wrong(answers, sentence):
    assert [problem.sentence for problem in check_answers(LOST, answers)] == [sentence]


def test_check_lets_everything_be_left_out():
    assert check_answers(LOST, {}) == []


def test_deliberate_needs_a_choice_that_was_not_in_the_link():
    assert not is_deliberate(LOST, {}, None)
    assert not is_deliberate(LOST, {"weighed": "price"}, "price")
    assert not is_deliberate(LOST, {"weighed": "price", "different": "typed"}, "price")
    assert is_deliberate(LOST, {"weighed": "people"}, "price")
    assert is_deliberate(LOST, {"weighed": "price"}, None)
    assert is_deliberate(LOST, {"weighed": "price", "readers": "totals_only"}, "price")


def test_fill_drops_an_empty_field_with_its_comma_and_never_fills_twice():
    assert fill("Thank you, {first_name}.", {"first_name": "Ada"}) == "Thank you, Ada."
    assert fill("Thank you, {first_name}.", {"first_name": ""}) == "Thank you."
    assert fill("You wrote “{written}”.", {"written": "{company}", "company": "Us"}) == (
        "You wrote “{company}”."
    )


def test_time_counts_reading_tapping_turning_and_typing():
    # Two pages. From the mail, the first shows an opening of 16 words, "You chose: …" (the choice
    # is a glance) and "Change"; the second its question, seven choices and no detail: 32 words.
    answers = {"weighed": "price", "ended": "still_deciding"}

    seconds = seconds_to_answer(LOST, answers, typed_words=38)

    # A tap on each button and one on the second page's choice; 38 words typed take a minute.
    assert seconds == pytest.approx((16 + 3 + 1 + 32) * 60 / 238 + 3 * 2 + 2 * 1.5 + 60)


def test_time_without_the_mails_choice_counts_the_whole_first_page():
    answers = {"weighed": "price", "ended": "still_deciding"}

    seconds = seconds_to_answer(LOST, answers, typed_words=0, from_mail=False)

    # An opening of 24 words, a question of 6 and its eight choices of 47; a tap more than above.
    assert seconds == pytest.approx((24 + 6 + 47 + 32) * 60 / 238 + 4 * 2 + 2 * 1.5)


def test_time_counts_no_ticks_that_repeat_the_first_question():
    answers = {"weighed": "product", "ended": "in_house"}
    (about,) = (screen for screen in screens_for(LOST, answers) if screen.key == "about")

    # "What stopped you?", "What was it about …?", seven choices of 5, 7, 5, 9, 9, 8 and 2
    # words, and "Anything else?" without its six ticks.
    assert words_shown(about, answers) == 3 + 5 + 45 + 2


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.outcome)
@settings(max_examples=60)
@given(draw=st.data())
def test_any_walk_ends_and_shows_only_what_is_reachable(document, draw):
    answers = draw.draw(some_answers(document))

    current, seen = document.screens[0].key, []
    while current is not None:
        seen.append(current)
        later = next_screen(document, answers, current)
        current = later.key if later else None

    assert seen == keys(screens_for(document, answers))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.outcome)
@settings(max_examples=60)
@given(draw=st.data())
def test_prune_is_idempotent_and_leads_along_the_same_path(document, draw):
    answers = draw.draw(some_answers(document))

    kept = prune(document, answers)

    assert prune(document, kept) == kept
    assert screens_for(document, kept) == screens_for(document, answers)
    assert reasons_named(document, kept) == reasons_named(document, answers)
    assert check_answers(document, kept) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.outcome)
@settings(max_examples=60)
@given(draw=st.data())
def test_at_most_one_reason_is_primary_and_none_is_named_twice(document, draw):
    named = reasons_named(document, draw.draw(some_answers(document)))

    assert sum(reason.is_primary for reason in named) <= 1
    assert len({reason.code for reason in named}) == len(named)


@given(seed=st.text())
def test_order_holds_every_choice_once(seed):
    for document in DOCUMENTS:
        for screen in document.screens:
            for question in screen.questions:
                assert Counter(in_order(document, question, seed)) == Counter(question.choices)
