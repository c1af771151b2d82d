"""`survey` itself: what it can do, and which version it is."""

import pytest
from click.testing import CliRunner

from survey.cli.main import main


def test_help_names_every_command_of_the_contract() -> None:
    shown = CliRunner().invoke(main, ["--help"]).output

    for name in ("demo", "serve", "web", "worker", "db", "user", "import", "invite", "deliver"):
        assert f"\n  {name} " in shown


def test_version_is_told_without_an_installation() -> None:
    result = CliRunner().invoke(main, ["--version"])

    assert result.exit_code == 0
    assert result.output.strip()


@pytest.mark.parametrize("arguments", [["fly"], ["db", "fly"], ["user", "add"]])
def test_slips_end_with_a_sentence_and_a_status(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 2
    assert "Error: " in result.output
