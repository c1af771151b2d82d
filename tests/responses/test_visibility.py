"""Who may read what a buyer said."""

import pytest

from survey.responses.types import Audience, ResponseState
from survey.responses.visibility import Sight, sight, without_names
from survey.team.types import Role

# Written by hand from the promise on the buyer's last screen.
# role: (people dealt with: own deal, another's; sender's team; nothing chosen; totals only)
_BY_HAND = {
    Role.ADMIN: ("whole", "whole", "whole", "whole", "nothing"),
    Role.ANALYST: ("whole", "whole", "whole", "whole", "nothing"),
    Role.MANAGER: ("whole", "whole", "nameless", "nothing", "nothing"),
    Role.SELLER: ("whole", "nothing", "nameless", "nothing", "nothing"),
    Role.VIEWER: ("nothing", "nothing", "nothing", "nothing", "nothing"),
}
_COLUMNS = [
    (Audience.PEOPLE_DEALT_WITH, True),
    (Audience.PEOPLE_DEALT_WITH, False),
    (Audience.SENDER_TEAM, True),
    (Audience.NOT_CHOSEN, True),
    (Audience.TOTALS_ONLY, True),
]


@pytest.mark.parametrize("role", list(Role))
def test_sight_is_what_the_buyer_chose(role: Role) -> None:
    seen = tuple(
        sight(role, audience, is_own_deal=own, state=ResponseState.COUNTED).value
        for audience, own in _COLUMNS
    )

    assert seen == _BY_HAND[role]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("audience", list(Audience))
def test_sight_of_a_deleted_answer_is_nothing(role: Role, audience: Audience) -> None:
    seen = sight(role, audience, is_own_deal=True, state=ResponseState.DELETED)

    assert seen is Sight.NOTHING


@pytest.mark.parametrize("role", [Role.SELLER, Role.VIEWER])
@pytest.mark.parametrize("audience", list(Audience))
def test_sight_of_a_held_answer_is_not_for_sellers_and_viewers(
    role: Role, audience: Audience
) -> None:
    seen = sight(role, audience, is_own_deal=True, state=ResponseState.HELD)

    assert seen is Sight.NOTHING


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Anna Berg was great", "[…] was great"),
        ("ask ANNA about it", "ask […] about it"),
        ("Annabel is somebody else", "Annabel is somebody else"),
        ("we took Northwind in the end", "we took […] in the end"),
        ("write to a.berg@example.com", "write to […]"),
        ("call +49 30 1234567", "call […]"),
        ("see https://example.com/offer", "see […]"),
        ("we had 3 offers in 2026", "we had 3 offers in 2026"),
    ],
)
def test_without_names_leaves_out_people_companies_and_addresses(words: str, shown: str) -> None:
    assert without_names(words, ["Anna Berg", "Northwind"]) == shown


def test_without_names_leaves_words_alone_where_no_name_is_known() -> None:
    assert without_names("It was too slow.", ["", "  ", "Al"]) == "It was too slow."


def test_sight_of_a_held_answer_lets_managers_see_what_they_would_release() -> None:
    seen = {
        audience: sight(Role.MANAGER, audience, is_own_deal=False, state=ResponseState.HELD)
        for audience in Audience
    }

    whole = [audience for audience, how in seen.items() if how is Sight.WHOLE]
    assert whole == [Audience.PEOPLE_DEALT_WITH]
    assert Sight.NAMELESS not in seen.values()
