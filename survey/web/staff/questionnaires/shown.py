"""A questionnaire as its page shows it: screen after screen, each with when it is shown."""

from dataclasses import dataclass
from itertools import groupby

from survey.questionnaires.types import (
    Choice,
    Detail,
    DetailKind,
    Document,
    Question,
    QuestionKind,
    Screen,
    Words,
)
from survey.web.staff.questionnaires.conditions import Telling

_NAMES = {
    "weighed": "What weighed most",
    "ended": "What they did in the end",
    "about": "What it was about it",
    "different": "What would have had to be different",
    "say_more": "Asking further, once",
    "won_weighed": "What weighed most in choosing us",
    "closest": "The closest alternative",
    "won_about": "What it was about it, for us",
    "nearly": "What nearly stopped it",
    "readers": "Who may read it",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A wording, and when it is said; `when` is empty for the one that is said otherwise."""

    text: str
    when: str


@dataclass(frozen=True, slots=True)
class ShownChoice:
    label: str
    codes: tuple[str, ...]
    detail: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Choices that are offered together, and after what."""

    when: str
    choices: tuple[ShownChoice, ...]


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    key: str
    labels: tuple[Said, ...]
    notes: tuple[Said, ...]
    groups: tuple[ChoiceGroup, ...]
    when: str
    is_text: bool
    are_ticks: bool
    is_shuffled: bool
    is_optional: bool


@dataclass(frozen=True, slots=True)
class ShownScreen:
    key: str
    number: int
    name: str
    """How our own people call it: by its part in the way through."""
    headings: tuple[Said, ...]
    openings: tuple[Said, ...]
    questions: tuple[ShownQuestion, ...]
    when: str
    buttons: tuple[str, ...]


def shown_screens(document: Document, telling: Telling) -> list[ShownScreen]:
    """All screens in order, forks told in words."""
    return [
        ShownScreen(
            key=screen.key,
            number=number,
            name=_NAMES.get(screen.key, screen.key.replace("_", " ").capitalize()),
            headings=_said(screen.heading, telling),
            openings=_said(screen.opening, telling),
            questions=tuple(_question(question, telling) for question in screen.questions),
            when=telling.when(screen.condition),
            buttons=_buttons(screen, document),
        )
        for number, screen in enumerate(document.screens, 1)
    ]


def said_afterwards(document: Document, telling: Telling) -> list[tuple[Said, ...]]:
    """What the thanks page says, paragraph by paragraph."""
    phrases = document.phrases
    told = [_said(words, telling) for words in (phrases.thanks, phrases.stored, phrases.promise)]
    about_us = _said(phrases.about_us.label, telling)
    return [*told, (Said(telling.text(phrases.may_change), ""),), about_us]


def _buttons(screen: Screen, document: Document) -> tuple[str, ...]:
    phrases = document.phrases
    if screen == document.screens[-1]:
        return (phrases.send,)
    extra = [phrases.leave_it] if screen.is_probe else []
    return (phrases.go_on, *extra, *([phrases.stop] if screen.may_stop else []))


def _said(words: Words, telling: Telling) -> tuple[Said, ...]:
    said = (Said(telling.text(word.text), telling.when(word.condition)) for word in words)
    return tuple(each for each in said if each.text)


def _question(question: Question, telling: Telling) -> ShownQuestion:
    groups = tuple(
        ChoiceGroup(when, tuple(_choice(choice, telling) for choice in choices))
        for when, choices in groupby(
            question.choices, key=lambda choice: telling.when(choice.condition)
        )
    )
    return ShownQuestion(
        key=question.key,
        labels=_said(question.label, telling),
        notes=_said(question.note, telling),
        groups=groups,
        when=telling.when(question.condition),
        is_text=question.kind is QuestionKind.TEXT,
        are_ticks=question.kind is QuestionKind.SEVERAL,
        is_shuffled=question.is_shuffled,
        is_optional=question.is_optional,
    )


def _choice(choice: Choice, telling: Telling) -> ShownChoice:
    return ShownChoice(
        label=telling.text(choice.label),
        codes=choice.codes,
        detail=_detail(choice.detail),
        is_last=choice.is_last,
    )


def _detail(detail: Detail | None) -> str:
    if detail is None:
        return ""
    return "a month" if detail.kind is DetailKind.MONTH else detail.label
