"""The documents stand where a newcomer looks for them, and their links lead somewhere."""

import re
from pathlib import Path

from tests.house import sources

TOP = {
    ".ci", ".env.example", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md",
    "benchmarks", "docs", "migrations", "pyproject.toml", "requirements.lock", "survey",
    "templates", "tests",
}  # fmt: skip


def test_top_level_holds_nothing_else() -> None:
    assert {path.parts[0] for path in sources.files()} - TOP == set()


def test_links_between_documents_lead_somewhere() -> None:
    link = re.compile(r"\]\((?!https?:|#)([^)#]+)")
    broken = [
        f"{path}: {target}"
        for path in sources.files("*.md")
        for target in link.findall((sources.ROOT / path).read_text(encoding="utf-8"))
        if not (sources.ROOT / path.parent / target).exists()
    ]

    assert broken == []


def test_decisions_are_numbered() -> None:
    names = [path.name for path in sources.files("docs/decisions/*.md")]

    assert [name[:4] for name in names] == [f"{n:04d}" for n in range(1, len(names) + 1)]


def test_make_help_lists_every_target() -> None:
    makefile = (sources.ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    told = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))

    assert told == set(phony.group(1).split())


def test_ci_may_be_run() -> None:
    assert Path(sources.ROOT / ".ci/run").stat().st_mode & 0o111
