"""Presses that one button does, such as opting out: where a machine may have pressed, a person is
asked to choose once more. A machine that presses every button does not choose.
"""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from survey.responses.rules import FASTEST_PRESS, doubts_about
from survey.web.respondent.forms import clean
from survey.web.respondent.visits import Visit
from survey.web.shared.forms import UNPROCESSABLE

_CHOSEN = frozenset({"yes", "no"})
_OURS = frozenset({"driven", "sure", "asked"})


def is_sure(visit: Visit) -> bool:
    """Whether the press may act: nothing speaks of a machine, or somebody chose that it should.

    A mail program's one click (RFC 8058) comes from no page of ours, and always acts.
    """
    chosen = request.form.get("sure")
    if not visit.sitting or chosen in _CHOSEN:
        return chosen != "no"
    return not doubts_about(visit.footprint, fastest=FASTEST_PRESS)


def ask(visit: Visit, question: str, *, back: str) -> ResponseReturnValue:
    """The press once more, with a choice that is not made beforehand. Nothing has happened yet."""
    if request.form.get("sure") == "no":
        return redirect(back, 303)
    is_empty = "asked" in request.form
    page = render_template(
        "respondent/sure.html",
        visit=visit,
        question=question,
        is_empty=is_empty,
        pressed=[(clean(n), clean(text)) for n, text in request.form.items() if n not in _OURS],
    )
    return (page, UNPROCESSABLE) if is_empty else page
