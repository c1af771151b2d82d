"""The application starts, or says why it does not."""

from pathlib import Path

import pytest

from survey.app import UnsafeSettings, create_app
from survey.config import Settings


def test_production_refuses_unsafe_settings_all_at_once(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None, environment="production", database_url=f"sqlite:///{tmp_path}/survey.db"
    )

    with pytest.raises(UnsafeSettings) as refusal:
        create_app(settings)

    sentences = str(refusal.value).splitlines()
    assert sentences[0] == "Production cannot start like this:"
    assert len(sentences) == 8


def test_two_apps_in_one_process_do_not_share_their_settings(tmp_path: Path) -> None:
    first, second = (
        create_app(
            Settings(
                _env_file=None,
                base_url=f"https://{name}.example",
                database_url=f"sqlite:///{tmp_path}/{name}.db",
            )
        )
        for name in ("one", "two")
    )

    assert first.extensions["survey"].settings.host == "one.example"
    assert second.extensions["survey"].settings.host == "two.example"
