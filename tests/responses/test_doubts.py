"""The signs that a machine pressed: what counts for which press, and what does not."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from survey.responses.rules import (
    BURST_OF_TWO,
    FASTEST_PRESS,
    doubts_about,
    gives_itself_away,
    is_machine,
)
from survey.responses.types import Door, Doubt, Footprint, Opened
from tests.factories.rows import MOMENT

CHOICES = ("price", "product", "people")
MINE = "a1b2c3d4e5f6"
OTHER = "000000000000"


def after(seconds: float) -> datetime:
    return MOMENT + timedelta(seconds=seconds)


def opened(seconds: float, choice: str = "", door: Door = Door.ANSWER, by: str = MINE) -> Opened:
    return Opened(door, choice, by, after(seconds))


def pressed(seconds: float, *there: Opened) -> Footprint:
    """Pressed so long after a first page that was opened at `MOMENT`."""
    return Footprint(
        pressed_at=after(seconds),
        sitting=MINE,
        opened=(opened(0, "price"), *there),
        carried=frozenset(CHOICES),
        handed_over_at=after(-3600),
    )


def burst(at: float, by: str = OTHER) -> list[Opened]:
    """Every link of the invitation, one each second."""
    answers = [opened(at + number, choice, by=by) for number, choice in enumerate(CHOICES)]
    return [*answers, opened(at + len(CHOICES), door=Door.OPT_OUT, by=by)]


def test_a_person_who_reads_leaves_no_doubt() -> None:
    assert doubts_about(pressed(90)) == []


def test_an_answer_within_three_seconds_of_the_first_page_is_too_fast() -> None:
    assert doubts_about(pressed(2.9)) == [Doubt.TOO_FAST]
    assert doubts_about(pressed(3)) == []


def test_one_button_may_be_pressed_faster_than_an_answer_is_given() -> None:
    assert doubts_about(pressed(1.2), fastest=FASTEST_PRESS) == []
    assert doubts_about(pressed(0.8), fastest=FASTEST_PRESS) == [Doubt.TOO_FAST]


def test_every_link_within_ten_seconds_of_the_first_page_is_a_machine() -> None:
    assert doubts_about(pressed(90, *burst(1))) == [Doubt.ALL_LINKS]
    assert doubts_about(pressed(90, *burst(-5))) == [Doubt.ALL_LINKS]


def test_a_machine_that_came_earlier_says_nothing_about_a_person() -> None:
    assert doubts_about(pressed(90, *burst(-60))) == []


def test_all_links_but_one_are_not_all() -> None:
    assert doubts_about(pressed(90, *burst(1)[:-1])) == []


def test_the_one_link_of_the_reminder_and_the_way_out_are_all_links() -> None:
    both = opened(1), opened(2, door=Door.OPT_OUT)

    assert doubts_about(pressed(90, *both)) == [Doubt.ALL_LINKS]


def test_one_who_reads_before_taking_the_way_out_has_opened_both_links_like_a_person() -> None:
    at_once = pressed(90, opened(0), opened(3, door=Door.OPT_OUT))
    reading = pressed(90, opened(0), opened(3.1, door=Door.OPT_OUT))

    assert doubts_about(at_once, burst_of_two=BURST_OF_TWO) == [Doubt.ALL_LINKS]
    assert doubts_about(reading, burst_of_two=BURST_OF_TWO) == []
    assert doubts_about(reading) == [Doubt.ALL_LINKS]


def test_a_burst_over_the_links_of_an_invitation_is_as_wide_for_one_button() -> None:
    assert doubts_about(pressed(90, *burst(1)), burst_of_two=BURST_OF_TWO) == [Doubt.ALL_LINKS]


def test_links_spread_over_more_than_ten_seconds_are_no_burst() -> None:
    spread = [replace(each, at=after(4 * place)) for place, each in enumerate(burst(0))]

    assert doubts_about(pressed(90, *spread)) == []


def test_the_hidden_link_counts_for_its_own_sitting_only() -> None:
    hidden = opened(5, door=Door.HIDDEN)

    assert doubts_about(pressed(90, hidden)) == [Doubt.HIDDEN_LINK]
    assert doubts_about(pressed(90, replace(hidden, sitting=OTHER))) == []


def test_a_minute_after_the_mail_was_handed_over_is_too_soon() -> None:
    soon = replace(pressed(30), handed_over_at=after(-29))

    assert doubts_about(soon) == [Doubt.JUST_DELIVERED]
    assert doubts_about(replace(soon, handed_over_at=after(-30))) == []
    assert doubts_about(replace(soon, handed_over_at=None)) == []


def test_a_driven_browser_is_a_machine() -> None:
    assert doubts_about(replace(pressed(90), is_driven=True)) == [Doubt.DRIVEN]


def test_a_press_that_came_from_no_page_of_ours_is_judged_by_the_rest() -> None:
    assert doubts_about(Footprint(MOMENT)) == []


def test_a_person_may_be_fast_but_only_a_machine_opens_everything() -> None:
    assert not is_machine([Doubt.TOO_FAST, Doubt.JUST_DELIVERED])
    assert all(is_machine([doubt]) for doubt in (Doubt.ALL_LINKS, Doubt.DRIVEN, Doubt.HIDDEN_LINK))


def test_a_person_may_come_while_a_machine_opens_every_link() -> None:
    assert not gives_itself_away([Doubt.TOO_FAST, Doubt.JUST_DELIVERED, Doubt.ALL_LINKS])
    assert gives_itself_away([Doubt.TOO_FAST, Doubt.DRIVEN])
    assert gives_itself_away([Doubt.HIDDEN_LINK])


def test_every_doubt_is_told_in_a_sentence() -> None:
    assert all(doubt.sentence.endswith(".") for doubt in Doubt)


@given(
    st.lists(
        st.tuples(
            st.floats(-86_400, -21), st.sampled_from(["", *CHOICES]), st.sampled_from(list(Door))
        )
    ),
    st.floats(3, 86_400),
)
def test_nothing_that_happened_before_condemns_a_person(
    earlier: list[tuple[float, str, Door]], takes: float
) -> None:
    there = [opened(at, choice, door, by=OTHER) for at, choice, door in earlier]

    assert doubts_about(pressed(takes, *there)) == []
