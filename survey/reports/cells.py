"""One figure at a time: in the words of a page, and in the numbers of a file."""

from collections.abc import Mapping

from survey.insights.types import Change, Verdict
from survey.kit.disclosure import Rate
from survey.kit.statistics import Count
from survey.reports.types import Figure

NUMBERS = (
    *("deals", "of", "percent", "low_percent", "high_percent"),
    *("before_deals", "before_of", "fall_to", "rise_to", "words"),
)
"""Every name that a number of a figure goes by, in the order of the CSV's columns."""

_TOO_FEW = "too-few"
_VERDICTS: Mapping[Verdict, str] = {
    Verdict.ROSE: "Rose",
    Verdict.FELL: "Fell",
    Verdict.NO_CLEAR_CHANGE: "No clear change",
    Verdict.TOO_FEW: "Too few to tell",
}
_TONES: Mapping[Verdict, str] = {
    Verdict.ROSE: "changed changed-rose",
    Verdict.FELL: "changed changed-fell",
    Verdict.NO_CLEAR_CHANGE: "no-change",
    Verdict.TOO_FEW: _TOO_FEW,
}
NONE = Figure("–", tone=_TOO_FEW)
"""Where there is nothing to count."""


def number(deals: int) -> Figure:
    return Figure(f"{deals:,}", numbers={"deals": deals})


def text(words: str) -> Figure:
    return Figure(words, numbers={"words": words}) if words else NONE


def share(rate: Rate) -> Figure:
    """“6 of 9” with its percentage and its range, or grey and alone while there are too few."""
    deals, of = rate.count.hits, rate.count.of
    ends, percent = rate.range_percents, rate.percent
    if ends is None or percent is None:
        return Figure(_of(rate.count), tone=_TOO_FEW, numbers={"deals": deals, "of": of})
    low, high = ends
    return Figure(
        _of(rate.count),
        fine=(f"{percent}% ({low}–{high}%)",),
        numbers={
            "deals": deals, "of": of, "percent": percent, "low_percent": low, "high_percent": high
        },
    )  # fmt: skip


def part(rate: Rate) -> Figure:
    """A share of all there are, not of those who happened to answer: no interval belongs to it."""
    deals, of, percent = rate.count.hits, rate.count.of, rate.percent
    if percent is None:
        return Figure(_of(rate.count), tone=_TOO_FEW, numbers={"deals": deals, "of": of})
    return Figure(
        f"{percent}%",
        fine=(_of(rate.count),),
        numbers={"deals": deals, "of": of, "percent": percent},
    )


def change(found: Change | None) -> Figure:
    """What became of a share lately, and what would have shown."""
    if found is None:
        return NONE
    fine = [f"{_of(found.now)}, was {_of(found.before)}"]
    visible = found.visible
    if found.verdict is Verdict.NO_CLEAR_CHANGE:
        shown = [f"{hits:,}" for hits in (visible.fall_to, visible.rise_to) if hits is not None]
        fine[0] += f"; {' or '.join(shown)} would show"
    numbers: dict[str, int | str] = {
        "deals": found.now.hits,
        "of": found.now.of,
        "before_deals": found.before.hits,
        "before_of": found.before.of,
        "words": _VERDICTS[found.verdict],
    }
    if found.verdict is Verdict.NO_CLEAR_CHANGE:
        numbers |= _would_show(found)
    return Figure(
        _VERDICTS[found.verdict],
        fine=tuple(fine),
        tone=_TONES[found.verdict],
        numbers=numbers,
    )


def _would_show(found: Change) -> dict[str, int | str]:
    reached = {"fall_to": found.visible.fall_to, "rise_to": found.visible.rise_to}
    return {name: hits for name, hits in reached.items() if hits is not None}


def _of(count: Count) -> str:
    return f"{count.hits:,} of {count.of:,}"
