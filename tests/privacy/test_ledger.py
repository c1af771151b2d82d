"""The ledger: what outlives the database, and what both learn of each other."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from survey.mail.actions.suppressions import lift, suppress
from survey.mail.models import Reprieve, Suppression
from survey.mail.queries import suppression_of, why_suppressed
from survey.mail.rules import address_digest
from survey.mail.types import SuppressionReason
from survey.privacy.actions import agree, erase_person
from survey.privacy.ledger import LedgerNotUsable
from survey.privacy.types import Agreed, Entry
from tests.factories import make_suppression
from tests.privacy.world import ADDRESS, SECRET, STAFF, ledger_in, left_of_her, make_everything

OTHER = "a later secret, which is just as long as the other"
HERS = address_digest(ADDRESS)
DAY = timedelta(days=1)


def forget_all(session: Session) -> None:
    """What an older copy of the database looks like: it never heard of any of it."""
    session.execute(delete(Suppression))
    session.execute(delete(Reprieve))


def test_it_says_last_what_was_written_last(moment: datetime, tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    ledger.add([Entry(HERS, SuppressionReason.OPTED_OUT, moment)])
    ledger.add([Entry(HERS, None, moment + DAY)])
    ledger.add([Entry("b" * 64, SuppressionReason.ERASED, moment)])

    told = ledger.read()

    assert told.entries == {
        HERS: Entry(HERS, None, moment + DAY),
        "b" * 64: Entry("b" * 64, SuppressionReason.ERASED, moment),
    }
    assert (told.to_seal_anew, told.unreadable) == (frozenset(), 0)


def test_two_machines_ledgers_may_be_put_together_in_any_order(
    moment: datetime, tmp_path: Path
) -> None:
    ledger = ledger_in(tmp_path)
    ledger.add([Entry(HERS, None, moment + DAY)])
    ledger.add([Entry(HERS, SuppressionReason.OPTED_OUT, moment)])

    assert ledger.read().entries[HERS].reason is None


def test_nothing_in_it_names_anybody(moment: datetime, tmp_path: Path) -> None:
    ledger_in(tmp_path).add([Entry(HERS, SuppressionReason.ERASED, moment)])

    file = tmp_path / "survey.ledger"
    text = file.read_text()
    assert ADDRESS not in text
    assert HERS not in text
    assert ledger_in(tmp_path, OTHER).read().unreadable == 1
    assert file.stat().st_mode & 0o077 == 0


def test_a_torn_line_spoils_no_other(moment: datetime, tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    ledger.add([Entry(HERS, SuppressionReason.ERASED, moment)])
    file = tmp_path / "survey.ledger"
    with file.open("a") as opened:
        opened.write("2026-10-15T10:30:00+00:00 erased 4fS")

    ledger.add([Entry("b" * 64, SuppressionReason.ERASED, moment)])

    told = ledger.read()
    assert set(told.entries) == {HERS, "b" * 64}
    assert told.unreadable == 1


@pytest.mark.parametrize("line", ["", "a b", "2026-10-15T10:30:00 erased AAAA", "x erased AAAA"])
def test_lines_of_others_are_counted_and_passed_over(line: str, tmp_path: Path) -> None:
    (tmp_path / "survey.ledger").write_text(f"{line}\n", encoding="utf-8")

    told = ledger_in(tmp_path).read()

    assert (told.entries, told.unreadable) == ({}, 1)


def test_a_ledger_that_cannot_be_written_forbids_to_erase(
    session: Session, moment: datetime, tmp_path: Path
) -> None:
    make_everything(session, moment)
    before = left_of_her(session)
    (tmp_path / "survey.ledger").mkdir()

    with pytest.raises(LedgerNotUsable, match="SURVEY_LEDGER_FILE"):
        erase_person(session, ADDRESS, ledger=ledger_in(tmp_path), actor=STAFF, now=moment)

    assert left_of_her(session) == before


def test_both_agree_and_then_there_is_nothing_more_to_say(
    session: Session, moment: datetime, tmp_path: Path
) -> None:
    ledger = ledger_in(tmp_path)
    make_suppression(session, reason=SuppressionReason.COMPLAINED)
    make_suppression(session, reason=SuppressionReason.BOUNCED)
    make_suppression(session, reason=SuppressionReason.REFUSED)  # ends by itself
    erase_person(session, ADDRESS, ledger=ledger, actor=STAFF, now=moment)

    assert agree(session, ledger, actor=STAFF, now=moment) == Agreed(written=2)
    assert agree(session, ledger, actor=STAFF, now=moment) == Agreed()


def test_an_older_copy_learns_who_opted_out_and_complained(
    session: Session, moment: datetime, tmp_path: Path
) -> None:
    ledger = ledger_in(tmp_path)
    suppress(session, "jo@b.example", reason=SuppressionReason.OPTED_OUT, now=moment)
    suppress(session, "al@b.example", reason=SuppressionReason.COMPLAINED, now=moment)
    agree(session, ledger, actor=STAFF, now=moment)
    forget_all(session)
    suppress(session, "al@b.example", reason=SuppressionReason.BOUNCED, now=moment)

    assert agree(session, ledger, actor=STAFF, now=moment + DAY) == Agreed(taken_in=2)

    assert why_suppressed(session) == {
        address_digest("al@b.example"): (SuppressionReason.COMPLAINED, moment),
        address_digest("jo@b.example"): (SuppressionReason.OPTED_OUT, moment),
    }


def test_who_was_lifted_stays_lifted_in_an_older_copy(
    session: Session, moment: datetime, tmp_path: Path
) -> None:
    ledger = ledger_in(tmp_path)
    known = suppress(session, "jo@b.example", reason=SuppressionReason.OPTED_OUT, now=moment)
    agree(session, ledger, actor=STAFF, now=moment)
    why = "She called."
    lift(session, known, why=why, is_asked_by_person=True, actor=STAFF, now=moment + DAY)

    assert agree(session, ledger, actor=STAFF, now=moment + 2 * DAY) == Agreed(written=1)
    forget_all(session)
    assert agree(session, ledger, actor=STAFF, now=moment + 3 * DAY) == Agreed()
    assert suppression_of(session, "jo@b.example") is None


def test_an_older_copy_erases_again(session: Session, moment: datetime, tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    make_everything(session, moment)
    ledger.add([Entry(HERS, SuppressionReason.ERASED, moment)])

    agreed = agree(session, ledger, actor=STAFF, now=moment + DAY)

    assert (agreed.taken_in, agreed.erased) == (1, 1)
    assert left_of_her(session) == []


def test_a_new_key_seals_anew_what_the_earlier_one_sealed(
    session: Session, moment: datetime, tmp_path: Path
) -> None:
    suppress(session, "jo@b.example", reason=SuppressionReason.OPTED_OUT, now=moment)
    agree(session, ledger_in(tmp_path), actor=STAFF, now=moment)

    rotated = agree(session, ledger_in(tmp_path, OTHER, SECRET), actor=STAFF, now=moment)

    assert rotated == Agreed(written=1)
    told = ledger_in(tmp_path, OTHER).read()
    assert list(told.entries) == [address_digest("jo@b.example")]
    assert told.unreadable == 1  # the line under the earlier key, which nobody needs any more
