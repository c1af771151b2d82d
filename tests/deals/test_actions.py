"""Taking in deals."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.audit.types import Actor, ActorKind
from survey.deals.actions import Imported, Intake, import_deals
from survey.deals.mapping import Mapping
from survey.deals.models import Account, Alternative, Competitor, Contact, Deal, DealContact
from survey.deals.reading import RowReader
from survey.deals.types import AlternativeKind, DealRow, Outcome, Source, Standing
from survey.kit.db import Database
from survey.kit.tables import Row
from survey.team.models import User
from survey.team.types import Role
from tests.factories.deals import make_alternative, make_contact
from tests.factories.team import make_user

COMMAND = Actor(ActorKind.COMMAND, label="survey import")
LOST = {
    "deal_id": "D-1",
    "account": "Brouwerij De Koe",
    "outcome": "lost",
    "closed_on": "2026-10-01",
    "amount": "24710.50",
    "currency": "EUR",
    "competitor": "Globex",
    "seller_email": "els@northwind.example",
    "seller_name": "Els de Vries",
    "team": "North",
    "contact_email": "sam@koe.example",
    "contact_name": "Sam Jansen",
    "contact_role": "Decision Maker",
    "may_ask": "yes",
}


def taken_in(
    session: Session, *cells: dict[str, str], now: datetime, intake: Intake | None = None
) -> Imported:
    zone = ZoneInfo("UTC")
    reader = RowReader(tuple(cells[0]), Mapping(), zone=zone, file="deals.csv", now=now)
    written = [[c[name] for name in cells[0]] for c in cells]
    rows = [reader.read(Row(line, row)) for line, row in enumerate(written, 2)]
    deals = [row for row in rows if isinstance(row, DealRow)]
    assert len(deals) == len(rows)
    intake = intake or Intake(reader.present)
    done = import_deals(session, deals, intake=intake, actor=COMMAND, now=now)
    session.expire_all()
    return done


def counted(done: Imported) -> tuple[int, int, int]:
    return done.added, done.changed, done.unchanged


def the_deal(session: Session) -> Deal:
    return session.scalars(select(Deal)).one()


def test_new_deal_comes_with_all_that_belongs_to_it(session: Session, moment: datetime) -> None:
    done = taken_in(session, LOST, now=moment)

    deal = the_deal(session)
    assert counted(done) == (1, 0, 0)
    assert (deal.external_id, deal.account.name, deal.outcome) == (
        "D-1",
        "Brouwerij De Koe",
        Outcome.LOST,
    )
    assert (deal.amount_minor, deal.currency) == (2_471_050, "EUR")
    assert (deal.closed_on, deal.created_at, deal.changed_at) == (
        date(2026, 10, 1),
        moment,
        moment,
    )
    assert len(deal.public_id) == 16
    alternative = session.scalars(select(Alternative)).one()
    assert (alternative.kind, alternative.competitor and alternative.competitor.name) == (
        AlternativeKind.COMPETITOR,
        "Globex",
    )
    assert (alternative.standing, alternative.source) == (Standing.CHOSEN, Source.CRM)
    link = session.scalars(select(DealContact)).one()
    assert (link.contact.email, link.contact.name, link.contact.may_ask) == (
        "sam@koe.example",
        "Sam Jansen",
        True,
    )
    assert (link.role, link.is_decider) == ("Decision Maker", True)


def test_unknown_seller_becomes_an_inactive_user(session: Session, moment: datetime) -> None:
    taken_in(session, LOST, now=moment)

    seller = session.scalars(select(User)).one()
    assert the_deal(session).seller_id == seller.id
    assert (seller.email, seller.name, seller.role) == (
        "els@northwind.example",
        "Els de Vries",
        Role.SELLER,
    )
    assert not seller.is_active
    assert seller.team is not None
    assert seller.team.name == "North"


def test_seller_is_found_again_however_the_address_is_written(
    session: Session, moment: datetime
) -> None:
    seller = LOST | {"seller_email": "Els@Büro.test"}

    taken_in(session, seller, now=moment)
    again = taken_in(session, seller | {"seller_email": "els@büro.test"}, now=moment)

    assert counted(again) == (0, 0, 1)
    assert session.scalars(select(User.email)).all() == ["els@xn--bro-hoa.test"]


def test_known_seller_stays_as_they_are(session: Session, moment: datetime) -> None:
    user = make_user(session, email="els@northwind.example", role=Role.MANAGER)

    taken_in(session, LOST, now=moment)

    assert the_deal(session).seller_id == user.id
    assert (user.role, user.is_active) == (Role.MANAGER, True)


def test_second_import_changes_nothing(session: Session, moment: datetime) -> None:
    taken_in(session, LOST, now=moment)

    done = taken_in(session, LOST, now=moment + timedelta(days=1))

    assert counted(done) == (0, 0, 1)
    assert the_deal(session).changed_at == moment


def test_file_with_another_shape_and_the_same_facts_changes_nothing(
    session: Session, moment: datetime
) -> None:
    taken_in(session, LOST, now=moment)
    fewer = {name: LOST[name] for name in ("deal_id", "account", "outcome", "closed_on")}

    done = taken_in(session, fewer, now=moment + timedelta(days=1))

    deal = the_deal(session)
    assert counted(done) == (0, 0, 1)
    assert (deal.amount_minor, deal.changed_at) == (2_471_050, moment)
    assert session.scalar(select(func.count()).select_from(DealContact)) == 1


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        ({"outcome": "no_decision"}, "alternatives"),
        ({"amount": "1"}, "amount_minor"),
        ({"amount": "", "currency": ""}, "currency"),
        ({"closed_on": "2026-10-02"}, "closed_on"),
        ({"account": "Another"}, "account"),
        ({"seller_email": "jan@northwind.example"}, "seller"),
        ({"seller_email": "", "seller_name": "", "team": ""}, "seller"),
        ({"competitor": "Initech"}, "alternatives"),
        ({"competitor": ""}, "alternatives"),
        ({"contact_email": "kim@koe.example"}, "contacts"),
        ({"contact_name": "Sam J. Jansen"}, "contacts"),
        ({"contact_role": "Evaluator"}, "contacts"),
        ({"may_ask": "no"}, "contacts"),
    ],
)
def test_changed_row_is_followed_and_told(
    session: Session, moment: datetime, cell: dict[str, str], field: str
) -> None:
    taken_in(session, LOST, now=moment)
    later = moment + timedelta(days=1)

    done = taken_in(session, LOST | cell, now=later)
    again = taken_in(session, LOST | cell, now=later + timedelta(days=1))

    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "deal_changed")).one()
    assert counted(done) == (0, 1, 0)
    assert counted(again) == (0, 0, 1)
    assert the_deal(session).changed_at == later
    assert field in entry.details["fields"]
    assert (entry.subject_kind, entry.subject_id) == ("deal", the_deal(session).id)


def test_change_of_outcome_is_told_with_both(session: Session, moment: datetime) -> None:
    taken_in(session, LOST, now=moment)

    taken_in(session, LOST | {"outcome": "won"}, now=moment)

    details = session.scalars(
        select(AuditEntry.details).where(AuditEntry.action == "deal_changed")
    ).one()
    assert (details["outcome_from"], details["outcome_to"]) == ("lost", "won")


def test_contact_of_yesterday_gives_way_unless_somebody_chose_them(
    session: Session, moment: datetime
) -> None:
    taken_in(session, LOST, now=moment)
    taken_in(session, LOST | {"contact_email": "kim@koe.example"}, now=moment)
    link = session.scalars(select(DealContact)).one()
    assert link.contact.email == "kim@koe.example"
    link.is_chosen_to_ask = True
    session.flush()

    taken_in(session, LOST | {"contact_email": "lee@koe.example"}, now=moment)

    links = session.scalars(select(DealContact).order_by(DealContact.contact_id))
    assert [link.contact.email for link in links] == ["kim@koe.example", "lee@koe.example"]


def test_rows_of_one_deal_may_name_several_contacts(session: Session, moment: datetime) -> None:
    kim = LOST | {"contact_email": "kim@koe.example", "contact_role": "Evaluator"}

    done = taken_in(session, LOST, kim, now=moment)
    again = taken_in(session, LOST, kim, now=moment)

    assert (counted(done), counted(again)) == ((1, 0, 0), (0, 0, 1))
    assert session.scalar(select(func.count()).select_from(DealContact)) == 2


def test_contacts_in_a_later_batch_join_the_deal(session: Session, moment: datetime) -> None:
    for _ in range(2):
        intake = Intake(frozenset(LOST))
        taken_in(session, LOST, now=moment, intake=intake)
        kim = LOST | {"contact_email": "kim@koe.example"}
        done = taken_in(session, kim, now=moment, intake=intake)

    assert (counted(done), list(done.conflicts)) == ((0, 0, 0), [])
    assert session.scalar(select(func.count()).select_from(DealContact)) == 2


def test_row_that_contradicts_an_earlier_one_is_given_back(
    session: Session, moment: datetime
) -> None:
    done = taken_in(session, LOST, LOST | {"outcome": "won"}, now=moment)

    [conflict] = done.conflicts
    assert (conflict.row.line, conflict.earlier_line) == (3, 2)
    assert the_deal(session).outcome is Outcome.LOST


def test_no_of_one_row_outweighs_the_yes_of_another(session: Session, moment: datetime) -> None:
    other = LOST | {"deal_id": "D-2", "may_ask": "no"}
    third = LOST | {"deal_id": "D-3", "may_ask": "yes"}
    intake = Intake(frozenset(LOST))

    taken_in(session, LOST, other, now=moment, intake=intake)
    taken_in(session, third, now=moment, intake=intake)

    assert session.scalars(select(Contact.may_ask)).one() is False


def test_empty_cell_does_not_take_back_what_a_contact_said(
    session: Session, moment: datetime
) -> None:
    contact = make_contact(session, email="sam@koe.example", may_ask=False)

    taken_in(session, LOST | {"may_ask": ""}, now=moment)

    assert contact.may_ask is False


def test_accounts_and_competitors_are_found_again_in_any_case(
    session: Session, moment: datetime
) -> None:
    shouted = LOST | {"deal_id": "D-2", "account": "BROUWERIJ  DE KOE", "competitor": "GLOBEX"}

    taken_in(session, LOST, now=moment)
    taken_in(session, shouted, now=moment)

    assert session.scalars(select(Account.name)).all() == ["Brouwerij De Koe"]
    assert session.scalars(select(Competitor.name)).all() == ["Globex"]


def test_import_leaves_alone_what_the_buyer_said_of_alternatives(
    session: Session, moment: datetime
) -> None:
    taken_in(session, LOST, now=moment)
    make_alternative(
        session, deal=the_deal(session), kind=AlternativeKind.IN_HOUSE, source=Source.BUYER
    )

    taken_in(session, LOST | {"competitor": ""}, now=moment)

    assert session.scalars(select(Alternative.source)).all() == [Source.BUYER]


def test_no_stays_no_when_the_same_file_comes_in_again(session: Session, moment: datetime) -> None:
    """Another deal's later row says yes, and no deal changed: the refusal was forgotten then."""
    refused = LOST | {"deal_id": "D-1", "may_ask": "no"}
    second = LOST | {"deal_id": "D-2", "contact_email": "", "may_ask": ""}
    agreed = LOST | {"deal_id": "D-2", "may_ask": "yes"}
    for batches in ([[refused, second], [agreed]], [[second], [agreed], [refused]]):
        for _ in range(2):
            intake = Intake(frozenset(LOST))
            for batch in batches:
                taken_in(session, *batch, now=moment, intake=intake)

            assert session.scalars(select(Contact.may_ask)).all() == [False]


rows = st.fixed_dictionaries(
    {
        "deal_id": st.sampled_from(["D-1", "D-2", "D-3"]),
        "account": st.sampled_from(["Koe", "KOE", "Zwaan"]),
        "outcome": st.sampled_from(["won", "lost", "open"]),
        "closed_on": st.just("2026-10-01"),
        "competitor": st.sampled_from(["", "Globex", "globex; Initech", "in-house"]),
        "seller_email": st.sampled_from(["", "els@northwind.example"]),
        "contact_email": st.sampled_from(["", "sam@koe.example", "kim@koe.example"]),
        "may_ask": st.sampled_from(["", "yes", "no"]),
    }
)


@given(batches=st.lists(st.lists(rows, min_size=1, max_size=4), min_size=1, max_size=3))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_importing_any_file_twice_changes_nothing(
    database: Database, moment: datetime, batches: list[list[dict[str, str]]]
) -> None:
    engine = database.engine.execution_options(survey_writes=True)
    with Session(engine, expire_on_commit=False) as session:
        first = Intake(frozenset(LOST))
        for batch in batches:
            taken_in(session, *batch, now=moment, intake=first)
        before = _everything(session)
        second = Intake(frozenset(LOST))
        done = [taken_in(session, *batch, now=moment, intake=second) for batch in batches]

        assert {(one.added, one.changed) for one in done} == {(0, 0)}
        assert _everything(session) == before
        session.rollback()


def _everything(session: Session) -> list[object]:
    tables = [
        model.__table__
        for model in (Account, Contact, Competitor, Deal, DealContact, Alternative, User)
    ]
    return [
        [tuple(row) for row in session.execute(select(*table.c).order_by(*table.primary_key))]
        for table in tables
    ]
