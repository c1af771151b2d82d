"""Signed links and passwords, decided without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from survey.team.rules import LinkPurpose, link_holds, named_in_link, sign_link, weakness

NOON = datetime(2026, 10, 15, 12, 0, tzinfo=UTC)
KEY = "k" * 32


def link(signed_with: str = "s1", *, key: str = KEY, now: datetime = NOON) -> str:
    return sign_link(
        LinkPurpose.SET_PASSWORD, public_id="ada2345", session_key=key, secret=signed_with, now=now
    )


def holds(
    token: str, *, key: str = KEY, now: datetime = NOON, secrets: tuple[str, ...] = ("s1",)
) -> bool:
    return link_holds(
        LinkPurpose.SET_PASSWORD, token, session_key=key, secrets=list(secrets), now=now
    )


def test_link_names_its_user_and_holds() -> None:
    assert named_in_link(link()) == "ada2345"
    assert holds(link())


def test_link_holds_for_a_day() -> None:
    assert holds(link(), now=NOON + timedelta(hours=24))
    assert not holds(link(), now=NOON + timedelta(hours=24, seconds=1))


def test_link_dies_with_the_session_key() -> None:
    assert not holds(link(), key="another")


def test_link_holds_while_secrets_rotate() -> None:
    assert holds(link("old"), secrets=("new", "old"))
    assert not holds(link("old"), secrets=("new",))


def test_link_with_a_later_end_is_refused() -> None:
    public_id, until, seal = link().split(".")

    assert not holds(f"{public_id}.{int(until) + 3600}.{seal}", now=NOON)


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "a.9.", "a.99999999999999999999.c", "a.²³.c", "a.b.c.d"]
)
def test_link_of_no_form_is_refused(token: str) -> None:
    assert not holds(token)


def test_link_of_another_purpose_has_another_seal() -> None:
    forged = link().replace("ada2345", "eve2345")

    assert not holds(forged)


@pytest.mark.parametrize(
    ("password", "ending"),
    [
        ("elevenchars", "at least 12 characters; a few words do well."),
        ("aaaaaaaaaaaaaaa", "something less regular."),
        ("x" * 150 + "yz!9" * 40, "at most 256 characters."),
        ("i am ada lindqvist", "Please leave your name and address out of it."),
        ("ada@nordlicht.example", "Please leave your name and address out of it."),
    ],
)
def test_weakness_says_what_to_do(password: str, ending: str) -> None:
    said = weakness(password, email="ada@nordlicht.example", name="Ada Lindqvist")

    assert said is not None
    assert said.endswith(ending)


def test_weakness_accepts_a_few_words() -> None:
    assert weakness("correct horse battery", email="ada@x.example", name="Ada") is None
