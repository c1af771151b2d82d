"""The mail that says a month's report is ready. It carries figures and a link, never a quote."""

from survey.kit.words import first_name, month_in_words
from survey.mail.rendering import Stationery
from survey.mail.types import Draft, Letterhead
from survey.reports.types import MonthFigures

_STEPS = {
    "closed": "Closed deals",
    "invited": "Buyers asked",
    "answered": "Buyers who answered",
}


def month_ready(
    stationery: Stationery,
    letterhead: Letterhead,
    *,
    to_address: str,
    name: str,
    figures: MonthFigures,
) -> Draft:
    """The frozen month in its headline and its coverage, as the report shows them."""
    month, coverage = month_in_words(figures.month), figures.year.coverage
    facts = letterhead.facts | {
        "first_name": first_name(name),
        "month": month,
        "headline": figures.headline,
        "steps": [
            {"label": label, "deals": f"{getattr(coverage, step):,}"}
            for step, label in _STEPS.items()
        ],
        "report_url": f"{letterhead.base_url}/reports/{figures.month}",
        "reason": f"the monthly report of {letterhead.company} is ticked for you under People",
    }
    words = stationery.write("report", facts)
    return Draft(
        to_address=to_address,
        to_name=name,
        subject=words.subject,
        text=words.text,
        html=words.html,
        from_name=f"Debrief at {letterhead.company}",
        headers={"Auto-Submitted": "auto-generated"},
    )
