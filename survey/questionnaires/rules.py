"""The way through a questionnaire: pure decisions, answers in, words and screens out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from survey.questionnaires.types import (
    ALWAYS,
    Answers,
    Choice,
    Condition,
    DetailKind,
    Document,
    Match,
    NamedReason,
    Problem,
    Question,
    QuestionKind,
    Screen,
    Words,
)
from survey.questionnaires.vague import is_vague

LONGEST_TEXT = 4_000
LONGEST_DETAIL = 300

_FIELD = re.compile(r"(, )?\{([a-z_]+)\}")
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")

# Reading, tapping and typing as measured for adults: 238 words a minute silent reading (Brysbaert
# 2019), 38 words a minute on a phone's keyboard (Palin et al. 2019); 2 s a tap and 1.5 s a page
# are our own stop-watch figures.
_WORDS_READ_PER_MINUTE = 238
_WORDS_TYPED_PER_MINUTE = 38
_SECONDS_PER_TAP = 2.0
_SECONDS_PER_PAGE = 1.5


def questions_of(screens: Sequence[Screen]) -> list[Question]:
    """The questions of these screens, in order."""
    return [question for screen in screens for question in screen.questions]


def holds(condition: Condition, answers: Answers) -> bool:
    """Whether a condition is met by these answers."""
    if condition is ALWAYS:
        return True
    if condition.vague and not is_vague(text_of(answers, condition.vague)):
        return False
    if condition.when and not any(_all_match(row, answers) for row in condition.when):
        return False
    return not any(_all_match(row, answers) for row in condition.unless)


def chosen(answers: Answers, name: str) -> tuple[str, ...]:
    """The choice keys given under a name; one or several, or none."""
    given = answers.get(name, ())
    return (given,) if isinstance(given, str) else tuple(given)


def text_of(answers: Answers, name: str) -> str:
    """The words given under a name; empty where there are none."""
    given = answers.get(name, "")
    return given if isinstance(given, str) else " ".join(given)


def screens_for(document: Document, answers: Answers) -> list[Screen]:
    """The path these answers lead along: its screens with only the questions and choices shown.

    Whether something is shown depends on answers that are themselves still shown, so an answer
    left behind on a screen that fell off the path opens nothing.
    """
    return _walk(document, answers)[0]


def prune(document: Document, answers: Answers) -> dict[str, str | list[str]]:
    """The answers that count: those to questions and choices still on the path, without blanks."""
    return _walk(document, answers)[1]


def next_screen(document: Document, answers: Answers, current: str) -> Screen | None:
    """The screen after this one on the path; None at its end.

    A screen that has fallen off the path leads to the next one that is still on it. Raises
    `ValueError` for a screen that the document does not have.
    """
    keys = [screen.key for screen in document.screens]
    later = set(keys[keys.index(current) + 1 :])
    return next((s for s in screens_for(document, answers) if s.key in later), None)


def previous_screen(document: Document, answers: Answers, current: str) -> Screen | None:
    """The screen before this one on the path; None at its start."""
    keys = [screen.key for screen in document.screens]
    earlier = set(keys[: keys.index(current)])
    return next((s for s in reversed(screens_for(document, answers)) if s.key in earlier), None)


def in_order(document: Document, question: Question, seed: str) -> tuple[Choice, ...]:
    """The question's choices in the order in which one person sees them, in the mail and on the
    page.

    The same seed gives the same order, and every order is as likely. What the document marks as
    last ("Something else") stays last; a question that is not shuffled keeps the document's order.
    """
    places = _drawn(document, question.order_of or question.key, seed)
    return tuple(sorted(question.choices, key=lambda choice: places.get(choice.key, 1.0)))


def _drawn(document: Document, key: str, seed: str) -> dict[str, float]:
    """The draws, in [0, 1), that order a shuffled question's choices, by choice; none for another.

    All questions share one row of draws, so those before this one take theirs first.
    """
    draws = iter(Random(seed).random, None)  # noqa: S311 (no secret: it only has to be fair)
    for each in questions_of(document.screens):
        if each.is_shuffled:
            moving = (choice.key for choice in each.choices if not choice.is_last)
            drawn = dict(zip(moving, draws, strict=False))
            if each.key == key:
                return drawn
    return {}


def check_answers(document: Document, answers: Answers) -> list[Problem]:
    """What is wrong with the shape of answers. An answer left out is never wrong.

    Answers off the path are no problem either: `prune` leaves them out.
    """
    questions = {question.key: question for question in questions_of(document.screens)}
    problems: list[Problem] = []
    for name in sorted(answers):
        key, _, choice_key = name.partition(".")
        question = questions.get(key)
        if question is None:
            problems.append(Problem(name, "This question is not one of ours."))
        elif choice_key:
            problems += _detail_problems(question, choice_key, name, text_of(answers, name))
        else:
            problems += _problems(question, answers)
    return problems


def reasons_named(document: Document, answers: Answers) -> list[NamedReason]:
    """The reasons the buyer's clicks name, the primary one first, each once.

    A finer choice replaces the coarser one before it: of several primary choices on the path the
    last counts. "Something else" names nothing, so the coarser one stands.
    """
    kept = prune(document, answers)
    primary: NamedReason | None = None
    others: list[NamedReason] = []
    for question in questions_of(screens_for(document, kept)):
        naming = next((n for n in question.namings if holds(n.condition, kept)), None)
        if naming is None:
            continue
        for choice in question.choices:
            if choice.key not in chosen(kept, question.key) or not choice.codes:
                continue
            named = NamedReason(choice.codes[0], naming.is_primary, naming.is_for_us, question.key)
            if naming.is_primary:
                primary = named
            else:
                others.append(named)
    named_once: dict[str, NamedReason] = {primary.code: primary} if primary else {}
    for other in others:
        named_once.setdefault(other.code, other)
    return list(named_once.values())


def is_deliberate(document: Document, answers: Answers, from_link: str | None) -> bool:
    """Whether a person chose something beyond what the mail's link had set.

    `answers` are those that count (`prune`). Mail scanners open every link and press every button;
    they do not choose. `from_link` is the choice the link carried for the document's first
    question.
    """
    for question in questions_of(document.screens):
        for key in chosen(answers, question.key):
            if question.kind is QuestionKind.TEXT:
                continue
            if question.key != document.first or key != from_link:
                return True
    return False


def say(words: Words, answers: Answers) -> str:
    """The first wording that holds, its {fields} not yet filled; empty where none does."""
    return next((word.text for word in words if holds(word.condition, answers)), "")


def fill(text: str, fields: Mapping[str, str]) -> str:
    """The text with its {fields} filled; one that is empty or unknown takes its comma with it.

    Plain replacement, once: what a person wrote is never read as a field again.
    """

    if "{" not in text:
        return text

    def put(found: re.Match[str]) -> str:
        value = fields.get(found[2], "")
        return f"{found[1] or ''}{value}" if value else ""

    return _FIELD.sub(put, text)


def echoed(document: Document, question: Question, answers: Answers) -> dict[str, str]:
    """The fields `choice` and `written` of the answer this question takes up."""
    source = next((key for key in question.echoes if answers.get(key)), None)
    if source is None:
        return {}
    choices = document.question(source).choices
    echoes = [choice.echo for choice in choices if choice.key in chosen(answers, source)]
    return {"choice": " ".join(echoes), "written": text_of(answers, source)}


def seconds_to_answer(
    document: Document, answers: Answers, typed_words: int, *, from_mail: bool = True
) -> float:
    """How long a careful reader needs for the path of these answers, in seconds.

    All words shown are read at 238 a minute, each choice and each page's button is a tap of 2 s,
    each page takes 1.5 s to turn, and `typed_words` are typed at 38 a minute. What the buyer has
    read or said already is recognised, not read again: who comes from the mail has read the first
    question there, later ticks that repeat its choices hold nothing new, and a choice or words
    said back are a glance, one word long. Who comes without the mail's choice reads all of the
    first page, as it stands before anything is chosen.
    """
    path = screens_for(document, answers)
    taps = len(path) + sum(len(chosen(answers, question.key)) for question in questions_of(path))
    if from_mail and chosen(answers, document.first):
        read = words_shown(path[0], answers) - _words_of(path[0].questions[0], answers)
        read += len(document.phrases.chosen.split()) + len(document.phrases.change.split())
        taps -= 1
    else:
        read = words_shown(path[0], {})
    read += sum(words_shown(screen, answers) for screen in path[1:])
    return (
        read * 60 / _WORDS_READ_PER_MINUTE
        + taps * _SECONDS_PER_TAP
        + len(path) * _SECONDS_PER_PAGE
        + typed_words * 60 / _WORDS_TYPED_PER_MINUTE
    )


def words_shown(screen: Screen, answers: Answers) -> int:
    """How many words stand on a screen, details only beside what was chosen."""
    around = say(screen.heading, answers).split() + say(screen.opening, answers).split()
    return len(around) + sum(_words_of(question, answers) for question in screen.questions)


def _words_of(question: Question, answers: Answers) -> int:
    texts = [say(question.label, answers), say(question.note, answers)]
    if not question.order_of:
        texts += [choice.label for choice in question.choices]
    texts += [c.detail.label for c in _taken(question, answers) if c.detail]
    return sum(len(text.split()) for text in texts)


def _taken(question: Question, answers: Answers) -> list[Choice]:
    return [choice for choice in question.choices if choice.key in chosen(answers, question.key)]


def _all_match(row: tuple[Match, ...], answers: Answers) -> bool:
    # Loops, because one walk through a questionnaire comes here a hundred times.
    for match in row:  # noqa: SIM110
        if not _matches(match, answers):
            return False
    return True


def _matches(match: Match, answers: Answers) -> bool:
    given = answers.get(match.question)
    if given is None or isinstance(given, str):
        return given in match.choices
    return any(key in match.choices for key in given)


def _walk(document: Document, answers: Answers) -> tuple[list[Screen], dict[str, str | list[str]]]:
    """Go through the screens in order, trusting only answers already passed on the way."""
    path: list[Screen] = []
    kept: dict[str, str | list[str]] = {}
    for screen in document.screens:
        if not holds(screen.condition, kept):
            continue
        shown: list[Question] = []
        for question in screen.questions:
            if not holds(question.condition, kept):
                continue
            asked = _as_shown(question, kept)
            shown.append(asked)
            kept |= _kept(asked, answers)
        if shown:
            path.append(replace(screen, questions=tuple(shown)))
    return path, kept


def _as_shown(question: Question, kept: Answers) -> Question:
    choices = tuple(choice for choice in question.choices if holds(choice.condition, kept))
    if len(choices) == len(question.choices):
        return question
    return replace(question, choices=choices)


def _kept(question: Question, answers: Answers) -> dict[str, str | list[str]]:
    """What of the answers belongs to this question as it is shown."""
    if question.kind is QuestionKind.TEXT:
        text = text_of(answers, question.key).strip()
        return {question.key: text} if text else {}
    given = chosen(answers, question.key)
    keys = [choice.key for choice in question.choices if choice.key in given]
    if not keys:
        return {}
    kept: dict[str, str | list[str]] = {}
    kept[question.key] = keys if question.kind is QuestionKind.SEVERAL else keys[0]
    for choice in question.choices:
        if choice.detail and choice.key in keys:
            name = f"{question.key}.{choice.key}"
            if detail := text_of(answers, name).strip():
                kept[name] = detail
    return kept


def _problems(question: Question, answers: Answers) -> list[Problem]:
    if question.kind is QuestionKind.TEXT:
        return _too_long(question.key, text_of(answers, question.key), LONGEST_TEXT)
    given = chosen(answers, question.key)
    known = {choice.key for choice in question.choices}
    if not known.issuperset(given):
        return [Problem(question.key, "Please choose one of the answers shown.")]
    if question.kind is QuestionKind.ONE and len(given) > 1:
        return [Problem(question.key, "Please choose only one.")]
    return []


def _detail_problems(question: Question, choice_key: str, name: str, text: str) -> list[Problem]:
    details = {choice.key: choice.detail for choice in question.choices}
    detail = details.get(choice_key)
    if detail is None:
        return [Problem(name, "There is nothing to write beside this choice.")]
    if detail.kind is DetailKind.MONTH and text.strip() and not _MONTH.fullmatch(text.strip()):
        return [Problem(name, "Please give the month as a year and a month, such as 2027-03.")]
    return _too_long(name, text, LONGEST_DETAIL)


def _too_long(name: str, text: str, limit: int) -> list[Problem]:
    if len(text) <= limit:
        return []
    return [Problem(name, f"That is longer than we can keep ({limit:,} characters).")]
