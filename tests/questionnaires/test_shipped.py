"""The shipped questionnaires against their standard: words, the reasons behind them, forks."""

import pytest

from survey.questionnaires.documents import read_document, shipped_document
from survey.questionnaires.recap import told
from survey.questionnaires.rules import questions_of, reasons_named, screens_for

LOST = read_document(shipped_document("not_won"), "lost")
NO_DECISION = read_document(shipped_document("not_won"), "no_decision")
WON = read_document(shipped_document("won"), "won")

# By group: what those say who did not choose us, and those who did; the reason that it names.
SAID = {
    "product": [
        ("Something we needed was missing", "It had something we could not do without", "PRD-01"),
        (
            "Another product did the important part better",
            "It did the important part best",
            "PRD-02",
        ),
        ("It was hard to use", "It is easy to use", "PRD-03"),
        ("It was slow or unreliable when we tried it", "It held up when we tried it", "PRD-04"),
        ("It was not made for a company like ours", "It suits a company like ours", "PRD-05"),
        ("We saw no real difference between the offers", "It was plainly different", "VAL-03"),
    ],
    "systems": [
        ("It did not connect to what we use", "It connects to what we use", "TEC-01"),
        ("It did not pass our security check", "It passed our security check", "TEC-03"),
        (
            "Legal or data protection rules stood in the way",
            "It meets the rules we work under",
            "TEC-04",
        ),
        ("We could not run it where we must", "We can run it where we must", "TEC-05"),
        ("Getting our data in or out was too hard", "Our data goes in and out easily", "TEC-02"),
    ],
    "price": [
        ("Another offer cost less for much the same", "It cost less for much the same", "PRI-01"),
        ("It was more than we could spend", "It was within what we could spend", "PRI-02"),
        ("It did not seem worth the money", "It was worth the money", "PRI-03"),
        ("The way you charge did not suit us", "The way you charge suits us", "PRI-04"),
        ("The final cost was unclear", "The cost was clear from the start", "PRI-06"),
        ("Contract length or terms", "The contract was easy to agree", "PRI-07"),
        ("Another came with something we own", "It came with something we own", "ALT-03"),
    ],
    "getting_started": [
        ("Too much work for our people", "Little work for our people", "IMP-01"),
        ("It would have taken too long", "We could start soon", "IMP-02"),
        ("Moving over was too hard or risky", "Moving over was made easy", "IMP-03"),
        (
            "We were not sure it would be delivered as promised",
            "We trusted those who would deliver it",
            "IMP-04",
        ),
        ("Our people would not have used it", "Our people wanted it", "IMP-05"),
    ],
    "people": [
        ("You did not understand what we needed", "You understood what we needed", "SAL-01"),
        ("Answers came late or not at all", "Answers came fast", "SAL-02"),
        ("What you showed us missed our case", "What you showed us was our case", "SAL-03"),
        ("Our questions got no expert answer", "Your people knew the subject", "SAL-04"),
        ("We felt pushed, or promises were not kept", "You were straight with us", "SAL-05"),
        ("You made a mistake", "You made a mistake and put it right", "SAL-08"),
        ("Help and support did not convince us", "Help and support convinced us", "SUP-00"),
    ],
    "company": [
        ("People here did not know you well enough", "You are known and respected here", "COM-01"),
        ("There was no customer like us to talk to", "We talked to customers like us", "COM-02"),
        ("We worried about your size or future", "You are a safe choice", "COM-03"),
        ("An earlier experience with you", "An earlier experience with you", "ALT-02"),
        ("We already knew and trusted the other one", None, "ALT-01"),
        ("Someone we trust recommended another", "Someone we trust recommended you", "COM-05"),
    ],
    "their_side": [
        ("There was no budget", "The budget was there", "BUY-01"),
        ("Other work came first", None, "BUY-02"),
        (None, "A deadline or a new rule", "BUY-09"),
        ("We did not all agree", "We all agreed", "BUY-05"),
        ("The person who wanted it left, or we reorganised", None, "BUY-04"),
        (None, "New people or plans here", "BUY-06"),
        ("What we have is good enough", None, "ALT-05"),
        (None, "What we had no longer worked", "ALT-07"),
        ("We are still under contract elsewhere", "Our old contract ended", "ALT-08"),
        ("We could not be sure enough to choose", None, "BUY-08"),
    ],
}


@pytest.mark.parametrize("group", SAID)
@pytest.mark.parametrize(("document", "side"), [(LOST, 0), (WON, 1)], ids=["lost", "won"])
def test_each_reason_is_asked_in_the_words_of_the_standard(document, side, group):
    on_the_way = {"weighed": group}
    (about,) = (q for q in shown(document, on_the_way) if q.key == "about")

    *reasons, last = about.choices
    assert [(choice.label, choice.codes[0]) for choice in reasons] == [
        (row[side], row[2]) for row in SAID[group] if row[side]
    ]
    assert (last.label, last.codes) == ("Something else", ())


def test_a_field_for_words_stands_beside_what_asks_for_them():
    asks = {
        choice.label: choice.detail.label
        for document in (LOST, WON)
        for question in questions_of(document.screens)
        for choice in question.choices
        if choice.detail
    }

    assert asks == {
        "Chose another supplier": "Which one, if you may say?",
        "Something we needed was missing": "What?",
        "You made a mistake": "Which?",
        "Around…": "Month",
        "Another supplier": "Which one?",
        "It had something we could not do without": "What?",
        "Something else": "What?",
        "About {product}, not before…": "Month",
    }


@pytest.mark.parametrize(
    "answers",
    [
        {"weighed": "price", "ended": "kept_current", "about": "beyond_limit"},
        {"weighed": "their_side", "ended": "kept_current", "about": "no_budget"},
        {"weighed": "their_side", "ended": "in_house", "about": "other_work"},
        {"weighed": "product", "ended": "put_off"},
    ],
)
def test_budget_and_timing_are_asked_whether_they_come_again(answers):
    assert "again" in keys_shown(LOST, answers)


def test_nobody_who_bought_elsewhere_is_asked_whether_it_comes_again():
    answers = {"weighed": "price", "ended": "chose_supplier", "about": "beyond_limit"}

    assert "again" not in keys_shown(LOST, answers)
    assert "again" not in keys_shown(LOST, {"weighed": "price", "ended": "put_off"} | ABOUT_WORTH)


ABOUT_WORTH = {"about": "not_worth_it"}
PUT_OFF = {"weighed": "their_side", "ended": "put_off", "about": "no_budget"}


def test_a_month_ends_the_sentence_of_its_choice():
    answers = PUT_OFF | {"again": "around", "again.around": "2027-03"}

    said = {each.question.key: each.answer for each in told(LOST, answers, {})}

    assert said["again"] == "Around March 2027"
    assert [(n.code, n.question_key) for n in reasons_named(LOST, answers)][1] == (
        "BUY-03",
        "again",
    )


def test_too_expensive_is_not_probed_where_the_price_met_a_limit_and_nobody_else_sold():
    vague = {"weighed": "price", "ended": "kept_current", "different": "too expensive"}
    limit = vague | {"about": "beyond_limit"}

    assert "different_more" in keys_shown(LOST, vague | ABOUT_WORTH)
    assert "different_more" not in keys_shown(LOST, limit)
    assert "different_more" in keys_shown(LOST, limit | {"ended": "chose_supplier"})


def test_we_did_choose_you_is_asked_all_that_winners_are():
    chose_us = {"weighed": "product", "ended": "chose_us"}
    renamed = {"won_about": "about", "won_else": "else"}

    asked = [renamed.get(key, key) for key in keys_shown(LOST, chose_us)]

    assert asked == ["weighed", "ended", *keys_shown(WON, {"weighed": "product"})[1:]]
    assert reasons_named(LOST, chose_us | {"won_else": ["people"]})[1].is_for_us


def test_we_did_choose_you_is_asked_anew_where_the_first_choice_was_no_reason_to_choose():
    asked = keys_shown(NO_DECISION, {"weighed": "no_money", "ended": "chose_us"})

    assert asked[:4] == ["weighed", "ended", "won_weighed", "closest"]


def shown(document, answers):
    return questions_of(screens_for(document, answers))


def keys_shown(document, answers):
    return [question.key for question in shown(document, answers)]
