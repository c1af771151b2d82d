"""SMTP's voice, against a real server on the loopback."""

import email
import smtplib
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.policy import default
from typing import Any

import pytest

from survey.mail.providers.idle import Idle
from survey.mail.providers.smtp import SmtpProvider
from survey.mail.types import (
    AttemptOutcome,
    Ending,
    KeyRefused,
    MayHaveBeenSent,
    NeverSend,
    ProviderAway,
    Refused,
    TryLater,
)
from tests.mail.providers.drafts import ATTEMPT, FROM, a_draft
from tests.mail.providers.servers import SmtpAnswers, smtp_server

NOW = datetime(2026, 10, 15, 10, 30, tzinfo=UTC)


@pytest.fixture(params=[True, False], ids=["all at once", "one by one"])
def server(request: pytest.FixtureRequest) -> Iterator[SmtpAnswers]:
    with smtp_server(SmtpAnswers(pipelines=request.param)) as answers:
        yield answers


def eventually(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def hand_over(server: SmtpAnswers, *, login: str = "", **given: Any) -> Ending:
    url = f"smtp://{login}127.0.0.1:{server.port}"
    provider = SmtpProvider(url, from_address=FROM, timeout_s=2, now=lambda: NOW)
    return provider.hand_over(a_draft(**given), attempt_id=ATTEMPT)


def test_an_accepted_mail_arrives_whole(server: SmtpAnswers):
    ending = hand_over(server)

    (received,) = server.received
    message = email.message_from_bytes(received, policy=default)
    assert (ending.outcome, ending.status_code) == (AttemptOutcome.ACCEPTED, 250)
    assert ending.provider_message_id == message["Message-ID"] == f"<{ATTEMPT}@vendor.example>"
    assert message["X-Survey-Attempt"] == ATTEMPT
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"mail FROM:<{FROM}>" in server.commands
    assert "rcpt TO:<jane@buyer.example>" in server.commands


@pytest.mark.parametrize(
    ("planned", "refusal"),
    [
        ({"mail": 451}, TryLater),
        ({"mail": 550}, NeverSend),
        ({"mail": 530}, KeyRefused),
        ({"rcpt": 450}, TryLater),
        ({"rcpt": 550}, NeverSend),
        ({"rcpt": None}, ProviderAway),
        ({"data": 451}, TryLater),
        ({"data": 554}, NeverSend),
        ({"data": None}, ProviderAway),
        ({"body": 451}, TryLater),
        ({"body": 554}, NeverSend),
        ({"body": None}, MayHaveBeenSent),
    ],
)
def test_each_refusal_says_what_to_do(
    server: SmtpAnswers, planned: dict[str, int | None], refusal: type[Refused]
):
    for command, code in planned.items():
        setattr(server, command, code)

    with pytest.raises(refusal) as caught:
        hand_over(server)

    assert type(caught.value) is refusal


def test_no_body_leaves_for_a_refused_recipient_though_the_server_asks_for_it(
    server: SmtpAnswers,
):
    server.rcpt, server.is_careless = 550, True

    with pytest.raises(NeverSend):
        hand_over(server)

    assert server.received == []


def test_a_line_that_begins_with_a_dot_arrives_with_it(server: SmtpAnswers):
    hand_over(server, text=".hidden\n..\n.\nThe end.")

    (received,) = server.received
    words = email.message_from_bytes(received.replace(b"\n..", b"\n."), policy=default)
    assert words.get_body(("plain",)).get_content().splitlines() == [
        ".hidden",
        "..",
        ".",
        "The end.",
    ]


@pytest.fixture
def provider(server: SmtpAnswers) -> SmtpProvider:
    url = f"smtp://127.0.0.1:{server.port}"
    return SmtpProvider(url, from_address=FROM, timeout_s=2, now=lambda: NOW)


def greetings(server: SmtpAnswers) -> int:
    return sum(command.startswith("ehlo") for command in server.commands)


def test_mails_follow_each_other_on_one_connection(server: SmtpAnswers, provider: SmtpProvider):
    for number in range(3):
        provider.hand_over(a_draft(), attempt_id=f"attempt{number}")

    assert greetings(server) == 1
    assert len(server.received) == 3


def test_a_connection_closed_meanwhile_is_replaced(server: SmtpAnswers, provider: SmtpProvider):
    provider.hand_over(a_draft(), attempt_id="attempt1")
    server.closes_kept = True

    ending = provider.hand_over(a_draft(), attempt_id="attempt2")

    assert ending.outcome is AttemptOutcome.ACCEPTED
    assert greetings(server) == 2
    assert len(server.received) == 2


@pytest.mark.parametrize("broken", [{"rcpt": 550}, {"body": 554}, {"body": None}])
def test_a_connection_that_refused_a_mail_carries_no_other(
    server: SmtpAnswers, provider: SmtpProvider, broken: dict[str, int | None]
):
    provider.hand_over(a_draft(), attempt_id="attempt1")
    ((command, code),) = broken.items()
    setattr(server, command, code)
    with pytest.raises(Refused):
        provider.hand_over(a_draft(), attempt_id="attempt2")
    setattr(server, command, 250)

    provider.hand_over(a_draft(), attempt_id="attempt3")

    assert greetings(server) == 2


def test_a_mail_whose_body_was_sent_on_a_kept_connection_is_not_sent_again(
    server: SmtpAnswers, provider: SmtpProvider
):
    provider.hand_over(a_draft(), attempt_id="attempt1")
    server.body = None

    with pytest.raises(MayHaveBeenSent):
        provider.hand_over(a_draft(), attempt_id="attempt2")

    assert len(server.received) == 2


def test_connections_nobody_wants_are_closed(server: SmtpAnswers):
    idle = Idle(idle_s=0.05)
    idle.keep(smtplib.SMTP("127.0.0.1", server.port, timeout=2))

    eventually(lambda: "quit" in server.commands)

    assert idle.take() is None


def test_a_password_is_not_sent_without_tls(server: SmtpAnswers):
    with pytest.raises(KeyRefused, match="no TLS"):
        hand_over(server, login="ada:secret@")

    assert not any(command.upper().startswith("AUTH") for command in server.commands)


def test_a_refused_connection_was_certainly_not_sent():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))

        with pytest.raises(ProviderAway):
            hand_over(SmtpAnswers(port=unused.getsockname()[1]))
