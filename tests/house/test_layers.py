"""Imports go down, never up or round; each outside service has one door. The contracts stand in
`pyproject.toml`; the rooms of a package and the packages that may enter a room are checked here.
"""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import sources

ROOMS = {"__init__", "actions", "emails", "queries", "models", "rules", "types"}

# What a package may hold besides the rooms, each with its reason. `utils` cannot slip in.
EXTRA_ROOMS: dict[str, str] = {
    "deals/cells": "reading one cell of an import, never guessing",
    "deals/mapping": "which column of a file is which of our fields",
    "deals/matching": "what a batch of rows means for the deals that stand already",
    "deals/reading": "a row of a file as a deal, or everything that is wrong with it",
    "deals/salesforce": "a set of Salesforce exports joined into one table",
    "insights/charts": "what the charts look like, from figures alone",
    "insights/trends": "charts of what came month by month, from figures alone",
    "invitations/facts": "what a decision about asking rests on, read in a fixed number of queries",
    "invitations/hours": "the wall clock where the reader lives",
    "invitations/verdicts": "what was decided about asking, as values",
    "letters/asking": "the mails that ask a buyer about a deal",
    "letters/kinds": "the one list of the kinds of mail",
    "letters/leaving": "what is noted on the rows that mails are about when they have left",
    "letters/letter": "what is to be known of one kind of mail",
    "letters/password": "the mails with which a person of ours sets a password",
    "letters/preparing": "what becomes of mails that were claimed, asked of each kind's letter",
    "letters/reminder": "the mail that asks again",
    "letters/report": "the mail that carries a month",
    "letters/settled": "what is noted of mails whose fate was settled later",
    "letters/setup": "how mail is set up here, said alike by the page and by the doctor",
    "letters/thanks": "the mail that thanks",
    "letters/trying": "a mail before any buyer gets it",
    "mail/folding": "where a mail stands, told from all that is known of it",
    "mail/histories": "what is known of mails from outside, and which mails events speak of",
    "mail/listing": "the list of addresses never to mail as a file: reading it, writing it",
    "mail/rendering": "the templates of all mails, compiled once",
    "mail/setup": "what an operator must set so that mail arrives and receipts come back",
    "mail/outgoing": "what delivering asks of the outbox, each statement built once",
    "mail/posting": "who hands mails over, several at once: threads of ours or a process apart",
    "mail/providers": "three voices behind one interface, and the bytes that travel",
    "privacy/ledger": "who was erased or opted out, in a file that outlives the database",
    "questionnaires/documents": "a questionnaire's stored form, and reading it",
    "questionnaires/recap": "what was answered, said back in words to buyer and staff alike",
    "questionnaires/vague": "the words that tell a vague answer, in a list of their own",
    "reports/cells": "one figure in the words of a page and the numbers of a file",
    "reports/sections": "the figures of some months as tables that are read together",
    "reports/sheet": "the month laid out once, for every form it is written in",
    "reports/written": "a report as a file: HTML, JSON, CSV",
    "responses/visibility": "the one rule of who may read what",
    "taxonomy/table": "the taxonomy as a file: reading it, writing it",
}
DOMAIN = {
    "letters", "privacy", "reports", "experiments", "insights", "learning", "coding", "responses",
    "invitations", "questionnaires", "deals", "taxonomy", "team", "company", "mail", "files",
    "audit",
}  # fmt: skip


def test_import_contracts_hold() -> None:
    checked = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=sources.ROOT,
        env={**os.environ, "PYTHONPATH": str(sources.ROOT), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout


def test_packages_have_the_same_rooms() -> None:
    extra = set()
    for source in sources.python("survey"):
        _survey, package, *rest = Path(source.path).with_suffix("").parts
        if package in DOMAIN and rest[0] not in ROOMS:
            extra.add(f"{package}/{rest[0]}")

    assert extra - EXTRA_ROOMS.keys() == set()


def test_extra_rooms_still_exist() -> None:
    there = {str(Path(s.path).with_suffix("")) for s in sources.python("survey")}
    gone = [
        room
        for room in EXTRA_ROOMS
        if not any(f"{path}/".startswith(f"survey/{room}/") for path in there)
    ]

    assert gone == []


@pytest.mark.parametrize("room", sorted(ROOMS - {"__init__"}))
def test_a_room_is_not_empty(room: str) -> None:
    empty = [
        source.path
        for source in sources.python("survey")
        if Path(source.path).stem == room and len(source.tree.body) < 2
    ]

    assert empty == []


# What asks the clock, chance, the network or the machine; a rule is given what it needs.
IMPURE = {
    "asyncio", "ftplib", "glob", "http", "imaplib", "io", "logging", "multiprocessing", "os",
    "pathlib", "poplib", "secrets", "select", "shutil", "signal", "smtplib", "socket",
    "socketserver", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time",
    "urllib.request",
}  # fmt: skip
ASKS_THE_CLOCK = {"now", "utcnow", "today", "monotonic", "perf_counter"}


SEEDED = ("random.Random", True)


def test_rules_and_types_ask_nobody() -> None:
    """The libraries of others are forbidden by contract; the standard library's are here."""
    asking = [
        f"{source.path}: {name}"
        for source in sources.python("survey")
        if {"rules", "types"} & set(Path(source.path).with_suffix("").parts[2:3])
        and source.path.split("/")[1] in DOMAIN
        for name in _asked(source)
    ]

    assert asking == []


def _asked(source: sources.Source) -> Iterator[str]:
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _is_impure(alias.name))
        elif isinstance(node, ast.ImportFrom) and node.module and _is_impure(node.module):
            yield node.module
        elif isinstance(node, ast.ImportFrom) and node.module == "random":
            yield from (alias.name for alias in node.names if alias.name != "Random")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ast.unparse(node.func)
            is_clock = node.func.attr in ASKS_THE_CLOCK and not node.args
            # A seeded draw is a function of its seed.
            is_chance = called.startswith("random.") and (called, bool(node.args)) != SEEDED
            if is_clock or is_chance:
                yield f"{called}()"


def _is_impure(module: str) -> bool:
    return module in IMPURE or module.partition(".")[0] in IMPURE


# Doors find what they need by name. The database itself is looked after in `backups`, and the
# demo arranges a year from inside, as a test does.
MAY_SPEAK_SQL = ("survey/cli/backups/", "survey/cli/demo/")


def test_commands_and_jobs_hold_no_sql() -> None:
    """The pages are kept from it by contract, which cannot tell a statement from an error."""
    statements = {"select", "insert", "update", "delete", "text", "func"}
    wrong = [
        f"{source.path}: {alias.name}"
        for source in sources.python("survey/cli", "survey/jobs")
        if not source.path.startswith(MAY_SPEAK_SQL)
        for node in source.nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
        if alias.name in statements
    ]

    assert wrong == []


def test_actions_ask_neither_clock_nor_settings() -> None:
    """Letters are written on the stationery of the settings, and hold no actions."""
    asking = re.compile(
        r"datetime\.now|clock\.now|clock import .*\bnow\b|survey\.config|\.commit\("
    )
    wrong = [
        f"{source.path}:{number}"
        for source in sources.python(*(f"survey/{package}" for package in DOMAIN - {"letters"}))
        for number, line in enumerate(source.lines, 1)
        if asking.search(line)
    ]

    assert wrong == []
