"""What people do with the taxonomy: take over the shipped one, and release a changed one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, Subject
from survey.kit.errors import SurveyError
from survey.taxonomy.models import Category, Reason, ReasonMapping, Release
from survey.taxonomy.queries import newest_release, reasons_by_code, rows_of
from survey.taxonomy.rules import earlier_codes, is_same_tree, later_codes
from survey.taxonomy.table import shipped_table
from survey.taxonomy.types import Control, ReasonRow, ScreenGroup


class ReasonsLost(SurveyError):
    """Reasons of the release before would go without one that takes them over."""


class EarlierReasonUnknown(SurveyError):
    """A row names an earlier reason that there never was."""


def ship_release(session: Session, *, actor: Actor, now: datetime) -> Release:
    """Release 1, as it comes with the product. Does nothing where there is a release already."""
    newest = newest_release(session)
    if newest is not None:
        return newest
    return _release(session, shipped_table(), note="As shipped.", actor=actor, now=now)


def import_taxonomy(
    session: Session, rows: Sequence[ReasonRow], *, note: str = "", actor: Actor, now: datetime
) -> Release | None:
    """Release a changed taxonomy, with old reasons mapped to new; None where nothing changed.

    Earlier releases, and what was coded and reported with them, stay as they are. Raises
    `ReasonsLost`, `EarlierReasonUnknown`.
    """
    newest = newest_release(session)
    if newest is not None and is_same_tree(rows, rows_of(session, newest)):
        return None
    return _release(session, rows, note=note, actor=actor, now=now)


def _release(
    session: Session, rows: Sequence[ReasonRow], *, note: str, actor: Actor, now: datetime
) -> Release:
    before = newest_release(session)
    earlier = reasons_by_code(session, before) if before else {}
    mapping = later_codes(earlier, rows)
    _refuse_unknown(session, rows)
    if lost := [code for code, later in mapping.items() if not later]:
        raise ReasonsLost(
            f"Nothing takes over {', '.join(lost)}. Keep the row,"
            " or name the code in the column “was” of the row that takes it over."
        )
    release = Release(number=before.number + 1 if before else 1, note=note.strip(), released_at=now)
    session.add(release)
    added = _add_reasons(session, release, rows)
    session.add_all(
        ReasonMapping(earlier=earlier[code], later=added[later])
        for code, codes in mapping.items()
        for later in codes
    )
    session.flush()
    record(
        session,
        actor,
        "taxonomy_released",
        Subject("taxonomy_release", release.id),
        now=now,
        number=release.number,
        reasons=len(rows),
    )
    return release


def _add_reasons(
    session: Session, release: Release, rows: Sequence[ReasonRow]
) -> dict[str, Reason]:
    categories: dict[str, Category] = {}
    reasons: dict[str, Reason] = {}
    for position, row in enumerate(rows, 1):
        if row.category_code not in categories:
            categories[row.category_code] = Category(
                release=release,
                code=row.category_code,
                label=row.category,
                definition=row.category_definition,
                position=len(categories) + 1,
            )
        reasons[row.code] = _reason(release, categories[row.category_code], position, row)
    session.add_all([*categories.values(), *reasons.values()])
    session.flush()
    return reasons


def _reason(release: Release, category: Category, position: int, row: ReasonRow) -> Reason:
    return Reason(
        release=release,
        category=category,
        position=position,
        code=row.code,
        label=row.label,
        definition=row.definition,
        decision_rule=row.decision_rule,
        second_question=row.second_question,
        control=Control(row.control),
        owner=row.owner,
        applies_to=row.applies_to,
        screen_group=ScreenGroup(row.screen_group) if row.screen_group else None,
        buyer_against=row.buyer_against,
        buyer_for=row.buyer_for,
        phrase_against=row.phrase_against,
        phrase_for=row.phrase_for,
        is_switched_on=row.is_switched_on == "yes",
    )


def _refuse_unknown(session: Session, rows: Sequence[ReasonRow]) -> None:
    named = {code for row in rows for code in earlier_codes(row)}
    if not named:
        return
    known = set(session.scalars(select(Reason.code).where(Reason.code.in_(named)).distinct()))
    if unknown := sorted(named - known):
        raise EarlierReasonUnknown(
            f"There never was a reason {', '.join(unknown)}. Mend the column “was”."
        )
