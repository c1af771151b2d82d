"""Over ten thousand random histories no limit on asking and reminding is ever broken."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import time, timedelta
from itertools import pairwise

import pytest

from survey.invitations.hours import zones_of
from tests.invitations.histories import HOME, Sent, random_world

HISTORIES = 10_000
QUICK = 500
STEPS = 90
PARTS = 10
SHORTEST_GAP = timedelta(days=3)
QUARANTINE = timedelta(days=90)


def check(sent: Sequence[Sent]) -> None:
    by_deal: dict[int, list[Sent]] = defaultdict(list)
    invited: dict[int, list[Sent]] = defaultdict(list)
    asked_at: dict[int, list[Sent]] = defaultdict(list)
    for mail in sent:
        by_deal[mail.deal.id].append(mail)
        if mail.number == 0:
            invited[mail.contact.id].append(mail)
            asked_at[mail.deal.account_id].append(mail)
        check_alone(mail)
    for mails in by_deal.values():
        check_together(mails)
    for mails in invited.values():
        for earlier, later in pairwise(mails):
            assert later.at - earlier.at >= QUARANTINE
    for mails in asked_at.values():
        for earlier, later in pairwise(mails):
            days = later.campaign.account_quarantine_days  # 0: none; clocks are set back, too
            assert not days or later.at - earlier.at >= timedelta(days=days)


def check_alone(mail: Sent) -> None:
    """It came in office hours, to somebody who had not said a word against it, in time."""
    assert not mail.has_stopped
    assert mail.campaign.is_running
    for zone in zones_of(mail.deal.country, HOME):
        local = mail.at.astimezone(zone)
        assert local.weekday() < 5
        assert time(9) <= local.time() < time(16)
    if mail.number:
        assert mail.at + timedelta(days=3) <= mail.closes_at


def check_together(mails: Sequence[Sent]) -> None:
    """One invitation, then its reminders in their order, not too many and not too close."""
    assert [mail.number for mail in mails] == list(range(len(mails)))
    first = mails[0]
    assert len(mails) - 1 <= min(first.promised, 2)
    for earlier, later in pairwise(mails):
        assert later.contact.id == first.contact.id
        assert later.at - earlier.at >= SHORTEST_GAP
        assert later.number <= later.campaign.reminders
    if len(mails) > 1:
        zone = zones_of(first.deal.country, HOME)[0]
        days = mails[1].at.astimezone(zone).date() - first.at.astimezone(zone).date()
        between = (first.at.astimezone(zone).date() + timedelta(n) for n in range(1, days.days + 1))
        assert sum(day.weekday() < 5 for day in between) >= mails[1].campaign.reminder_days


def run(seeds: range) -> tuple[int, int]:
    """How many invitations and reminders these histories hold; fails where one breaks a limit."""
    invitations = reminders = 0
    for seed in seeds:
        world = random_world(seed)
        world.live(STEPS)
        check(world.sent)
        invitations += sum(mail.number == 0 for mail in world.sent)
        reminders += sum(mail.number > 0 for mail in world.sent)
    return invitations, reminders


def test_limits_hold_over_some_histories() -> None:
    invitations, reminders = run(range(QUICK))

    assert invitations > QUICK / 2  # else the histories would prove little
    assert reminders > QUICK / 5


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_limits_hold_over_ten_thousand_histories(part: int) -> None:
    each = (HISTORIES - QUICK) // PARTS

    invitations, reminders = run(range(QUICK + part * each, QUICK + (part + 1) * each))

    assert invitations > each / 2
    assert reminders > each / 5
