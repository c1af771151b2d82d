"""The demo as a whole: filled through the same doors as in life."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey.app import create_app
from survey.cli.demo.command import Told, demo_settings, fill
from survey.coding.models import Coding
from survey.coding.types import CodingRole
from survey.company.queries import the_company
from survey.config import Settings
from survey.deals.models import Alternative, Competitor, Deal
from survey.deals.types import Outcome, Source
from survey.insights.queries.insight import insight
from survey.insights.types import Filter, Scope, Window
from survey.invitations.types import SkipReason
from survey.kit.clock import Month
from survey.kit.db import Database
from survey.mail.models import Message
from survey.mail.types import MessageState
from survey.responses.models import Answer, Response, ResponseDraft
from survey.responses.types import Audience, Channel
from survey.taxonomy.models import Category, Reason
from tests.pages import CheckingClient

pytestmark = pytest.mark.slow

MAY_ENTER = {
    "manager": {"/", "/feedback", "/campaigns"},
    "analyst": {"/", "/feedback", "/coding", "/campaigns"},
    "seller": {"/", "/feedback"},
    "viewer": {"/"},
    "admin": {"/", "/feedback", "/coding", "/campaigns", "/people"},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, Settings, Told]:
    folder = tmp_path_factory.mktemp("demo")
    given = demo_settings(8000).model_copy(
        update={"database_url": f"sqlite:///{folder}/demo.db", "mail_folder": folder / "mailbox"}
    )
    database = Database(given.database_url)
    return database, given, fill(database, given, tell=lambda _hundredths: None)


def test_demo_tells_a_believable_year(place: tuple[Database, Settings, Told]) -> None:
    _, _, told = place

    assert told.closed == 1200
    assert 600 <= told.asked <= 900
    assert 140 <= told.answered <= 160


def test_demo_shows_every_kind_of_answer(place: tuple[Database, Settings, Told]) -> None:
    database, _, _ = place
    with database.reading() as session:
        audiences = set(session.scalars(select(Response.audience)))
        channels = set(session.scalars(select(Response.channel)))
        months = set(session.scalars(select(Response.month_index)))
        this_month = Month.of(datetime.now(UTC), the_company(session).zone)
        texts = set(session.scalars(select(Answer.text).where(Answer.text != "")))
        drafts = session.scalar(select(func.count()).select_from(ResponseDraft)) or 0

    assert audiences == set(Audience)
    assert channels == set(Channel)
    # Nobody is asked in the first two weeks of the year, nor has answered on the first of a month.
    assert months >= {this_month.plus(-number).index for number in range(1, 11)}
    assert len(texts) >= 110
    assert drafts >= 3


def test_demo_shows_why_nobody_was_asked_and_a_quarter_that_counts_everybody(
    place: tuple[Database, Settings, Told],
) -> None:
    database, _, _ = place
    now = datetime.now(UTC)
    with database.reading() as session:
        company = the_company(session)
        year = Window.rolling(Month.of(now, company.zone))
        figures = insight(session, Scope(Filter(year), company.zone, now, 5, 5), now=now)

    assert figures.coverage.skips.keys() >= {
        SkipReason.REGION_OUTSIDE.sentence,
        SkipReason.PRODUCT_OUTSIDE.sentence,
        SkipReason.AMOUNT_OUTSIDE.sentence,
        SkipReason.SHARED_ADDRESS.sentence,
        SkipReason.HELD.sentence,
        SkipReason.OPTED_OUT.sentence,
    }
    assert figures.quarters[0].includes_totals_only


def test_demo_lets_buyers_name_who_they_chose(place: tuple[Database, Settings, Told]) -> None:
    database, _, _ = place
    with database.reading() as session:
        named = session.scalars(
            select(Alternative.competitor_id).where(Alternative.source == Source.BUYER)
        ).all()

    assert len([competitor for competitor in named if competitor]) >= 20


def test_demo_keeps_mail_here_and_some_waiting(place: tuple[Database, Settings, Told]) -> None:
    database, given, _ = place
    with database.reading() as session:
        states = set(session.scalars(select(Message.state)))

    assert {MessageState.ACCEPTED, MessageState.QUEUED} <= states
    assert list(Path(given.mail_folder).glob("*.eml"))


def test_demo_prints_addresses_that_open(place: tuple[Database, Settings, Told]) -> None:
    database, given, told = place
    app = create_app(given, database)
    app.test_client_class = CheckingClient
    client = app.test_client()

    opened = {
        label: client.get(address.removeprefix(given.base_url), follow_redirects=True).status_code
        for label, address, _ in told.addresses
    }

    assert set(opened.values()) == {200}
    roles = {f"Open as {role}" for role in ("manager", "analyst", "seller", "viewer", "admin")}
    assert opened.keys() == roles | {"The mailbox", "Be the buyer"}


@pytest.mark.parametrize("role", ["manager", "analyst", "seller", "viewer", "admin"])
def test_demo_signs_in_as_the_role_it_says(
    place: tuple[Database, Settings, Told], role: str
) -> None:
    database, given, told = place
    app = create_app(given, database)
    app.test_client_class = CheckingClient
    client = app.test_client()
    (address,) = [address for label, address, _ in told.addresses if label == f"Open as {role}"]

    client.get(address.removeprefix(given.base_url))

    entered = {
        path
        for path in ("/", "/feedback", "/coding", "/campaigns", "/people")
        if client.get(path).status_code == 200
    }
    assert entered == MAY_ENTER[role]


def test_demo_prices_are_named_often_and_decide_seldom(
    place: tuple[Database, Settings, Told],
) -> None:
    database, _, _ = place
    with database.reading() as session:
        codings = session.execute(
            select(Coding.response_id, Coding.role)
            .join(Coding.reason)
            .join(Reason.category)
            .where(Category.code == "PRI")
        ).all()
    named = {response_id for response_id, _ in codings}
    decisive = {response_id for response_id, role in codings if role is CodingRole.PRIMARY}

    assert len(named) >= 20
    assert 0 < len(decisive) <= len(named) / 2
    with database.reading() as session:
        lost = set(
            session.scalars(
                select(Response.id).join(Response.deal).where(Deal.outcome == Outcome.LOST)
            )
        )
    assert len(named & lost) >= len(lost) / 3
    assert 0 < len(decisive & lost) <= len(lost) / 6


def test_demo_has_a_competitor_that_has_been_rising_since_summer(
    place: tuple[Database, Settings, Told],
) -> None:
    """Of the lost deals of the last months more met it than of the first; no other rose so."""
    database, _, _ = place
    met: dict[str, Counter[str]] = {"first": Counter(), "last": Counter()}
    with database.reading() as session:
        lost = session.execute(
            select(Deal.id, Deal.closed_on, Competitor.name)
            .outerjoin(Alternative, Alternative.deal_id == Deal.id)
            .outerjoin(Alternative.competitor)
            .where(Deal.outcome == Outcome.LOST)
            .distinct()
        ).all()
    today = datetime.now(UTC).date()
    deals: dict[str, set[int]] = {"first": set(), "last": set()}
    for deal_id, closed_on, name in lost:
        days = (today - closed_on).days
        part = "first" if days > 183 else "last" if days < 92 else None
        if part:
            deals[part].add(deal_id)
            met[part][name or ""] += 1

    def share(part: str, name: str) -> float:
        return met[part][name] / len(deals[part])

    assert share("first", "Nimbria") < 0.1
    assert share("last", "Nimbria") > 0.2
    for other in met["first"].keys() - {"Nimbria", ""}:
        assert share("last", other) < 1.5 * share("first", other), other


def test_demo_has_suppliers_off_the_list_for_an_analyst_to_explain(
    place: tuple[Database, Settings, Told],
) -> None:
    database, given, told = place
    with database.reading() as session:
        listed = set(session.scalars(select(Competitor.name)))
        found = session.execute(
            select(Answer.text, Response.public_id)
            .join(Answer.response)
            .where(Answer.text.in_(["Kalendra", "Nimbira"]))
        ).all()
        typed = dict(found)
    app = create_app(given, database)
    app.test_client_class = CheckingClient
    client = app.test_client()
    (address,) = [address for label, address, _ in told.addresses if label == "Open as analyst"]
    client.get(address.removeprefix(given.base_url))

    pages = {name: client.get(f"/feedback/{typed[name]}").text for name in typed}

    assert typed.keys() == {"Kalendra", "Nimbira"}
    assert not listed & typed.keys()
    for page in pages.values():
        assert "Not on our list of competitors" in page
    assert "Written much alike" in pages["Nimbira"]
    assert "Written much alike" not in pages["Kalendra"]


def test_demo_deals_came_in_by_import(place: tuple[Database, Settings, Told]) -> None:
    database, _, _ = place
    with database.reading() as session:
        digests = session.scalar(select(func.count(func.distinct(Deal.row_digest))))

    assert digests == 1245
