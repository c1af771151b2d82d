"""One screen as the template shows it: every word chosen and filled, every field with its value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from survey.kit.clock import Month
from survey.kit.words import month_in_words
from survey.questionnaires import rules
from survey.questionnaires.types import (
    Answers,
    Choice,
    Detail,
    DetailKind,
    Problem,
    Question,
    QuestionKind,
    Screen,
)
from survey.web.respondent.visits import Visit

_MONTHS_AHEAD = 24


@dataclass(frozen=True, slots=True)
class ShownDetail:
    """A field beside a choice. `months` are the months to choose from, for a month's field."""

    name: str
    label: str
    value: str
    months: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShownChoice:
    id: str
    key: str
    label: str
    is_chosen: bool
    detail: ShownDetail | None


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    key: str
    kind: QuestionKind
    label: str
    note: str
    is_optional: bool
    choices: tuple[ShownChoice, ...]
    is_short: bool
    """Its choices are a few words each and stand beside one another."""
    text: str
    has_problem: bool
    is_title: bool
    """Its label is the page's heading."""
    folded: str
    """Says the choice that the mail's link carried; the list is folded away beneath it."""

    @property
    def first_id(self) -> str:
        return self.choices[0].id if self.choices else self.key


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """What is wrong with an answer, said once and linked to its field."""

    name: str
    field: str
    """The field's id."""
    sentence: str


@dataclass(frozen=True, slots=True)
class ShownScreen:
    key: str
    title: str
    heading: str
    """Stands above the questions; empty where the first question is the heading itself."""
    opening: str
    questions: tuple[ShownQuestion, ...]
    problems: tuple[ShownProblem, ...]
    step: int
    steps: int
    is_probe: bool
    may_stop: bool

    @property
    def is_last(self) -> bool:
        return self.step == self.steps


_SHORT = 18


def show_screen(
    visit: Visit,
    answers: Answers,
    key: str,
    *,
    now: datetime,
    linked: str = "",
    problems: Sequence[Problem] = (),
) -> ShownScreen:
    """The screen of that key on the path of these answers; the first one if it is not on it.

    `linked` is the choice that the mail's link carried. It is only shown as chosen.
    """
    document = visit.document
    if linked:
        answers = {**answers, document.first: linked}
    path = rules.screens_for(document, answers)
    screen = next((screen for screen in path if screen.key == key), path[0])
    step = path.index(screen) + 1
    folded = document.first if linked else ""
    questions = _questions(visit, screen, answers, now=now, folded=folded, problems=problems)
    heading = rules.fill(rules.say(screen.heading, answers), visit.fields)
    return ShownScreen(
        key=screen.key,
        title=heading or questions[0].label,
        heading=heading,
        opening=rules.fill(rules.say(screen.opening, answers), visit.fields),
        questions=questions,
        problems=tuple(
            ShownProblem(each.name, _id_of(each.name, questions), each.sentence)
            for each in problems
        ),
        step=step,
        steps=len(path),
        is_probe=screen.is_probe,
        may_stop=screen.may_stop and step < len(path),
    )


def _questions(
    visit: Visit,
    screen: Screen,
    answers: Answers,
    *,
    now: datetime,
    folded: str,
    problems: Sequence[Problem],
) -> tuple[ShownQuestion, ...]:
    """All of the screen; the first is the page's title where the screen has no heading."""
    has_heading = bool(rules.say(screen.heading, answers))
    return tuple(
        _question(
            visit,
            question,
            answers,
            now=now,
            is_title=at == 0 and not has_heading,
            is_folded=question.key == folded,
            problems=problems,
        )
        for at, question in enumerate(screen.questions)
    )


def _question(
    visit: Visit,
    question: Question,
    answers: Answers,
    *,
    now: datetime,
    is_title: bool,
    is_folded: bool,
    problems: Sequence[Problem],
) -> ShownQuestion:
    fields = visit.fields | rules.echoed(visit.document, question, answers)
    taken = rules.chosen(answers, question.key)
    ordered = rules.in_order(visit.document, question, visit.invitation.public_id)
    choices = tuple(_choice(visit, question, choice, answers, now=now) for choice in ordered)
    echo = next((choice.echo for choice in question.choices if choice.key in taken), "")
    return ShownQuestion(
        key=question.key,
        kind=question.kind,
        label=rules.fill(rules.say(question.label, answers), fields),
        note=rules.fill(rules.say(question.note, answers), fields),
        is_optional=question.is_optional,
        choices=choices,
        is_short=len(choices) > 1 and all(_is_short(choice) for choice in choices),
        text=rules.text_of(answers, question.key) if question.kind is QuestionKind.TEXT else "",
        has_problem=any(problem.name == question.key for problem in problems),
        is_title=is_title,
        folded=rules.fill(visit.document.phrases.chosen, {"choice": echo}) if is_folded else "",
    )


def _choice(
    visit: Visit, question: Question, choice: Choice, answers: Answers, *, now: datetime
) -> ShownChoice:
    name = f"{question.key}.{choice.key}"
    return ShownChoice(
        id=f"{question.key}-{choice.key}",
        key=choice.key,
        label=rules.fill(choice.label, visit.fields),
        is_chosen=choice.key in rules.chosen(answers, question.key),
        detail=_detail(visit, choice.detail, name, answers, now=now) if choice.detail else None,
    )


def _detail(
    visit: Visit, detail: Detail, name: str, answers: Answers, *, now: datetime
) -> ShownDetail:
    months: tuple[tuple[str, str], ...] = ()
    if detail.kind is DetailKind.MONTH:
        this_month = Month.of(now, visit.zone)
        ahead = [this_month.plus(number) for number in range(_MONTHS_AHEAD)]
        months = tuple((str(month), month_in_words(month)) for month in ahead)
    return ShownDetail(name, detail.label, rules.text_of(answers, name), months)


def _is_short(choice: ShownChoice) -> bool:
    return len(choice.label) <= _SHORT and choice.detail is None


def _id_of(name: str, questions: Sequence[ShownQuestion]) -> str:
    return next((question.first_id for question in questions if question.key == name), name)
