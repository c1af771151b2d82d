"""An import brings nobody back who was erased, and says so; nor whoever opted out."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.deals.mapping import Mapping
from survey.deals.models import Contact, Deal, DealContact
from survey.invitations.queries.plans import plan
from survey.invitations.types import SkipReason
from survey.jobs.import_deals import ImportReport, import_files
from survey.kit.db import Database
from survey.mail.actions.suppressions import suppress
from survey.mail.types import SuppressionReason
from survey.privacy.actions import erase_person
from tests.factories import make_campaign
from tests.privacy.world import ledger_in, left_of_her

COMMAND = Actor(ActorKind.COMMAND, label="survey import")
HEADER = "deal_id,account,outcome,closed_on,stage,contact_email,contact_name,contact_role\n"


def imported(
    database: Database, folder: Path, *rows: str, now: datetime, is_dry_run: bool = False
) -> ImportReport:
    file = folder / "deals.csv"
    file.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return import_files(
        database,
        [file],
        mapping=Mapping(),
        zone=ZoneInfo("UTC"),
        actor=COMMAND,
        now=now,
        is_dry_run=is_dry_run,
    )


def test_an_import_brings_no_erased_person_back(
    database: Database, session: Session, moment: datetime, tmp_path: Path
) -> None:
    anna = "anna.berg@buyer.example,Anna Berg,Evaluator"
    first = f"1,Orchard Foods,lost,2026-10-01,Offer,{anna}"
    changed = first.replace("Offer", "Trial")
    tagged = "2,Orchard Foods,lost,2026-10-02,Offer,Anna.Berg+x@buyer.example,Anna Berg,Evaluator"
    jo = "3,Orchard Foods,lost,2026-10-02,Offer,jo@buyer.example,Jo,"
    before = imported(database, tmp_path, first, now=moment)
    with database.writing() as writing:
        erase_person(
            writing,
            "anna.berg@buyer.example",
            ledger=ledger_in(tmp_path),
            actor=COMMAND,
            now=moment,
        )

    dry = imported(database, tmp_path, changed, tagged, jo, now=moment, is_dry_run=True)
    report = imported(database, tmp_path, changed, tagged, jo, now=moment)

    assert (before.erased, before.notes) == (0, [])
    assert (dry.erased, report.erased) == (2, 2)
    assert (report.added, report.changed, report.refused) == (2, 1, 0)
    assert len(report.notes) == 1
    assert report.notes[0].startswith("Rows that name somebody who was erased: 2. Their deals went")
    assert left_of_her(session) == []
    people = session.execute(
        select(Deal.external_id, Contact.name, Contact.may_ask)
        .join(DealContact, DealContact.deal_id == Deal.id)
        .join(Contact, Contact.id == DealContact.contact_id)
        .order_by(Deal.external_id)
    ).all()
    # Her part in the first deal stays, which the figures weigh by; nobody is asked in her place.
    assert people == [("1", "Erased person", False), ("3", "Jo", None)]


@pytest.mark.parametrize("address", ["JANE@buyer.example", "jane+deals@buyer.example"])
def test_an_import_that_allows_it_asks_nobody_who_opted_out(
    database: Database, session: Session, moment: datetime, tmp_path: Path, address: str
) -> None:
    """Neither does another campaign."""
    first, other = make_campaign(session), make_campaign(session)
    suppress(session, "jane@buyer.example", reason=SuppressionReason.OPTED_OUT, now=moment)
    session.commit()
    row = f"1,Orchard Foods,lost,2026-10-01,Offer,{address},Jane Doe,Economic Buyer"

    report = imported(database, tmp_path, row, now=moment)

    assert report.added == 1
    for campaign in (first, other):
        found = plan(session, campaign, moment)
        assert list(found.due) == []
        assert [each.reason for each in found.skipped] == [SkipReason.OPTED_OUT]
