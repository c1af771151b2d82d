"""Reading a questionnaire: from its stored form to the typed one, for one outcome.

The stored form is what `shipped/*.toml` holds after `shipped_document` has joined in the screens a
fork leads to: plain mappings and lists, kept as JSON in `Version.document`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any

from survey.kit.errors import SurveyError
from survey.questionnaires.types import (
    ALWAYS,
    Choice,
    Condition,
    Detail,
    DetailKind,
    Document,
    Match,
    Naming,
    Phrases,
    Question,
    QuestionKind,
    Screen,
    Wording,
    Words,
)

SHIPPED = ("not_won", "won")

Raw = Mapping[str, Any]


class OutcomeNotAsked(SurveyError):
    """The questionnaire has no words for buyers of this outcome."""


def shipped_document(key: str) -> dict[str, Any]:
    """The stored form of a shipped questionnaire, complete in itself and the caller's own."""
    return deepcopy(_shipped(key))


@cache
def _shipped(key: str) -> dict[str, Any]:
    text = files("survey.questionnaires").joinpath("shipped", f"{key}.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    follow = raw.pop("follow", None)
    if follow:
        raw["screens"] = _joined(raw["screens"], _shipped(follow["of"])["screens"], follow)
    return raw


def read_document(raw: Raw, outcome: str) -> Document:
    """The typed form, with only the words and choices for buyers of that outcome.

    Raises `OutcomeNotAsked`.
    """
    if outcome not in raw["outcomes"]:
        asked = ", ".join(raw["outcomes"])
        raise OutcomeNotAsked(
            f"“{raw['name']}” is for deals that ended as {asked}; choose another one for {outcome}."
        )
    raw = _for_outcome(raw, outcome)
    known = {
        question["key"]: {choice["key"] for choice in question.get("choices", ())}
        for screen in raw["screens"]
        for question in screen["questions"]
    }
    return Document(
        key=raw["key"],
        name=raw["name"],
        locale=raw["locale"],
        outcome=outcome,
        first=raw["first"],
        readers=raw["readers"],
        screens=tuple(_screen(_reachable(screen, known)) for screen in raw["screens"]),
        phrases=_phrases(raw["phrases"]),
    )


def codes_in(raw: Raw) -> set[str]:
    """The reasons that the choices of a stored form name."""
    return {code for choice in _all_choices(raw) for code in choice.get("codes", ())}


def with_codes(raw: Raw, renamed: Mapping[str, str], *, keep: frozenset[str]) -> dict[str, Any]:
    """The stored form with its choices' reasons under newer codes; those in `keep` stay."""
    document: dict[str, Any] = deepcopy(dict(raw))
    for choice in _all_choices(document):
        if "codes" in choice:
            choice["codes"] = [
                code if code in keep else renamed.get(code, code) for code in choice["codes"]
            ]
    return document


def _all_choices(raw: Raw) -> list[dict[str, Any]]:
    return [
        choice
        for screen in raw["screens"]
        for question in screen["questions"]
        for choice in question.get("choices", ())
    ]


def _for_outcome(part: Any, outcome: str) -> Any:
    """The same part without what is marked `asked` for other outcomes only."""
    if isinstance(part, Mapping):
        return {key: _for_outcome(value, outcome) for key, value in part.items()}
    if isinstance(part, list):
        return [
            _for_outcome(item, outcome)
            for item in part
            if not isinstance(item, Mapping) or outcome in item.get("asked", (outcome,))
        ]
    return part


def _reachable(screen: Raw, known: Mapping[str, set[str]]) -> Raw:
    """The screen without choices that wait for an answer this outcome's buyers are not offered."""

    def is_reachable(choice: Raw) -> bool:
        rows = _rows(choice.get("when", ()))
        return not rows or any(
            all(known[match.question].intersection(match.choices) for match in row) for row in rows
        )

    questions = [
        {**question, "choices": [c for c in question.get("choices", ()) if is_reachable(c)]}
        for question in screen["questions"]
    ]
    return {**screen, "questions": questions}


def _screen(raw: Raw) -> Screen:
    return Screen(
        key=raw["key"],
        questions=tuple(_question(question) for question in raw["questions"]),
        heading=_words(raw.get("heading")),
        opening=_words(raw.get("opening")),
        may_stop=raw.get("may_stop", False),
        is_probe=raw.get("is_probe", False),
        condition=_condition(raw),
    )


def _question(raw: Raw) -> Question:
    return Question(
        key=raw["key"],
        kind=QuestionKind(raw["kind"]),
        label=_words(raw.get("label")),
        note=_words(raw.get("note")),
        choices=tuple(_choice(choice) for choice in raw.get("choices", ())),
        is_shuffled=raw.get("is_shuffled", False),
        order_of=raw.get("order_of", ""),
        echoes=_several(raw.get("echoes", ())),
        namings=tuple(_naming(naming) for naming in _several(raw.get("naming", ()))),
        condition=_condition(raw),
        is_optional=raw.get("is_optional", False),
    )


def _choice(raw: Raw) -> Choice:
    detail = raw.get("detail")
    return Choice(
        key=raw["key"],
        label=raw["label"],
        short=raw.get("short", raw["label"]),
        echo=raw.get("echo", raw["label"]),
        codes=tuple(raw.get("codes", ())),
        detail=Detail(detail["label"], DetailKind(detail.get("kind", "line"))) if detail else None,
        is_last=raw.get("is_last", False),
        condition=_condition(raw),
    )


def _naming(raw: Raw) -> Naming:
    return Naming(raw["is_primary"], raw["is_for_us"], _condition(raw))


def _phrases(raw: Raw) -> Phrases:
    return Phrases(
        go_on=raw["go_on"],
        stop=raw["stop"],
        send=raw["send"],
        change=raw["change"],
        chosen=raw["chosen"],
        leave_it=raw["leave_it"],
        optional=raw["optional"],
        please_choose=raw["please_choose"],
        thanks=_words(raw["thanks"]),
        stored=_words(raw["stored"]),
        promise=_words(raw["promise"]),
        may_change=raw["may_change"],
        about_us=_question(raw["about_us"]),
        closed=raw["closed"],
    )


def _words(raw: str | Sequence[Raw] | None) -> Words:
    if raw is None:
        return ()
    if isinstance(raw, str):
        return (Wording(raw),)
    return tuple(Wording(row["text"], _condition(row)) for row in raw)


def _condition(raw: Raw) -> Condition:
    if not raw.keys() & {"when", "unless", "vague"}:
        return ALWAYS
    return Condition(
        when=_rows(raw.get("when", ())),
        unless=_rows(raw.get("unless", ())),
        vague=raw.get("vague", ""),
    )


def _rows(raw: Raw | Sequence[Raw]) -> tuple[tuple[Match, ...], ...]:
    return tuple(
        tuple(Match(question, _several(choices)) for question, choices in row.items())
        for row in _several(raw)
    )


def _several(raw: Any) -> tuple[Any, ...]:
    """One thing may stand for a list of one."""
    return (raw,) if isinstance(raw, str | Mapping) else tuple(raw)


def _joined(screens: list[Raw], others: list[Raw], follow: Raw) -> list[Raw]:
    """The screens with those of another questionnaire in their place, under the fork's condition.

    Names that both have are changed, except in conditions: what the other asks first (`carried`)
    was asked here already. It is asked again only where the answer given here is not one of its
    choices; `carried_only` screens are then left out, for the way is long enough.
    """
    carried: str = follow["carried"]
    is_known = {carried: _choice_keys(others, carried)}
    added: list[Raw] = []
    for other in others:
        if other["key"] in follow["without"]:
            continue
        screen = _renamed(other, follow["rename"], follow["without"])
        fork = follow["when"] | (is_known if other["key"] in follow["carried_only"] else {})
        screen |= {"when": [{**row, **fork} for row in screen.get("when", [{}])], "may_stop": True}
        if other["key"] == carried:
            screen |= {"unless": [is_known], "opening": follow["opening"]}
        elif len(added) == 1:
            screen["opening"] = [{"text": follow["opening"], "when": [is_known]}]
        added.append(screen)
    place = next(i for i, screen in enumerate(screens) if screen["key"] == follow["before"])
    return [*screens[:place], *added, *screens[place:]]


def _choice_keys(screens: list[Raw], key: str) -> list[str]:
    return [
        choice["key"]
        for screen in screens
        for question in screen["questions"]
        if question["key"] == key
        for choice in question["choices"]
    ]


def _renamed(screen: Raw, names: Raw, without: list[str]) -> dict[str, Any]:
    questions = [
        {**question, "key": names.get(question["key"], question["key"])}
        for question in screen["questions"]
        if question["key"] not in without
    ]
    return {**screen, "key": names.get(screen["key"], screen["key"]), "questions": questions}
