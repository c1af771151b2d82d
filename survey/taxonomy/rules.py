"""Which earlier reason becomes which, and which reasons are offered first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from survey.taxonomy.types import ReasonRow


class Typical(Protocol):
    """Anything that says what it is typical of."""

    @property
    def applies_to(self) -> str: ...


ReasonT = TypeVar("ReasonT", bound=Typical)


def earlier_codes(row: ReasonRow) -> tuple[str, ...]:
    """The codes named in `was`."""
    return tuple(filter(None, (code.strip() for code in row.was.split("|"))))


def is_same_tree(rows: Sequence[ReasonRow], others: Sequence[ReasonRow]) -> bool:
    """Whether two tables hold the same tree; `was` tells of the past and does not count."""
    return [replace(row, was="") for row in rows] == [replace(row, was="") for row in others]


def later_codes(earlier: Iterable[str], rows: Sequence[ReasonRow]) -> dict[str, list[str]]:
    """For each earlier code the codes that take it over: those that name it, else its own.

    A reason that is split names two or more; one that nobody takes over has none.
    """
    there = {row.code for row in rows}
    later: dict[str, list[str]] = {code: [code] if code in there else [] for code in earlier}
    for row in rows:
        for code in earlier_codes(row):
            if code in later and row.code not in later[code]:
                later[code].append(row.code)
    return later


def heirs_among(later_of: Mapping[int, Sequence[int]], release: frozenset[int]) -> dict[int, int]:
    """Earlier reason → the one reason of the release it became, through any number of releases.

    A reason that was split has no single heir and stays itself: nobody has read its answers anew,
    and counted under each part a deal would weigh twice. One of the release itself is not named.
    """
    heirs = {}
    for start in later_of:
        reason, seen = start, {start}
        while reason not in release:
            steps = later_of.get(reason, ())
            if len(steps) != 1 or steps[0] in seen:
                break
            reason = steps[0]
            seen.add(reason)
        if reason != start and reason in release:
            heirs[start] = reason
    return heirs


def typical_first(reasons: Iterable[ReasonT], happened: str) -> tuple[ReasonT, ...]:
    """The reasons typical of what happened before the others; nothing is ever left out.

    `happened` is one of `types.APPLIES_TO`. The order is otherwise kept.
    """
    return tuple(sorted(reasons, key=lambda reason: happened not in reason.applies_to.split("|")))
