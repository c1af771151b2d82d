"""The mail that says a month's report is ready: its words, and what it keeps to itself."""

from tests.letters.samples import report
from tests.mail.snapshots import assert_as_approved, links_in_text


def test_the_month_reads_as_approved():
    assert_as_approved(report(), "report")


def test_the_month_leads_to_its_report_and_quotes_nobody():
    draft = report()

    assert links_in_text(draft) == {"https://survey.northwind.example/reports/2026-10"}
    assert "r3sp0ns3" not in draft.text + draft.html
