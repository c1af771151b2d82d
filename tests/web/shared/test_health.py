"""Watchers learn whether we live and whether we are ready."""

from flask.testing import FlaskClient

from survey.app import create_app
from survey.config import Settings
from survey.kit.db import Database


def test_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "alive"}
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_not_ready_before_the_migrations(settings: Settings, tmp_path: object) -> None:
    empty = Database(f"sqlite:///{tmp_path}/empty.db")
    client = create_app(settings, empty).test_client()

    answer = client.get("/readyz")
    empty.close()

    assert answer.status_code == 503
    assert answer.get_json() == {"status": "the database needs “survey db upgrade”"}
    assert client.get("/healthz").status_code == 200


def test_not_ready_without_a_database(settings: Settings) -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/away?connect_timeout=1")
    client = create_app(settings, away).test_client()

    answer = client.get("/readyz")
    away.close()

    assert answer.status_code == 503
    assert answer.get_json() == {"status": "the database does not answer"}
