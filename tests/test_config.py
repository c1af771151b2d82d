"""Settings: what is read, what is refused, and that secrets stay secret."""

from pathlib import Path
from typing import Any

import pytest

from survey.config import (
    Settings,
    WrongSetting,
    read_settings,
    shipped_folder,
    unknown_names,
    unsafe,
    unsafe_to_split,
)

SAFE: dict[str, Any] = {
    "environment": "production",
    "secret_key": "pTq2vJ8sLr0XwYk5ZnB7cD4fG6hM1aQe",
    "base_url": "https://ask.nordlicht.example",
    "trusted_proxies": 1,
    "database_url": "postgresql+psycopg://debrief@db/debrief",
    "mail_provider": "sendgrid",
    "mail_from": "research@nordlicht.example",
    "mail_reply_to": "ada@nordlicht.example",
    "postal_address": "Hafenweg 3, 20457 Hamburg",
    "sendgrid_api_key": "SG.secret",
    "sendgrid_webhook_public_key": (
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp"
        "/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q=="  # the base point of P-256 (FIPS 186-5)
    ),
}


def given(**changes: Any) -> Settings:
    return Settings(_env_file=None, **{**SAFE, **changes})


def test_unsafe_finds_nothing_in_safe_settings() -> None:
    assert unsafe(given()) == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"secret_key": "development-only-secret-that-production-refuses"}, "SECRET_KEY"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"secret_key": "abababababababababababababababababab"}, "SECRET_KEY"),
        ({"secret_key_fallbacks": "short"}, "SECRET_KEY_FALLBACKS"),
        ({"debug": True}, "DEBUG"),
        ({"base_url": "http://ask.nordlicht.example"}, "BASE_URL"),
        ({"base_url": "https://localhost"}, "BASE_URL"),
        ({"base_url": "https://nordlicht.example/ask"}, "BASE_URL"),
        ({"trusted_proxies": 0}, "TRUSTED_PROXIES"),
        ({"postal_address": "  "}, "POSTAL_ADDRESS"),
        ({"mail_from": ""}, "MAIL_FROM"),
        ({"mail_from": "nordlicht"}, "MAIL_FROM"),
        ({"mail_reply_to": ""}, "MAIL_REPLY_TO"),
        ({"mail_reply_to": "no-reply@nordlicht.example"}, "MAIL_REPLY_TO"),
        ({"mail_provider": "file"}, "MAIL_PROVIDER"),
        ({"mail_provider": "smtp"}, "SMTP_URL"),
        ({"mail_provider": "smtp", "smtp_url": "smtps://"}, "SMTP_URL"),
        ({"sendgrid_api_key": ""}, "SENDGRID_API_KEY"),
        ({"sendgrid_webhook_public_key": ""}, "SENDGRID_WEBHOOK_PUBLIC_KEY"),
        ({"sendgrid_base_url": "http://127.0.0.1:9000"}, "SENDGRID_BASE_URL"),
    ],
)
def test_unsafe_names_the_setting_in_one_sentence(changes: dict[str, Any], name: str) -> None:
    sentences = unsafe(given(**changes))

    assert len(sentences) == 1
    assert sentences[0].startswith(f"SURVEY_{name} ")
    assert sentences[0].endswith(".")


def test_unsafe_tells_all_at_once() -> None:
    names = {sentence.split()[0] for sentence in unsafe(Settings(_env_file=None))}

    assert names == {
        "SURVEY_SECRET_KEY",
        "SURVEY_BASE_URL",
        "SURVEY_POSTAL_ADDRESS",
        "SURVEY_MAIL_FROM",
        "SURVEY_MAIL_REPLY_TO",
        "SURVEY_MAIL_PROVIDER",
    }


def test_splitting_is_refused_on_sqlite_only() -> None:
    assert unsafe_to_split(given()) == []
    assert len(unsafe_to_split(given(database_url="sqlite:///x.db"))) == 1


def test_repr_shows_no_secret() -> None:
    shown = repr(
        given(
            database_url="postgresql://debrief:hush-1@db/debrief",
            smtp_url="smtps://name:hush-2@mail",
            queue_url="redis://:hush-3@queue",
            limits_url="redis://:hush-4@limits",
            sendgrid_api_key="hush-5",
        )
    )

    assert "hush" not in shown
    assert SAFE["secret_key"] not in shown


def test_wrong_values_are_named_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEY_TIMEZONE", "Middle-earth/Bree")
    monkeypatch.setenv("SURVEY_TRUSTED_PROXIES", "many")

    with pytest.raises(WrongSetting) as refusal:
        read_settings(_env_file=None)

    sentence = str(refusal.value)
    assert "SURVEY_TIMEZONE: is not the name of a time zone" in sentence
    assert "SURVEY_TRUSTED_PROXIES" in sentence
    assert "Bree" not in sentence
    assert "many" not in sentence


def test_fallbacks_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEY_SECRET_KEY", "new")
    monkeypatch.setenv("SURVEY_SECRET_KEY_FALLBACKS", "old, older")

    assert read_settings(_env_file=None).secrets == ["new", "old", "older"]


def test_unknown_names_are_found() -> None:
    names = ("SURVEY_SECRETKEY", "SURVEY_SECRET_KEY", "SURVEY_TEST_REQUIRE", "PATH")

    assert unknown_names(dict.fromkeys(names, "")) == ["SURVEY_SECRETKEY"]


def test_shipped_folders_are_there() -> None:
    assert (shipped_folder("templates") / "layouts" / "base.html").is_file()
    assert (shipped_folder("migrations") / "env.py").is_file()


@pytest.mark.parametrize(
    ("url", "ledger"),
    [
        ("sqlite:///instance/survey.db", "instance/survey.ledger"),
        ("sqlite:////srv/debrief/live.db?mode=rw", "/srv/debrief/live.ledger"),
        (
            "postgresql+psycopg://me:word@host/debrief?sslmode=require",
            "instance/debrief.ledger",
        ),
    ],
)
def test_the_ledger_lies_beside_the_database_where_nothing_else_is_said(
    url: str, ledger: str
) -> None:
    beside = read_settings(_env_file=None, database_url=url)
    elsewhere = read_settings(_env_file=None, database_url=url, ledger_file="/mnt/x")

    assert beside.ledger == Path(ledger)
    assert elsewhere.ledger == Path("/mnt/x")
