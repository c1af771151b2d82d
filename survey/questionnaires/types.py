"""What a questionnaire is made of, and the exact shape of answers.

**Answers** are a plain mapping that goes into JSON as it is: a name → what the buyer gave.

    {
        "weighed": "price",                       # one choice: its key
        "else": ["product", "people"],            # several ticks: their keys
        "different": "A smaller first package.",  # the buyer's own words
        "ended": "chose_supplier",
        "ended.chose_supplier": "Acme",           # words beside a choice: question.choice
        "again": "around",
        "again.around": "2027-03",                # a month beside a choice: YYYY-MM
    }

A question without an answer has no entry: no empty text, no empty list. The same names are the
field names on the page, so a form is read by `request.form.getlist(name)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Answers = Mapping[str, str | list[str]]

SOMETHING_ELSE = "something_else"


class QuestionKind(StrEnum):
    """How a question is answered."""

    ONE = "one"
    """One choice, as radio buttons."""
    SEVERAL = "several"
    """Any number of ticks, none set beforehand."""
    TEXT = "text"
    """The buyer's own words."""


class DetailKind(StrEnum):
    """What may be written beside a choice."""

    LINE = "line"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Match:
    """True where the question's answer is, or includes, one of the choices."""

    question: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """True where every match of at least one row of `when` holds and no row of `unless` does.

    An empty `when` holds always. `vague` names a text question whose answer must be vague.
    """

    when: tuple[tuple[Match, ...], ...] = ()
    unless: tuple[tuple[Match, ...], ...] = ()
    vague: str = ""


ALWAYS = Condition()


@dataclass(frozen=True, slots=True)
class Wording:
    """Words, and when they are said. Of several wordings the first that holds is said."""

    text: str
    condition: Condition = ALWAYS


Words = tuple[Wording, ...]
"""Empty where nothing is said. `rules.say` picks the wording and fills its {fields}."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A field beside a choice, never required. Its answer's name is `question.choice`."""

    label: str
    kind: DetailKind = DetailKind.LINE


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing the buyer may choose."""

    key: str
    label: str
    short: str = ""
    """A few words, for a tick and for a chart's axis; else the label."""
    echo: str = ""
    """How our page says it back mid-sentence: "the fit with your systems"; else the label."""
    codes: tuple[str, ...] = ()
    """Reasons it stands for. The click names the first; the others are near, for who codes."""
    detail: Detail | None = None
    is_last: bool = False
    """Stays at the end, in the document's order, when the others are shuffled."""
    condition: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Naming:
    """What a coded choice says of the decision."""

    is_primary: bool
    is_for_us: bool
    condition: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Nothing on any screen has to be answered."""

    key: str
    kind: QuestionKind
    label: Words
    note: Words = ()
    """A sentence under the question."""
    choices: tuple[Choice, ...] = ()
    is_shuffled: bool = False
    order_of: str = ""
    """The question whose choice order this one follows; else its own."""
    echoes: tuple[str, ...] = ()
    """The first answered of these fills `{choice}` and `{written}` in this one's words."""
    namings: tuple[Naming, ...] = ()
    """The first that holds is what a choice with a code says; none: it says nothing."""
    condition: Condition = ALWAYS
    is_optional: bool = False
    """Shown with "(optional)": a further thing, not the screen's own question."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What stands on one page. Its key is in the address, so it is short."""

    key: str
    questions: tuple[Question, ...]
    heading: Words = ()
    opening: Words = ()
    """Sentences above the first question."""
    may_stop: bool = False
    """Shows "Stop here and send"."""
    is_probe: bool = False
    """Asks further, once, and shows "Leave it at that" beside the button."""
    condition: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words around the questions: buttons, thanks, and what a closed link says."""

    go_on: str
    stop: str
    send: str
    change: str
    chosen: str
    leave_it: str
    optional: str
    please_choose: str
    thanks: Words
    stored: Words
    """Who can see the answer, by what was chosen."""
    promise: Words
    """Said only where the campaign says that its sender reads every answer."""
    may_change: str
    about_us: Question
    """Asked on the thanks page: what was wrong with these questions themselves."""
    closed: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole questionnaire as one frozen version holds it."""

    key: str
    name: str
    locale: str
    outcome: str
    """Whom it asks: `lost`, `no_decision` or `won`; wordings for others are already left out."""
    first: str
    """The question asked in the mail."""
    readers: str
    """The question of who may read the answer: asked last, never pre-selected."""
    screens: tuple[Screen, ...]
    phrases: Phrases

    def question(self, key: str) -> Question:
        """The question of that key. Raises `KeyError`."""
        for screen in self.screens:
            for question in screen.questions:
                if question.key == key:
                    return question
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class NamedReason:
    """A reason the buyer's own click names."""

    code: str
    is_primary: bool
    is_for_us: bool
    question_key: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an answer, in words for the one who gave it."""

    name: str
    """The name in the answers that is wrong."""
    sentence: str
