"""`survey web`: refuses SQLite, and believes its own proxies only."""

import json
import threading
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import request
from waitress.wasyncore import close_all

from survey.app import create_app
from survey.cli.main import main
from survey.cli.server import page_server
from survey.config import Settings
from survey.kit.db import Database
from survey.web.shared import access


def test_web_refuses_sqlite(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SURVEY_DATABASE_URL", "sqlite:///survey.db")

    result = CliRunner().invoke(main, ["web"])

    assert result.exit_code == 1
    assert result.output.startswith("Error: SURVEY_DATABASE_URL is SQLite")


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_the_server_lets_its_proxies_name_the_visitor(
    settings: Settings, database: Database, proxies: int, seen: str
) -> None:
    settings = settings.model_copy(update={"trusted_proxies": proxies})
    app = create_app(settings, database)
    view = access.public("a test")(lambda: {"visitor": request.remote_addr})
    app.add_url_rule("/visitor", "visitor", view)
    server: Any = page_server(app, settings, host="127.0.0.1", port=0)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()

    asked = urllib.request.Request(
        f"http://127.0.0.1:{server.effective_port}/visitor",
        headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"},
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 (our own server)
        told = json.load(answer)
    # Its loop ends when nothing is left to watch; only the loop's own thread may take that away.
    server.trigger.pull_trigger(lambda: close_all(server._map))
    running.join(timeout=10)
    server.task_dispatcher.shutdown()

    assert told == {"visitor": seen}
