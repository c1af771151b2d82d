"""Taking in files of deals."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, delete, event, func, select
from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.audit.types import Actor, ActorKind
from survey.deals.mapping import ColumnsNotKnown, Mapping
from survey.deals.models import Account, Competitor, Contact, Deal, DealContact
from survey.deals.salesforce import ExportNotComplete
from survey.deals.types import Outcome
from survey.jobs import import_deals as job
from survey.jobs.import_deals import ImportReport, import_files
from survey.kit.db import Database
from tests.others import at_hand

COMMAND = Actor(ActorKind.COMMAND, label="survey import")
HEADER = "deal_id,account,outcome,closed_on,amount,currency,contact_email\n"
GOOD = "D-1,Koe,lost,2026-10-01,5000,EUR,sam@koe.example\n"

Import = Callable[..., ImportReport]


@pytest.fixture
def imported(database: Database, moment: datetime, tmp_path: Path) -> Import:
    """Import files given as text or as paths."""

    def run(*files: str | Path, mapping: str = "", **how: bool) -> ImportReport:
        paths = []
        for number, file in enumerate(files):
            path = file if isinstance(file, Path) else tmp_path / f"deals{number}.csv"
            if isinstance(file, str):
                path.write_text(file, encoding="utf-8", newline="")
            paths.append(path)
        return import_files(
            database,
            paths,
            mapping=Mapping.read(mapping),
            zone=ZoneInfo("Europe/Amsterdam"),
            actor=COMMAND,
            now=moment,
            **how,
        )

    return run


def deal_count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Deal)) or 0


def test_good_rows_go_in_and_bad_ones_are_told(imported: Import, database: Database) -> None:
    report = imported(HEADER + GOOD + "D-2,Zwaan,lost,02/01/2026,1,EUR,\n" + "D-3,Zwaan,open,,,,\n")

    assert report.counts == {"rows": 3, "added": 2, "changed": 0, "unchanged": 0, "refused": 1}
    assert str(report.problems[0]) == (
        "deals0.csv, line 3, closed_on “02/01/2026”: is ambiguous: which number is the day? Say so"
        ' in the mapping: [formats] date = "%d/%m/%Y".'
    )
    assert deal_count(database) == 2


def test_longest_names_of_letters_that_grow_when_small_are_found_again(
    imported: Import, session: Session
) -> None:
    """“İ” becomes two signs when small, and the key's column holds as many as the name's."""
    name = "İ" * 300
    file = HEADER.replace("\n", ",competitor\n") + GOOD.replace("Koe", name, 1).replace(
        "\n", f",{name}\n"
    )

    first, again = imported(file), imported(file)

    assert (first.added, again.unchanged, again.refused) == (1, 1, 0)
    assert session.scalars(select(Account.name)).all() == [name]
    assert session.scalars(select(Competitor.name)).all() == [name]


def test_closing_day_to_come_is_refused_until_it_is_corrected(
    imported: Import, database: Database
) -> None:
    expected = "D-1,Koe,open,2026-12-24,5000,EUR,sam@koe.example\n"
    assert imported(HEADER + expected).counts["added"] == 1

    won_early = imported(HEADER + expected.replace("open", "won"))

    assert won_early.counts["refused"] == 1
    assert str(won_early.problems[0]).startswith(
        "deals0.csv, line 2, closed_on “2026-12-24”: is still to come, but a deal that is won has"
    )
    with database.reading() as session:
        assert session.scalars(select(Deal.outcome)).all() == [Outcome.OPEN]
    assert imported(HEADER + GOOD).counts["changed"] == 1


def test_strict_refuses_all_when_one_row_is_wrong(imported: Import, database: Database) -> None:
    report = imported(HEADER + GOOD + "D-2,Zwaan,gone,,,,\n", is_strict=True)

    assert (report.is_refused_whole, report.refused, report.added) == (True, 1, 0)
    assert deal_count(database) == 0


def test_strict_refuses_contradicting_rows_too(imported: Import, database: Database) -> None:
    report = imported(HEADER + GOOD + GOOD.replace("lost", "won"), is_strict=True)

    assert "says something else about this deal than line 2" in report.problems[0].reason
    assert deal_count(database) == 0


def test_strict_lets_a_sound_file_in(imported: Import, database: Database) -> None:
    report = imported(HEADER + GOOD, is_strict=True)

    assert (report.rows, report.added) == (1, 1)


def test_dry_run_tells_what_would_happen_and_writes_nothing(
    imported: Import, database: Database
) -> None:
    imported(HEADER + GOOD)

    report = imported(
        HEADER + GOOD.replace("5000", "6000") + GOOD.replace("D-1", "D-2"), is_dry_run=True
    )

    assert report.counts == {"rows": 2, "added": 1, "changed": 1, "unchanged": 0, "refused": 0}
    assert deal_count(database) == 1


def test_import_is_written_into_the_audit_trail(imported: Import, database: Database) -> None:
    report = imported(HEADER + GOOD)

    with database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_label) == ("deals_imported", "survey import")
    assert entry.details == report.counts


def test_contradiction_across_batches_is_told(
    imported: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "BATCH_ROWS", 1)

    report = imported(HEADER + GOOD + GOOD.replace("lost", "won") + GOOD.replace("sam", "kim"))

    assert (report.added, report.refused) == (1, 1)


def test_files_are_taken_in_one_after_the_other(imported: Import) -> None:
    report = imported(HEADER + GOOD, HEADER + GOOD.replace("lost", "won"))

    assert (report.rows, report.added, report.changed) == (2, 1, 1)


def test_nothing_goes_in_when_a_later_file_cannot_be_read(
    imported: Import, database: Database
) -> None:
    with pytest.raises(ColumnsNotKnown):
        imported(HEADER + GOOD, "a,b\n1,2\n")

    assert deal_count(database) == 0


def test_progress_is_told_to_the_end(
    database: Database, moment: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "BATCH_ROWS", 2)
    path = tmp_path / "deals.csv"
    path.write_text(HEADER + "".join(GOOD.replace("D-1", f"D-{n}") for n in range(5)))
    told: list[tuple[int, int]] = []

    import_files(
        database, [path], mapping=Mapping(), zone=ZoneInfo("UTC"), actor=COMMAND, now=moment,
        tell_progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip

    assert told == [(2, 5), (4, 5), (5, 5)]


def test_readers_see_the_old_while_a_batch_is_written(imported: Import, database: Database) -> None:
    imported(HEADER + GOOD)

    with database.writing() as session:
        session.execute(delete(DealContact))
        session.execute(delete(Deal))

        assert deal_count(database) == 1  # asked of another session, answered at once


def test_readers_are_not_blocked_during_a_long_import(imported: Import, database: Database) -> None:
    """Each transaction of the import waits with its commit until a reader has its answer.

    So the longest wait of a reader is shorter than the shortest time that a writer holds.
    """
    seen: list[int] = []

    def ask(_connection: Connection) -> None:
        reader = threading.Thread(target=lambda: seen.append(deal_count(database)))
        reader.start()
        reader.join(timeout=60)
        assert not reader.is_alive(), "the reader waits for the writer"

    lines = (GOOD.replace("D-1", f"D-{n}").replace("sam", f"sam{n}") for n in range(8000))
    event.listen(database.engine, "commit", ask)
    try:
        report = imported(HEADER + "".join(lines))
    finally:
        event.remove(database.engine, "commit", ask)

    assert report.added == 8000
    assert seen == [*range(0, 8000, 500), 8000]  # the last is that of the audit entry


ACCOUNTS = "Id,Name,BillingCountry,Industry\n001A,Brouwerij De Koe,Belgium,Food\n"
PEOPLE = (
    "Id,FirstName,LastName,Email,AccountId,HasOptedOutOfEmail,LastActivityDate\n"
    "003A,Sam,Jansen,sam@koe.example,001A,,2026-09-01\n"
    "003B,Kim,Maes,kim@koe.example,001A,1,\n"
    "003C,An,Shared,office@koe.example,001A,,\n"
    "003D,Bo,Shared,office@koe.example,001A,,\n"
)
OWNERS = (
    "Id,Username,Email,FirstName,LastName,IsActive\n005A,els,els@northwind.example,Els,Vries,1\n"
)
DEALS = (
    "Id,IsDeleted,Name,AccountId,StageName,Amount,CloseDate,IsClosed,IsWon,OwnerId,CreatedDate\n"
    "006A,,Plant,001A,Closed Lost,5000,2026-10-01,1,,005A,2026-06-01T23:30:00.000+0000\n"
    "006B,,Office,001A,Closed Won,6000,2026-10-02,1,1,005A,2026-06-01T09:00:00.000+0000\n"
    "006C,,Later,001A,Prospecting,7000,2027-01-01,,,005A,2026-06-01T09:00:00.000+0000\n"
    "006D,1,Gone,001A,Prospecting,7000,2027-01-01,,,005A,2026-06-01T09:00:00.000+0000\n"
)
ROLES = "Id,OpportunityId,ContactId,Role\n00KA,006A,003A,Decision Maker\n00KB,006A,003B,Evaluator\n"
DOLLARS = '[defaults]\ncurrency = "USD"'


def test_salesforce_set_is_recognised_and_joined(imported: Import, session: Session) -> None:
    report = imported(PEOPLE, ROLES, OWNERS, DEALS, ACCOUNTS, mapping=DOLLARS)

    assert report.counts == {"rows": 3, "added": 3, "changed": 0, "unchanged": 0, "refused": 0}
    [note] = report.notes
    assert note.startswith("Addresses that several contacts share: 1.")
    lost = session.scalars(select(Deal).where(Deal.external_id == "006A")).one()
    assert (lost.account.name, lost.country, lost.segment) == ("Brouwerij De Koe", "BE", "Food")
    assert (lost.outcome, lost.amount_minor, lost.stage) == (Outcome.LOST, 500_000, "Closed Lost")
    assert str(lost.opened_on) == "2026-06-02"  # 23:30 in UTC is the next day in Amsterdam
    assert lost.seller is not None
    assert (lost.seller.email, lost.seller.name) == ("els@northwind.example", "Els Vries")
    people = session.execute(
        select(Contact.email, DealContact.role, Contact.may_ask)
        .join(DealContact.contact)
        .where(DealContact.deal_id == lost.id)
        .order_by(Contact.email)
    ).all()
    assert [tuple(row) for row in people] == [
        ("kim@koe.example", "Evaluator", False),
        ("sam@koe.example", "Decision Maker", None),
    ]
    outcomes = session.execute(select(Deal.external_id, Deal.outcome).order_by(Deal.external_id))
    assert [row[1] for row in outcomes] == [Outcome.LOST, Outcome.WON, Outcome.OPEN]


def test_salesforce_files_without_deals_are_refused(imported: Import) -> None:
    with pytest.raises(ExportNotComplete, match="add the export Opportunity"):
        imported(ACCOUNTS, PEOPLE)


def test_salesforce_file_given_twice_is_refused(imported: Import) -> None:
    with pytest.raises(ExportNotComplete, match="each of its files once"):
        imported(DEALS, DEALS)


BY_HAND = """
[columns]
deal_id = "Id"
deal_name = "Name"
account = "AccountId"
outcome = "StageName"
amount = "Amount"
closed_on = "CloseDate"
opened_on = "CreatedDate"
deal_type = "Type"
stage = "StageName"

[outcomes]
"Closed Won" = "won"
"Closed Lost" = "lost"
"*" = "open"

[defaults]
currency = "JPY"
"""


@pytest.mark.parametrize("mapping", [BY_HAND, DOLLARS])
def test_export_of_a_real_org_comes_in_whole(
    imported: Import, session: Session, mapping: str
) -> None:
    path = at_hand("crm/stomita_salesforce_demo_org_Opportunity.csv")

    report = imported(path, mapping=mapping)
    again = imported(path, mapping=mapping)

    assert report.counts == {"rows": 774, "added": 774, "changed": 0, "unchanged": 0, "refused": 0}
    assert (again.added, again.changed, again.unchanged) == (0, 0, 774)
    counts = session.execute(select(Deal.outcome, func.count()).group_by(Deal.outcome))
    assert {row[0].value: row[1] for row in counts} == {"won": 640, "lost": 39, "open": 95}
