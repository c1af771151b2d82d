"""What is asked of the taxonomy."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import SQLColumnExpression, case, select
from sqlalchemy.orm import Session, aliased, joinedload

from survey.kit.errors import SurveyError
from survey.taxonomy.models import Category, Reason, ReasonMapping, Release
from survey.taxonomy.rules import heirs_among, typical_first
from survey.taxonomy.types import ReasonRow

Heirs = Mapping[int, int]
"""An earlier reason's number → that of the reason it has become."""

_NUMBERS = range(1, 2**31)
"""What a release's column can hold; an address may say any number."""


class NoTaxonomy(SurveyError):
    """There is no release yet."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A category and its reasons, in the order of the tree."""

    category: Category
    reasons: tuple[Reason, ...]


def newest_release(session: Session) -> Release | None:
    return session.scalar(select(Release).order_by(Release.number.desc()).limit(1))


def current_release(session: Session) -> Release:
    """The release in use. Raises `NoTaxonomy`."""
    release = newest_release(session)
    if release is None:
        raise NoTaxonomy("There is no taxonomy yet. Run “survey db upgrade”.")
    return release


def release_of_number(session: Session, number: int) -> Release | None:
    if number not in _NUMBERS:
        return None
    return session.scalar(select(Release).where(Release.number == number))


def releases(session: Session) -> list[Release]:
    """All releases, the newest first."""
    return list(session.scalars(select(Release).order_by(Release.number.desc())))


def reasons_of(session: Session, release: Release) -> list[Reason]:
    """The reasons of a release with their categories, in the order of the tree."""
    return list(
        session.scalars(
            select(Reason)
            .where(Reason.release_id == release.id)
            .options(joinedload(Reason.category))
            .order_by(Reason.position, Reason.id)
        )
    )


def tree(session: Session, release: Release, *, happened: str = "") -> list[Branch]:
    """The categories of a release, each with its reasons.

    With `happened`, one of `types.APPLIES_TO`, reasons typical of it stand first in each category.
    """
    grouped: dict[Category, list[Reason]] = {}
    for reason in reasons_of(session, release):
        grouped.setdefault(reason.category, []).append(reason)
    ordered = sorted(grouped, key=lambda category: (category.position, category.id))
    return [
        Branch(category, typical_first(grouped[category], happened))
        if happened
        else Branch(category, tuple(grouped[category]))
        for category in ordered
    ]


def reasons_by_code(session: Session, release: Release) -> dict[str, Reason]:
    return {reason.code: reason for reason in reasons_of(session, release)}


def rows_of(session: Session, release: Release) -> list[ReasonRow]:
    """The release as rows of its table."""
    was = _named_earlier(session, release)
    return [
        ReasonRow(
            category_code=reason.category.code,
            category=reason.category.label,
            category_definition=reason.category.definition,
            code=reason.code,
            label=reason.label,
            definition=reason.definition,
            decision_rule=reason.decision_rule,
            second_question=reason.second_question,
            control=reason.control.value,
            owner=reason.owner,
            applies_to=reason.applies_to,
            screen_group=reason.screen_group.value if reason.screen_group else "",
            buyer_against=reason.buyer_against,
            buyer_for=reason.buyer_for,
            phrase_against=reason.phrase_against,
            phrase_for=reason.phrase_for,
            is_switched_on="yes" if reason.is_switched_on else "no",
            was="|".join(was[reason.id]),
        )
        for reason in reasons_of(session, release)
    ]


def changes_of(session: Session, release: Release) -> list[tuple[Reason, Reason]]:
    """Earlier and later reason wherever the release before was renamed, merged or split."""
    earlier, later = aliased(Reason), aliased(Reason)
    return [
        (before, after)
        for before, after in session.execute(
            select(earlier, later)
            .select_from(ReasonMapping)
            .join(earlier, ReasonMapping.earlier_id == earlier.id)
            .join(later, ReasonMapping.later_id == later.id)
            .where(later.release_id == release.id, earlier.code != later.code)
            .order_by(later.position, earlier.position, later.id, earlier.id)
        )
    ]


def heirs_in(session: Session, release: Release) -> Heirs:
    """What the reasons of earlier releases are called in this one, where they have one heir."""
    later_of: defaultdict[int, list[int]] = defaultdict(list)
    for earlier_id, later_id in session.execute(
        select(ReasonMapping.earlier_id, ReasonMapping.later_id)
        .join(Reason, ReasonMapping.later_id == Reason.id)
        .join(Release, Reason.release_id == Release.id)
        .where(Release.number <= release.number)
        .order_by(ReasonMapping.earlier_id, ReasonMapping.later_id)
    ):
        later_of[earlier_id].append(later_id)
    if not later_of:
        return {}
    there = session.scalars(select(Reason.id).where(Reason.release_id == release.id))
    return heirs_among(later_of, frozenset(there))


def as_called_in(heirs: Heirs, reason_id: SQLColumnExpression[int]) -> SQLColumnExpression[int]:
    """The number of a reason's one heir, else its own."""
    return case(dict(heirs), value=reason_id, else_=reason_id) if heirs else reason_id


def _named_earlier(session: Session, release: Release) -> dict[int, list[str]]:
    named: dict[int, list[str]] = defaultdict(list)
    for before, after in changes_of(session, release):
        named[after.id].append(before.code)
    return named
