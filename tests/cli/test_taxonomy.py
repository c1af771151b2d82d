"""`survey taxonomy import | export`."""

import pytest
from click.testing import CliRunner

from survey.cli.main import main
from survey.taxonomy.table import shipped_table, written_table
from tests.databases import copy_of


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """A database as `survey db upgrade` lays it out."""
    path = tmp_path_factory.mktemp("taxonomy") / "survey.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SURVEY_DATABASE_URL", f"sqlite:///{path}")
        patch.setenv("SURVEY_ENVIRONMENT", "test")
        patch.chdir(path.parent)
        assert CliRunner().invoke(main, ["db", "upgrade"]).exit_code == 0
    return path


@pytest.fixture
def run(tmp_path, monkeypatch, laid_out):
    """Runs a command against a database of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SURVEY_DATABASE_URL", copy_of(laid_out, tmp_path))
    monkeypatch.setenv("SURVEY_ENVIRONMENT", "test")
    return lambda *words: CliRunner().invoke(main, words)


def test_export_and_import_round_trip_byte_for_byte(run, tmp_path):
    file = tmp_path / "reasons.csv"

    assert run("taxonomy", "export", str(file)).exit_code == 0
    imported = run("taxonomy", "import", str(file))
    printed = run("taxonomy", "export")

    assert imported.output == "Nothing changed: this is the release in use.\n"
    assert printed.stdout_bytes == file.read_bytes() == written_table(shipped_table()).encode()


def test_import_of_a_change_tells_the_release_and_exports_it_again(run, tmp_path):
    file = tmp_path / "reasons.csv"
    run("taxonomy", "export", str(file))
    rows = file.read_text("utf-8").splitlines(keepends=True)
    merged = [row for row in rows if ",PRD-07," not in row]
    merged = [row[:-1] + "PRD-07\n" if ",PRD-06," in row else row for row in merged]
    file.write_text("".join(merged), "utf-8")

    imported = run("taxonomy", "import", str(file), "--note", "Roadmap joined.")
    printed = run("taxonomy", "export")

    assert imported.output == "Release 2 is in use: 74 reasons, 1 of them taken over.\n"
    assert printed.stdout_bytes == file.read_bytes()


def test_import_of_a_file_that_is_not_there_ends_in_a_sentence(run, tmp_path):
    failed = run("taxonomy", "import", str(tmp_path / "nowhere.csv"))

    assert failed.exit_code == 1
    assert failed.output.startswith("Error: There is no file")


def test_import_that_loses_a_reason_changes_nothing(run, tmp_path):
    file = tmp_path / "reasons.csv"
    run("taxonomy", "export", str(file))
    before = file.read_bytes()
    rows = before.decode().splitlines(keepends=True)
    file.write_text("".join(row for row in rows if ",PRI-02," not in row), "utf-8")

    failed = run("taxonomy", "import", str(file))

    assert failed.exit_code == 1
    assert "Nothing takes over PRI-02." in failed.output
    assert run("taxonomy", "export").stdout_bytes == before
