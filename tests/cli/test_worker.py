"""`survey worker`: a process of its own, which SQLite is not made for."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from survey.cli.main import main


def test_worker_refuses_sqlite(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SURVEY_DATABASE_URL", "sqlite:///survey.db")

    result = CliRunner().invoke(main, ["worker"])

    assert result.exit_code == 1
    assert result.output.startswith("Error: SURVEY_DATABASE_URL is SQLite")
