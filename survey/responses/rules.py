"""Pure decisions about what a buyer gave: merging, what it says of itself, rows and back."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from survey.questionnaires.rules import prune
from survey.questionnaires.types import Answers, Document, QuestionKind, Screen
from survey.responses.types import (
    Audience,
    Channel,
    Door,
    Doubt,
    Ended,
    Footprint,
    Given,
    GivenAnswers,
    ResponseState,
    Said,
)

# Questions and ticks of the shipped questionnaires that mean something to the rest of the house.
ENDED = "ended"
CONTACT = "contact"
ASK_BACK = "may_ask_back"
TELL_CHANGES = "may_tell_changes"
ABOUT_PRODUCT = "may_write_about_product"

NOTHING_SAID = Said(
    audience=Audience.NOT_CHOSEN,
    ended=None,
    may_ask_back=False,
    may_tell_changes=False,
    may_write_about_product=False,
)


# No person reads a page, chooses and sends within this time; scanners take tenths of a second.
FASTEST_ANSWER = timedelta(seconds=3)
# One button needs no reading twice, but it has to be found and reached.
FASTEST_PRESS = timedelta(seconds=1)
BURST = timedelta(seconds=10)
"""Within which a scanner has opened every link of a mail."""
# A person who takes the mail's second link after its first has read something in between.
BURST_OF_TWO = timedelta(seconds=3)
# Scanners work while the mail is on its way in; a whole answer takes a person longer than that.
JUST_DELIVERED = timedelta(seconds=60)


def doubts_about(
    footprint: Footprint,
    *,
    fastest: timedelta = FASTEST_ANSWER,
    burst_of_two: timedelta = BURST,
) -> list[Doubt]:
    """The signs that a machine pressed; none is needed of a person, so none is ever asked for.

    Only what the same sitting did counts, and what was opened in the moment it began: a machine
    that came earlier says nothing about the person who comes now. `burst_of_two` is how soon after
    each other the links of a mail that holds only two are suspicious.
    """
    mine = [opened for opened in footprint.opened if opened.sitting == footprint.sitting]
    began_at = min((opened.at for opened in mine), default=None)
    signs = {
        Doubt.TOO_FAST: began_at is not None and footprint.pressed_at - began_at < fastest,
        Doubt.ALL_LINKS: began_at is not None and _opened_all(footprint, began_at, burst_of_two),
        Doubt.DRIVEN: footprint.is_driven,
        Doubt.JUST_DELIVERED: _is_just_delivered(footprint),
        Doubt.HIDDEN_LINK: any(opened.door is Door.HIDDEN for opened in mine),
    }
    return [doubt for doubt, holds in signs.items() if holds]


def is_machine(doubts: Iterable[Doubt]) -> bool:
    """Whether the signs are of a machine at work, not of a person who is quick."""
    return not {Doubt.ALL_LINKS, Doubt.DRIVEN, Doubt.HIDDEN_LINK}.isdisjoint(doubts)


def gives_itself_away(doubts: Iterable[Doubt]) -> bool:
    """Whether whoever pressed says of itself that it is a machine, by what no person ever does."""
    return not {Doubt.DRIVEN, Doubt.HIDDEN_LINK}.isdisjoint(doubts)


def _opened_all(footprint: Footprint, began_at: datetime, burst_of_two: timedelta) -> bool:
    """Whether a burst that holds the beginning also holds every link of a mail: a link per choice
    in the invitation, one alone in the reminder, and the one to opt out.
    """
    opt_out = (Door.OPT_OUT, "")
    invitation = {(Door.ANSWER, choice) for choice in footprint.carried} | {opt_out}
    reminder = {(Door.ANSWER, ""), opt_out}
    return _within(footprint, reminder, began_at, burst_of_two) or (
        bool(footprint.carried) and _within(footprint, invitation, began_at, BURST)
    )


def _within(
    footprint: Footprint, links: set[tuple[Door, str]], began_at: datetime, burst: timedelta
) -> bool:
    for start in {opened.at for opened in footprint.opened}:
        there = {(o.door, o.choice) for o in footprint.opened if start <= o.at <= start + burst}
        if start <= began_at <= start + burst and links <= there:
            return True
    return False


def _is_just_delivered(footprint: Footprint) -> bool:
    if footprint.handed_over_at is None:
        return False
    return timedelta() <= footprint.pressed_at - footprint.handed_over_at < JUST_DELIVERED


def question_of(name: str) -> str:
    """The key of the question that a name in the answers belongs to."""
    return name.partition(".")[0]


def merge(so_far: Answers, screen: Screen, given: Answers) -> GivenAnswers:
    """What was given before, with this screen's questions answered anew.

    A question of the screen that was left out this time loses its earlier answer.
    """
    keys = {question.key for question in screen.questions}
    kept = {name: value for name, value in so_far.items() if question_of(name) not in keys}
    return kept | {name: value for name, value in given.items() if question_of(name) in keys}


def counted(document: Document, answers: Answers) -> GivenAnswers:
    """The answers that count when sent: those on the path, and the word about the questions."""
    remark = answers.get(document.phrases.about_us.key)
    kept = prune(document, answers)
    return kept | {document.phrases.about_us.key: remark} if remark else kept


def first_choice(document: Document, answers: Answers) -> str | None:
    """The answer to the question in the mail. The link could have set it, so it proves nobody."""
    given = answers.get(document.first)
    return given if isinstance(given, str) else None


def said(document: Document, answers: Answers) -> Said:
    """What the answers say of themselves: who may read them, how it ended, what we may write."""
    contact = answers.get(CONTACT, [])
    ended = answers.get(ENDED)
    readers = answers.get(document.readers)
    return Said(
        audience=Audience(readers) if isinstance(readers, str) else Audience.NOT_CHOSEN,
        ended=Ended(ended) if isinstance(ended, str) else None,
        may_ask_back=ASK_BACK in contact,
        may_tell_changes=TELL_CHANGES in contact,
        may_write_about_product=ABOUT_PRODUCT in contact,
    )


def to_rows(document: Document, answers: Answers) -> list[Given]:
    """The answers as rows: one per tick; words beside a choice stand in the row of that choice."""
    kinds = _kinds(document)
    rows: list[Given] = []
    for name, value in answers.items():
        if "." in name:
            continue
        if kinds[name] is QuestionKind.TEXT:
            rows.append(Given(name, 0, None, str(value)))
            continue
        keys = [value] if isinstance(value, str) else value
        rows += [
            Given(name, at, key, str(answers.get(f"{name}.{key}", "")))
            for at, key in enumerate(keys)
        ]
    return rows


def from_rows(document: Document, rows: Iterable[Given]) -> GivenAnswers:
    """The answers that `to_rows` made these rows of."""
    kinds = _kinds(document)
    answers: GivenAnswers = {}
    for row in rows:
        if row.choice_key is None:
            answers[row.question_key] = row.text
            continue
        if kinds[row.question_key] is QuestionKind.ONE:
            answers[row.question_key] = row.choice_key
        else:
            ticks = answers.setdefault(row.question_key, [])
            if isinstance(ticks, list):
                ticks.append(row.choice_key)
        if row.text:
            answers[f"{row.question_key}.{row.choice_key}"] = row.text
    return answers


def _kinds(document: Document) -> dict[str, QuestionKind]:
    about_us = document.phrases.about_us
    asked = {q.key: q.kind for screen in document.screens for q in screen.questions}
    return asked | {about_us.key: about_us.kind}


def may_thank(state: ResponseState, channel: Channel, ended: Ended | None) -> bool:
    """Whether an answer is one to thank for by mail: it counts, it came by the link that the mail
    would open, and the buyer is not told to have been asked too early.
    """
    counts = state is ResponseState.COUNTED and channel is Channel.WEB
    return counts and ended is not Ended.STILL_DECIDING
