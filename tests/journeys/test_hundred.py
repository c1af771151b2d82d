"""The main job, end to end: a hundred deals in, mails out, twelve answers back, reasons out."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.cli.main import main
from survey.config import Settings
from survey.jobs.code import code_waiting
from survey.kit.db import Database
from survey.questionnaires.actions import ship_questionnaires
from survey.taxonomy.actions import ship_release
from survey.team.types import Role
from tests.factories import make_company
from tests.journeys import hundred, hundred_counted, hundred_dashboard, hundred_report
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Open = Callable[..., Page]
Run = Callable[..., str]
SignIn = Callable[[Page, Role], object]
Clock = time_machine.Traveller
_A_BUSY_MACHINE_MS = 60_000
_THURSDAY_MORNING = datetime(2026, 10, 15, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def october() -> Iterator[Clock]:
    with time_machine.travel(_THURSDAY_MORNING, tick=True) as clock:
        yield clock


@pytest.fixture(autouse=True)
def founded(session: Session, october: Clock) -> None:
    make_company(session)
    actor = Actor(ActorKind.COMMAND)
    ship_release(session, actor=actor, now=_THURSDAY_MORNING)
    ship_questionnaires(session, actor=actor, now=_THURSDAY_MORNING)
    session.commit()


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command of the product in an empty folder, on this test's database."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "SURVEY_ENVIRONMENT": "test",
        "SURVEY_DATABASE_URL": settings.database_url,
        "SURVEY_QUEUE_URL": settings.queue_url,
        "SURVEY_LEDGER_FILE": str(settings.ledger),
        "SURVEY_MAIL_FOLDER": str(settings.mail_folder),
        "SURVEY_BASE_URL": settings.base_url,
        "SURVEY_MAIL_FROM": settings.mail_from,
    }.items():
        monkeypatch.setenv(name, str(value))

    def ran(*words: str) -> str:
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
        return result.stdout

    return ran


def _start_campaign(page: Page, name: str, questionnaire: str, **delays: str) -> None:
    page.goto("/campaigns/new")
    page.get_by_label("Name of the campaign").fill(name)
    page.get_by_label("Questionnaire").select_option(label=questionnaire)
    for outcome in ("Lost", "No decision", "Won"):
        page.get_by_label(outcome, exact=True).fill(
            delays.get(outcome.lower().replace(" ", "_"), "")
        )
    page.get_by_label("Notice to sellers").fill("0")
    page.get_by_label("Name", exact=True).fill("Noor de Wit")
    page.get_by_label("Role", exact=True).fill("Head of Research")
    page.get_by_label("Reply address").fill("noor@northwind.example")
    page.get_by_label("This person is not in sales").check()
    page.get_by_role("button", name=re.compile("Save|Create|Make")).first.click()
    page.get_by_role("button", name=re.compile("Start")).first.click()
    expect(page.get_by_text("Running").first).to_be_visible()


def _links(mailbox: Path) -> dict[str, dict[str, str]]:
    """Each buyer's links from the mail they got: choice key → address; "" is without a choice."""
    found = {}
    for file in mailbox.rglob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        urls = re.findall(r"https?://\S+/s/\S+", body.get_content())
        found[mail["To"].addresses[0].addr_spec] = {
            url.partition("choice=")[2]: url for url in urls
        }
    return found


def _answer(page: Page, links: dict[str, str], said: hundred.Said, clock: Clock) -> None:
    response = page.goto(links[said.first])
    clock.shift(60)  # a person reads
    assert response is not None and response.ok, response and response.status
    page.get_by_role("button", name="Continue").click()
    page.get_by_label(said.ended, exact=True).check()
    page.get_by_role("button", name="Continue").click()
    if said.about:
        page.get_by_label(said.about, exact=True).check()
        page.get_by_role("button", name="Continue").click()
    if said.words:
        page.get_by_role("textbox").first.fill(said.words)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("The people I dealt with").check()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


def _ask(open_page: Open, run: Run, sign_in_page: SignIn, deals: Path) -> Page:
    """Import, start two campaigns in the browser, invite and deliver; the manager's page."""
    assert json.loads(run("import", str(deals), "--json"))["added"] == 100
    again = json.loads(run("import", str(deals), "--json"))
    assert (again["added"], again["unchanged"]) == (0, 100)
    page = open_page()
    sign_in_page(page, Role.MANAGER)
    _start_campaign(page, "Losses", "Not won", lost="10", no_decision="30")
    _start_campaign(page, "Wins", "Won", won="21")
    assert json.loads(run("invite", "--json"))["invitations"] == 100
    assert json.loads(run("invite", "--json"))["invitations"] == 0
    assert json.loads(run("deliver", "--once", "--json"))["accepted"] == 100
    return page


def test_a_hundred_deals_become_the_months_reasons(
    open_page: Open,
    run: Run,
    sign_in_page: SignIn,
    settings: Settings,
    database: Database,
    tmp_path: Path,
    october: Clock,
) -> None:
    deals = hundred.write_deals(tmp_path / "deals.csv")
    page = _ask(open_page, run, sign_in_page, deals)
    links = _links(settings.mail_folder)
    assert len(links) == 100
    october.shift(3600)

    phone = open_page(viewport=PHONE, java_script_enabled=False)
    for said in hundred.ANSWERS:
        _answer(phone, links[hundred.address_of(said.deal)], said, october)
    assert code_waiting(database) == 12

    _compare(hundred_counted.read_deals(deals, added={}), page, run)
    _let_the_analyst_read(open_page, sign_in_page, run)
    _compare(hundred_counted.read_deals(deals, added={3: "TEC-01"}), page, run)
    page.goto("/feedback?reason=SAL-02&decisive=y")
    expect(page.get_by_role("article")).to_have_count(2)


def _compare(counted: hundred_counted.Counted, page: Page, run: Run) -> None:
    """Every figure that is printed, on the pages and in the files."""
    page.goto("/", timeout=_A_BUSY_MACHINE_MS)
    hundred_dashboard.compare_dashboard(counted, page.content())
    page.goto("/reports/2026-10", timeout=_A_BUSY_MACHINE_MS)
    hundred_report.compare_report(
        counted,
        told=run("report", "2026-10", "--format", "json"),
        listed=run("report", "2026-10", "--format", "csv"),
        file=run("report", "2026-10", "--format", "html"),
        page=page.content(),
    )


def _section(report: dict[str, Any], key: str, outcome: str | None = None) -> dict[str, Any]:
    """The month's own table comes before that of its year."""
    found: dict[str, Any] = next(
        each for each in report["sections"] if (each["key"], each["outcome"]) == (key, outcome)
    )
    return found


def _weighed(report: dict[str, Any], key: str, outcome: str) -> dict[str, tuple[int, int]]:
    return {
        row["code"]: (figure["deals"], figure["of"])
        for row in _section(report, key, outcome)["rows"]
        if (figure := row["figures"]["weighed_most"])["deals"]
    }


def _let_the_analyst_read(open_page: Open, sign_in_page: SignIn, run: Run) -> None:
    """One reason is rejected and confirmed again, another is found in the buyer's words."""
    page = open_page()
    sign_in_page(page, Role.ANALYST)
    page.goto("/feedback?reason=SAL-02&words=Call+us")
    page.get_by_role("article").get_by_role("link").first.click()
    page.get_by_role("button", name="Reject").first.click()
    expect(page.get_by_text("The reason is rejected")).to_be_visible()
    rejected = json.loads(run("report", "2026-10", "--format", "json"))
    assert _weighed(rejected, "reasons", "lost")["SAL-02"][0] == 1
    page.get_by_role("button", name="Confirm").first.click()
    expect(page.get_by_text("The reason is confirmed")).to_be_visible()

    page.goto("/feedback?reason=PRD-01&words=history")
    page.get_by_role("article").get_by_role("link").first.click()
    page.get_by_text("Find a reason in these words").click()
    page.get_by_label("The words it rests on").fill("A history.")
    page.get_by_label("Reason", exact=True).select_option(label="Integrations")
    page.get_by_role("button", name="Add this reason").click()
    expect(page.get_by_text("The reason is added.")).to_be_visible()
