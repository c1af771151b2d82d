"""A campaign's own words for its mails: plain paragraphs with a few fields. Pure.

It is no template language: a field is put in once, as it is, and nothing in it is read again.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from survey.deals.types import Outcome
from survey.invitations.types import MailKind, MailWords

FIELDS: Final[Mapping[str, str]] = {
    "first_name": "the buyer’s first name",
    "product": "what the deal was about",
    "when": "“between March and June”, else “recently”",
    "seller_name": "who sold",
    "company": "our company",
    "sender_name": "who signs",
    "sender_role": "what the signer does",
    "phone": "the signer’s phone",
    "promise": "the sentence that stays in every mail",
}
"""What the words may name, and what stands there."""
REMINDER_FIELDS: Final[Mapping[str, str]] = {**FIELDS, "asked_when": "“Last week”, to begin with"}

LONGEST_SUBJECT = 150
LONGEST_BODY = 3000
_PROMISE = "promise"
# What a name needs before it goes with it where the name is not known: "with Sam", ", Sam".
_FIELD = re.compile(r"((?:,|[ \t]+with)?[ \t]*)\{([a-z_]+)\}")
_BRACED = re.compile(r"\{([^{}\n]*)\}")
_ADDRESS = re.compile(r"https?:|www\.", re.IGNORECASE)
_BETWEEN_PARAGRAPHS = re.compile(r"\n[ \t]*\n+")


def fields_for(kind: MailKind) -> Mapping[str, str]:
    """The fields that a mail of this kind may name, and what stands there."""
    return REMINDER_FIELDS if kind is MailKind.REMINDER else FIELDS


def check_words(words: MailWords, *, kind: MailKind) -> dict[str, str]:
    """What is wrong with a campaign's own words: "subject" or "body" → a sentence."""
    known = fields_for(kind)
    problems = {
        part: problem
        for part, text in (("subject", words.subject), ("body", words.body))
        if (problem := _problem(text, known))
    }
    if len(words.subject.splitlines()) > 1:
        problems["subject"] = "A subject is one line."
    elif len(words.subject) > LONGEST_SUBJECT:
        problems["subject"] = f"A subject takes up to {LONGEST_SUBJECT} letters."
    if f"{{{_PROMISE}}}" in words.subject:
        problems["subject"] = "The promise stands in the text, not in the subject."
    if len(words.body) > LONGEST_BODY:
        problems["body"] = f"The text takes up to {LONGEST_BODY} letters; buyers read a short one."
    return problems


def filled(text: str, fields: Mapping[str, str]) -> str:
    """The text with its fields put in, each once and as it is: a product that is called
    "{company}" stays so. A name that is not known takes the comma or "with" before it along.
    """

    def put(found: re.Match[str]) -> str:
        value = fields.get(found[2], "")
        return f"{found[1]}{value}" if value else ""

    return _FIELD.sub(put, text)


def paragraphs(body: str, fields: Mapping[str, str]) -> list[list[str]]:
    """The body as paragraphs of lines, its fields put in.

    The promise stands where the words name it, else in a paragraph of its own at their end: it
    cannot be left out.
    """
    named = body if f"{{{_PROMISE}}}" in body else f"{body}\n\n{{{_PROMISE}}}"
    whole = [
        [line for each in part.splitlines() if (line := filled(each, fields).strip())]
        for part in _BETWEEN_PARAGRAPHS.split(_plain(named))
    ]
    return [lines for lines in whole if lines]


def words_for(own: MailWords, *, kind: MailKind, asked_as: Outcome) -> MailWords:
    """The campaign's own words, and ours where it has none."""
    ours = shipped(kind, asked_as)
    return MailWords(own.subject or ours.subject, own.body or ours.body)


def own_part(written: MailWords, *, kind: MailKind, asked_as: Outcome) -> MailWords:
    """What of the written words is the campaign's own: what is just ours is left empty, so that it
    follows when ours get better.
    """
    ours = shipped(kind, asked_as)
    subject, body = written.subject.strip(), _plain(written.body)
    return MailWords("" if subject == ours.subject else subject, "" if body == ours.body else body)


def shipped(kind: MailKind, asked_as: Outcome) -> MailWords:
    """Our own words for a mail."""
    return _REMINDER if kind is MailKind.REMINDER else _INVITATIONS[asked_as]


def _problem(text: str, known: Iterable[str]) -> str:
    """The first thing wrong with a text, in a sentence; empty where nothing is."""
    for found in _BRACED.finditer(text):
        if found[1] not in known:
            return f"“{found[0]}” is no field. The fields are {_listed(known)}."
    stray = re.search(r"[{}]", _BRACED.sub("", text))
    if stray:
        return f"A “{stray[0]}” stands alone. A field has both braces: {_listed(known)}."
    if _ADDRESS.search(text):
        return "Leave links out: the mail has its own, and filters distrust others."
    return ""


def _listed(known: Iterable[str]) -> str:
    *first, last = [f"{{{name}}}" for name in known]
    return f"{', '.join(first)} and {last}"


def _plain(body: str) -> str:
    """A body as it is kept: one kind of line end, one empty line between paragraphs."""
    lines = "\n".join(line.strip() for line in body.splitlines())
    return _BETWEEN_PARAGRAPHS.sub("\n\n", lines.strip())


_WE_ASK = "{promise} I would like to know what we should do better, and you are the one who knows."
_INVITATIONS: Final[Mapping[Outcome, MailWords]] = {
    Outcome.LOST: MailWords(
        "Your {product} decision: what can we learn?",
        "Hello {first_name},\n\n"
        "You looked at {product} with {seller_name} {when} and decided not to go ahead with us."
        " Thank you for the time you gave it.\n\n"
        f"{_WE_ASK}",
    ),
    Outcome.NO_DECISION: MailWords(
        "Your {product} decision: what can we learn?",
        "Hello {first_name},\n\n"
        "You looked at {product} with {seller_name} {when}. As far as we know, the project was"
        f" then put aside. Thank you for the time you gave it.\n\n{_WE_ASK}",
    ),
    Outcome.WON: MailWords(
        "How you came to choose {product}",
        "Hello {first_name},\n\n"
        "You have been with us for a few weeks now. Thank you for choosing {product}.\n\n"
        "While you still remember how you decided, I would like to learn what tipped it, and what"
        " nearly went against us. {promise}",
    ),
}
_REMINDER: Final = MailWords(
    "Still glad to hear it: your {product} decision",
    "Hello {first_name},\n\n"
    "{asked_when} I asked what decided your choice about {product}. If you have two minutes, I"
    " would still be glad to learn it. {promise}",
)
