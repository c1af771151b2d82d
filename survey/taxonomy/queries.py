"""What is asked of the taxonomy."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from survey.kit.errors import SurveyError
from survey.taxonomy.models import Category, Reason, ReasonMapping, Release
from survey.taxonomy.rules import typical_first
from survey.taxonomy.types import ReasonRow

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


def mapped_to(session: Session, release: Release) -> dict[int, tuple[int, ...]]:
    """For each reason of this and all earlier releases: the reasons of this one it has become.

    A reason that was split has become several; a figure counts it under each, and says so.
    """
    steps: dict[int, list[int]] = defaultdict(list)
    rows = session.execute(
        select(ReasonMapping.earlier_id, ReasonMapping.later_id)
        .join(Reason, ReasonMapping.later_id == Reason.id)
        .join(Release, Reason.release_id == Release.id)
        .where(Release.number <= release.number)
        .order_by(Release.number.desc(), Reason.position, ReasonMapping.earlier_id, Reason.id)
    )
    become: dict[int, tuple[int, ...]] = {
        reason.id: (reason.id,) for reason in reasons_of(session, release)
    }
    for earlier_id, later_id in rows:
        steps[earlier_id].append(later_id)
    # Newest mappings stand first, so that each later reason is known before an earlier one asks.
    for earlier_id, later_ids in steps.items():
        ends = [end for later_id in later_ids for end in become.get(later_id, ())]
        become[earlier_id] = tuple(dict.fromkeys(ends))
    return become


def _named_earlier(session: Session, release: Release) -> dict[int, list[str]]:
    named: dict[int, list[str]] = defaultdict(list)
    for before, after in changes_of(session, release):
        named[after.id].append(before.code)
    return named
