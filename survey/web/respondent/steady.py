"""Presses that one button does, such as opting out: where a machine may have pressed, a person is
asked to choose once more. A machine that presses every button does not choose.
"""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from survey.responses.rules import BURST_OF_TWO, FASTEST_PRESS, doubts_about, gives_itself_away
from survey.web.respondent.forms import clean
from survey.web.respondent.visits import Visit
from survey.web.shared.forms import UNPROCESSABLE

_OURS = frozenset({"driven", "sure", "asked"})


def is_sure(visit: Visit) -> bool:
    """Whether the press may act: nothing speaks of a machine, or somebody chose that it should who
    did nothing that only machines do.

    A mail program's one click (RFC 8058) comes from no page of ours, and always acts.
    """
    chosen = request.form.get("sure")
    if chosen != "yes" and (chosen == "no" or "asked" in request.form):
        return False  # a page that asks takes no press without a choice, however late it comes
    if not visit.sitting:
        return True
    doubts = doubts_about(visit.footprint, fastest=FASTEST_PRESS, burst_of_two=BURST_OF_TWO)
    return not doubts or (chosen == "yes" and not gives_itself_away(doubts))


def signs(visit: Visit) -> list[str]:
    """What speaks of a machine, by the names of `Doubt`, to be kept with what the press did."""
    return [doubt.value for doubt in doubts_about(visit.footprint, fastest=FASTEST_PRESS)]


def ask(visit: Visit, question: str, *, back: str) -> ResponseReturnValue:
    """The press once more, with a choice that is not made beforehand. Nothing has happened yet."""
    chosen = request.form.get("sure")
    if chosen == "no":
        return redirect(back, 303)
    is_refused = chosen == "yes"
    is_empty = not is_refused and "asked" in request.form
    page = render_template(
        "respondent/sure.html",
        visit=visit,
        question=question,
        is_empty=is_empty,
        is_refused=is_refused,
        pressed=[(clean(n), clean(text)) for n, text in request.form.items() if n not in _OURS],
    )
    return (page, UNPROCESSABLE) if is_empty or is_refused else page
