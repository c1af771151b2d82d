"""Logs carry ids and places, never what a person wrote or holds."""

import json

import pytest
from flask import Flask
from structlog.testing import capture_logs

from survey.config import Settings
from survey.web.shared import access, logs
from tests.pages import CheckingClient
from tests.test_config import given


@pytest.mark.own_app
def test_a_request_is_one_line_without_its_path(app: Flask, client: CheckingClient) -> None:
    app.add_url_rule("/linked/<token>", "linked", access.link("answer")(lambda **_: {}))

    with capture_logs() as lines:
        client.get("/linked/the-secret-token?choice=price")

    line = lines[0]
    assert len(lines) == 1
    assert (line["endpoint"], line["status"], line["method"]) == ("linked", 200, "GET")
    assert "the-secret-token" not in json.dumps(line)


@pytest.mark.own_app
def test_an_error_tells_its_kind_and_place_only(app: Flask, client: CheckingClient) -> None:
    app.testing = False

    def view() -> str:
        raise ValueError("ada@nordlicht.example wrote this")

    app.add_url_rule("/broken", "broken", access.public("a test")(view))

    with capture_logs() as lines:
        client.get("/broken")

    told = lines[0]
    assert (told["event"], told["kind"]) == ("broke", "builtins.ValueError")
    assert "test_logs.py" in told["at"][-1]
    assert "nordlicht" not in json.dumps(lines)


def test_health_checks_are_not_logged(client: CheckingClient) -> None:
    with capture_logs() as lines:
        client.get("/healthz")

    assert lines == []


def test_production_writes_json(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    logs.set_up(given())
    logs.log().info("sent", message_id=7)
    logs.set_up(settings)

    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["message_id"], line["level"]) == ("sent", 7, "info")
