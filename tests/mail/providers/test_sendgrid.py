"""SendGrid's voice, against a real server on the loopback and SendGrid's own specification."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from survey.mail.providers.sendgrid import SendGridProvider, request_body
from survey.mail.types import (
    AttemptOutcome,
    KeyRefused,
    MayHaveBeenSent,
    NeverSend,
    ProviderAway,
    Refused,
)
from tests.letters.samples import every_mail
from tests.mail.providers import specification
from tests.mail.providers.drafts import ATTEMPT, FROM, a_draft
from tests.mail.providers.servers import HttpAnswers, http_server
from tests.others import at_hand


@pytest.fixture
def specified() -> None:
    """Only where SendGrid's specification is at hand: without it nothing is complained of."""
    at_hand(specification.NAME)


@pytest.fixture
def sendgrid() -> Iterator[HttpAnswers]:
    with http_server(HttpAnswers()) as answers:
        yield answers


def hand_over(sendgrid: HttpAnswers, **given: Any) -> Any:
    provider = SendGridProvider("key", base_url=sendgrid.url, from_address=FROM, timeout_s=0.5)
    return provider.hand_over(a_draft(**given), attempt_id=ATTEMPT)


def test_an_accepted_mail_keeps_the_id_that_events_will_begin_with(sendgrid: HttpAnswers):
    ending = hand_over(sendgrid)

    assert (ending.outcome, ending.status_code, ending.provider_message_id) == (
        AttemptOutcome.ACCEPTED,
        202,
        "message-1",
    )
    assert sendgrid.paths == ["/v3/mail/send"]
    assert sendgrid.seen_headers[0]["Authorization"] == "Bearer key"


def test_a_request_has_one_person_no_tracking_and_only_the_attempt_id(sendgrid: HttpAnswers):
    hand_over(sendgrid)

    (request,) = sendgrid.requests
    assert request["personalizations"] == [
        {
            "to": [{"email": "jane@buyer.example", "name": "Jané Doe"}],
            "custom_args": {"survey_attempt": ATTEMPT},
        }
    ]
    assert request["tracking_settings"] == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False},
    }
    assert request["headers"] == {
        "List-Id": "<campaign.survey.vendor.example>",
        "List-Unsubscribe": "<https://survey.vendor.example/o/OTHER>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "X-Survey-Attempt": ATTEMPT,
    }
    assert "categories" not in request


@pytest.mark.usefixtures("specified")
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"to_name": "", "reply_to": None, "list_id": None, "opt_out_url": None},
        {"to_name": "Ann\r\nBcc: x@y.example", "subject": "A\u2028B"},
    ],
)
def test_each_request_keeps_to_the_specification(given: dict[str, Any]):
    request = request_body(a_draft(**given), from_address=FROM, attempt_id=ATTEMPT)

    assert specification.complaints([request]) == []


@pytest.mark.usefixtures("specified")
@pytest.mark.parametrize("kind", every_mail(), ids=" ".join)
def test_each_letter_keeps_to_the_specification(kind: tuple[str, str]):
    request = request_body(every_mail()[kind], from_address=FROM, attempt_id=ATTEMPT)

    assert specification.complaints([request]) == []


@pytest.mark.usefixtures("specified")
@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"personalizations": [{"cc": []}]}, "$.personalizations[0]: 'to' is a required property"),
        ({"from": {"email": "nobody"}}, "$.from.email: 'nobody' is not a 'email'"),
        ({"content": [{"type": "text/plain"}]}, "$.content[0]: 'value' is a required property"),
        (
            {"personalizations": [{"to": [{"email": "jane@b.example"}], "custom_args": "one"}]},
            "$.personalizations[0].custom_args: 'one' is not of type 'object'",
        ),
    ],
)
def test_the_servers_would_complain_of_a_request_that_leaves_it(
    wrong: dict[str, Any], complaint: str
):
    request = request_body(a_draft(), from_address=FROM, attempt_id=ATTEMPT) | wrong

    assert specification.complaints([request]) == [complaint]


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (400, NeverSend),
        (401, KeyRefused),
        (403, KeyRefused),
        (404, KeyRefused),
        (413, NeverSend),
        (429, ProviderAway),
        (500, MayHaveBeenSent),
        (503, MayHaveBeenSent),
    ],
)
def test_each_refusal_says_what_to_do(sendgrid: HttpAnswers, status: int, refusal: type[Refused]):
    sendgrid.status = status
    sendgrid.body = {"errors": [{"message": "Does not contain a valid address.", "field": "to"}]}

    with pytest.raises(refusal, match=rf"{status}: Does not contain a valid address\.") as caught:
        hand_over(sendgrid)

    assert caught.value.status_code == status


def test_too_many_names_the_moment_to_try_again(sendgrid: HttpAnswers):
    sendgrid.status = 429
    sendgrid.headers = {"X-RateLimit-Reset": "1792053000"}

    with pytest.raises(ProviderAway) as caught:
        hand_over(sendgrid)

    assert caught.value.not_before == datetime(2026, 10, 15, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("remaining", "pause"), [("0", datetime(2026, 10, 15, 8, 30, tzinfo=UTC)), ("1", None)]
)
def test_the_last_mail_of_a_window_asks_for_rest_until_the_reset(
    sendgrid: HttpAnswers, remaining: str, pause: datetime | None
):
    sendgrid.headers = {"X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": "1792053000"}

    assert hand_over(sendgrid).pause_until == pause


def test_a_redirect_is_not_followed(sendgrid: HttpAnswers):
    sendgrid.status = 302
    sendgrid.headers = {"Location": f"{sendgrid.url}/elsewhere"}

    with pytest.raises(KeyRefused):
        hand_over(sendgrid)

    assert sendgrid.paths == ["/v3/mail/send"]


def test_a_connection_cut_after_the_body_may_have_been_sent(sendgrid: HttpAnswers):
    sendgrid.hangs_up = True

    with pytest.raises(MayHaveBeenSent):
        hand_over(sendgrid)

    assert len(sendgrid.requests) == 1


def test_an_answer_that_does_not_come_may_have_been_sent(sendgrid: HttpAnswers):
    sendgrid.waits_s = 0.8

    with pytest.raises(MayHaveBeenSent):
        hand_over(sendgrid)


def test_a_refused_connection_was_certainly_not_sent():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

        with pytest.raises(ProviderAway):
            hand_over(HttpAnswers(url=url))


def test_an_unknown_host_was_certainly_not_sent():
    with pytest.raises(ProviderAway):
        hand_over(HttpAnswers(url="http://nowhere.invalid"))


def test_a_failed_handshake_was_certainly_not_sent(sendgrid: HttpAnswers):
    secure = HttpAnswers(url=sendgrid.url.replace("http:", "https:"))

    with pytest.raises(ProviderAway):
        hand_over(secure)

    assert sendgrid.requests == []
