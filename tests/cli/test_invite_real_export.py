"""A real export as of a day of 2018: each skip has the reason that counting by hand finds."""

import csv
import json
import os
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner

from survey.cli.main import main

OTHERS = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
DEALS = OTHERS / "crm" / "stomita_salesforce_demo_org_Opportunity.csv"
TODAY = datetime(2018, 12, 20, 10, tzinfo=UTC)
MAPPING = """
[columns]
deal_id = "Id"
deal_name = "Name"
account = "AccountId"
outcome = "StageName"
amount = "Amount"
closed_on = "CloseDate"
[outcomes]
"Closed Won" = "won"
"Closed Lost" = "lost"
"*" = "open"
[defaults]
currency = "USD"
"""

pytestmark = pytest.mark.skipif(not DEALS.exists(), reason="the export of others is not at hand")


def counted_by_hand() -> dict[str, int]:
    with DEALS.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    negotiating = {row["AccountId"] for row in rows if not row["StageName"].startswith("Closed")}
    bought: dict[str, str] = {}
    for row in rows:
        if row["StageName"] == "Closed Won":
            bought[row["AccountId"]] = max(bought.get(row["AccountId"], ""), row["CloseDate"])
    reasons: Counter[str] = Counter()
    for row in rows:
        account, stage, closed = row["AccountId"], row["StageName"], row["CloseDate"]
        if not stage.startswith("Closed"):
            reasons["not_closed"] += 1
        elif (TODAY.date() - date.fromisoformat(closed)).days > 60:
            reasons["too_old"] += 1
        elif stage == "Closed Lost" and bought.get(account, "") >= closed:
            reasons["bought_since"] += 1
        elif account in negotiating:
            reasons["sibling_open"] += 1
        else:
            reasons["no_contact"] += 1
    return dict(reasons)


def test_dry_run_gives_the_reasons_that_a_hand_count_finds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SURVEY_DATABASE_URL", f"sqlite:///{tmp_path / 'survey.db'}")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING, encoding="utf-8")

    def run(*words: str) -> str:
        result = CliRunner().invoke(main, list(words), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    with time_machine.travel(TODAY, tick=False):
        run("db", "upgrade")
        run("import", str(DEALS), "--mapping", str(mapping))
        counts = json.loads(run("invite", "--dry-run", "--json"))["counts"]

    assert counts["deals"] == counts["skipped"] == 774
    assert counts["skipped_by_reason"] == counted_by_hand()
