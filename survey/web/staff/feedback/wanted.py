"""Which answers an address asks for: the form that says so, and the chips that take it away."""

from collections.abc import Sequence

from flask import abort, request

from survey.insights.queries.feedback import Part, Wanted
from survey.insights.types import Step
from survey.taxonomy.queries import Branch
from survey.taxonomy.types import ScreenGroup
from survey.web.shared.forms import stripped
from survey.web.staff.feedback.forms import FeedbackForm
from survey.web.staff.filters import (
    NARROWING,
    Chip,
    address_of,
    chips_of,
    filled,
    wanted_filter,
    without_idle_fields,
)

_PAGE = "staff.feedback.index"
_LONGEST_NUMBER = 9
"""Digits of a release's number: what its column can hold."""


def wanted_answers() -> Wanted:
    """What this request's address asks for; 404 where it means nothing."""
    args = request.args
    part = Part.NAMELESS if args.get("part") == Part.NAMELESS else Part.NAMED
    is_by_closing = part is Part.NAMED and args.get("step") == Step.ANSWERED
    return Wanted(
        filter=wanted_filter(),
        part=part,
        reason=stripped(args.get("reason")),
        release=_release(stripped(args.get("release"))),
        group=_group(args.get("group", "")),
        said_price=args.get("said") == "price",
        category=stripped(args.get("category")),
        is_primary_only=bool(args.get("decisive")),
        is_counted=is_by_closing or (part is Part.NAMED and bool(args.get("counted"))),
        is_by_closing=is_by_closing,
        words=stripped(args.get("words")),
    )


def _group(written: str) -> str:
    """A group of the first screen, or 404: the column takes no other word."""
    if written and written not in set(ScreenGroup):
        abort(404)
    return written


def _release(written: str) -> int | None:
    if not written:
        return None
    if len(written) > _LONGEST_NUMBER or not (written.isascii() and written.isdigit()):
        abort(404)
    return int(written)


def filled_form(wanted: Wanted, branches: Sequence[Branch]) -> FeedbackForm:
    """The form with what this reader may narrow by, and what is looked for now."""
    form = filled(FeedbackForm(formdata=None), wanted.filter)
    form.fill_rest(branches, wanted)
    if wanted.part is Part.NAMELESS:
        for name in (*NARROWING, "words"):
            del form[name]
    else:
        without_idle_fields(form)
    return form


def kept(form: FeedbackForm, wanted: Wanted) -> dict[str, str]:
    """What is asked for and has no field: a new search goes on asking for it."""
    fields = {field.name for field in form}
    return {name: value for name, value in wanted.address().items() if name not in fields}


def chips(form: FeedbackForm, wanted: Wanted, branches: Sequence[Branch]) -> list[Chip]:
    """What is asked for now, and the address without it; first what only a bar asks for."""
    categories = {branch.category.code: branch.category.label for branch in branches}
    group = wanted.group.replace("_", " ")
    only_a_bar = {
        "counted": "One answer for each deal, as counted" if wanted.is_counted else "",
        "category": f"Category: {categories.get(wanted.category, wanted.category)}"
        if wanted.category
        else "",
        "group": f"Reasons of the group “{group}”" if group else "",
        "said": "Another price would have changed it" if wanted.said_price else "",
        "release": f"As release {wanted.release} called it" if wanted.release else "",
        "decisive": "Only where it weighed most" if wanted.is_primary_only else "",
    }
    if wanted.is_by_closing:
        only_a_bar["counted"] = ""
        only_a_bar["step"] = "Answered, of the deals that closed in these months"
    asked = [
        (words, address_of(_PAGE, wanted.address(**{name: ""})))
        for name, words in only_a_bar.items()
        if words
    ]
    return [*asked, *chips_of(form, _PAGE, wanted.address)]
