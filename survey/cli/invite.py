"""`survey invite`: put what is due in the outbox, or tell what would be and why not."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from survey.cli.door import opened
from survey.invitations.models import Campaign
from survey.invitations.queries import campaigns, plans
from survey.invitations.queries.reminders import upcoming_reminders
from survey.invitations.rules.planning import verdicts as verdicts_of
from survey.invitations.types import SkipReason
from survey.invitations.verdicts import (
    DealNames,
    Due,
    Invited,
    Plan,
    ReminderDue,
    Skip,
)
from survey.jobs.invite import invite_all
from survey.jobs.remind import remind_all
from survey.kit import clock
from survey.kit.words import counted
from survey.responses.queries import answered

_NAMED_PER_REASON = 10


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell who would be asked when, and who not.")
@click.option("--json", "as_json", is_flag=True, help="For scripts; names every deal.")
def invite(dry_run: bool, as_json: bool) -> None:
    """Plan what is due now and put it in the outbox."""
    with opened() as database:
        done = None if dry_run else (invite_all(database), remind_all(database))
        with database.reading() as session:
            if done is None:
                foretold = foretell(session, clock.now())
                click.echo(json.dumps(foretold, indent=2) if as_json else _foretold(foretold))
            elif as_json:
                click.echo(json.dumps(_done(*done)))
            elif campaigns.running_campaigns(session):
                click.echo(_told(*done))
            else:
                click.echo("No campaign is running. Start one on the page “Campaigns”.")


def foretell(session: Session, now: datetime) -> dict[str, Any]:
    """Who would be asked when, and who was skipped and why: one row per deal, and the counts."""
    planned = plans.plan_all(session, now, is_whole=True)
    campaigns = [campaign for campaign, _ in planned]
    verdicts = verdicts_of([plan for _, plan in planned])
    names = plans.names_of_deals(session, sorted(verdicts))
    chosen = {verdict.contact_id for _, verdict in verdicts.values() if verdict.contact_id}
    contacts = plans.names_of_contacts(session, sorted(chosen))
    rows = [
        _row(names[deal_id], campaigns[place], verdict, contacts, now)
        for deal_id, (place, verdict) in sorted(verdicts.items())
    ]
    return {
        "now": now.isoformat(),
        "counts": _counts(rows),
        "reminders": _reminders(session, now),
        "campaigns": [_campaign(campaign, plan, now) for campaign, plan in planned],
        "deals": rows,
    }


def _reminders(session: Session, now: datetime) -> dict[str, Any]:
    """Who would be reminded when, the earliest first, and the counts."""
    rows = [
        {
            "deal_id": row.deal.external_id,
            "account": row.deal.account,
            "contact": row.contact,
            "number": row.verdict.number,
            "decision": "now" if row.verdict.ready_at <= now else "later",
            "send_at": row.verdict.send_at.isoformat(),
        }
        for row in upcoming_reminders(session, now, seller=None, answered=answered())
        if isinstance(row.verdict, ReminderDue)
    ]
    decisions = Counter(row["decision"] for row in rows)
    return {"now": decisions["now"], "later": decisions["later"], "rows": rows}


def _row(
    names: DealNames,
    campaign: Campaign,
    verdict: Due | Skip,
    contacts: dict[int, str],
    now: datetime,
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "deal_id": names.external_id,
        "deal": names.name,
        "account": names.account,
        "outcome": names.outcome.value,
        "closed_on": names.closed_on.isoformat() if names.closed_on else None,
        "campaign": campaign.name,
        "contact": contacts.get(verdict.contact_id or 0),
    }
    if isinstance(verdict, Due):
        decision = "now" if verdict.ready_at <= now else "later"
        return row | {"decision": decision, "send_at": verdict.send_at.isoformat()}
    return row | {
        "decision": "skipped",
        "reason": verdict.reason.value,
        "why": verdict.reason.sentence,
        "until": verdict.until.isoformat() if verdict.until else None,
    }


def _counts(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    decisions = Counter(row["decision"] for row in rows)
    reasons = Counter(row["reason"] for row in rows if "reason" in row)
    return {
        "deals": len(rows),
        **{decision: decisions[decision] for decision in ("now", "later", "skipped")},
        "skipped_by_reason": {each.value: reasons[each] for each in SkipReason if reasons[each]},
    }


def _campaign(campaign: Campaign, plan: Plan, now: datetime) -> dict[str, Any]:
    ready = sum(due.ready_at <= now for due in plan.due)
    return {
        "name": campaign.name,
        "state": campaign.state.value,
        "now": ready,
        "later": len(plan.due) - ready,
        "skipped": len(plan.skipped),
    }


def _done(invited: Invited, reminders: int) -> dict[str, int]:
    return {
        "invitations": invited.invitations,
        "reminders": reminders,
        "notices": invited.notices,
    }


def _told(invited: Invited, reminders: int) -> str:
    asked = counted(invited.invitations, "invitation")
    if reminders:
        asked += f" and {counted(reminders, 'reminder')}"
    asked += " put in the outbox."
    return f"{asked} Sellers can see {invited.notices} more to come." if invited.notices else asked


def _named(rows: Sequence[dict[str, Any]], reason: str) -> list[str]:
    """The first of the deals skipped for one reason, and how many follow."""
    skipped = [row for row in rows if row.get("reason") == reason]
    names = [f"{row['account']}: {row['deal']} ({row['deal_id']})" for row in skipped]
    more = len(names) - _NAMED_PER_REASON
    if more > 0:
        names[_NAMED_PER_REASON:] = [f"and {more} more, which --json names"]
    return [f"{'':>10}{name}" for name in names]


def _foretold(foretold: dict[str, Any]) -> str:
    if not foretold["campaigns"]:
        return "There is no campaign yet. Make one on the page “Campaigns”."
    lines = [
        f"{campaign['name']} ({campaign['state']}): {campaign['now']} would be asked now, "
        f"{campaign['later']} later, {campaign['skipped']} not."
        for campaign in foretold["campaigns"]
    ]
    counts = foretold["counts"]
    lines += ["", f"{counts['deals']} deals, {counts['skipped']} of them skipped:"]
    for reason, count in counts["skipped_by_reason"].items():
        lines += [f"{count:>8}  {SkipReason(reason).sentence}", *_named(foretold["deals"], reason)]
    lines.append("")
    lines += [
        f"  {row['send_at'][:16]}Z  {row['contact']}, {row['account']}"
        for row in foretold["deals"]
        if row["decision"] != "skipped"
    ]
    lines += [
        f"  {row['send_at'][:16]}Z  {row['contact']}, {row['account']} (reminder {row['number']})"
        for row in foretold["reminders"]["rows"]
    ]
    return "\n".join(lines)
