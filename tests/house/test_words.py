"""STYLE 31: one word per thing, from DESIGN's list; the words it replaces are not used."""

import ast
import re
from collections.abc import Iterator

from tests.house import sources

# Another word for a thing that has one.
OTHER_WORDS = {
    "customer": "Account",
    "customers": "Accounts",
    "lead": "Deal",
    "leads": "Deals",
    "opportunity": "Deal",
    "opportunities": "Deals",
    "submission": "Response",
    "submissions": "Responses",
    "notification": "Message",
    "notifications": "Messages",
    "codebook": "Taxonomy",
    "workflow": "Campaign",
    "member": "User",
    "members": "Users",
}
# Names that say nothing. `manager` is a role of ours, so only classes may not be called so.
EMPTY_WORDS = {"data", "info", "obj", "process", "handle", "helper", "helpers", "utils", "util"}
EMPTY_FILES = {"common", "core", "managers", "misc"}

# Names that another library asks for, or that mean another thing, each with its reason.
ALLOWED = {
    "lead_source": "the import column's name, fixed by the contract",
    "process": "a process of the operating system",
    "data": "a WTForms field's attribute",
}
# Our words that hold one of the others as an ordinary word of the page.
PAGE_PHRASES = re.compile(r"lead_source|lead to|leads to|may lead", re.IGNORECASE)


def _words(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [word.lower() for word in spaced.split("_") if word]


def _names(source: sources.Source) -> Iterator[tuple[int, str]]:
    """The names that a file chooses itself: functions, classes, parameters and variables."""
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def test_names_use_our_words() -> None:
    wrong = [
        f"{source.path}:{line}: {name}"
        for source in sources.python("survey", "tests/factories", "benchmarks")
        for line, name in _names(source)
        if name not in ALLOWED and OTHER_WORDS.keys() & set(_words(name))
    ]
    assert wrong == []


def test_names_say_something() -> None:
    wrong = [
        f"{source.path}:{line}: {name}"
        for source in sources.python("survey", "tests/factories", "benchmarks")
        for line, name in _names(source)
        if name not in ALLOWED and name.lower() in EMPTY_WORDS
    ]
    assert wrong == []


def test_classes_are_no_managers() -> None:
    wrong = [
        f"{source.path}: {node.name}"
        for source in sources.python("survey")
        for node in source.nodes
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Manager", "Helper", "Utils"))
    ]
    assert wrong == []


def test_files_say_something() -> None:
    wrong = [
        str(path)
        for path in sources.files("survey/*", "templates/*", "tests/*")
        if path.stem in EMPTY_FILES | EMPTY_WORDS
    ]
    assert wrong == []


def test_templates_use_our_words() -> None:
    other = re.compile(r"\b(" + "|".join(OTHER_WORDS) + r")\b", re.IGNORECASE)
    wrong = []
    for path in sources.files("templates/*"):
        if path.suffix not in {".html", ".txt", ".mjml"}:
            continue
        for number, line in enumerate((sources.ROOT / path).read_text("utf-8").splitlines(), 1):
            found = other.search(PAGE_PHRASES.sub("", line))
            if found:
                ours = OTHER_WORDS[found.group().lower()]
                wrong.append(f"{path}:{number}: {found.group()}, not {ours}")
    assert wrong == []


def test_nothing_is_left_undone() -> None:
    undone = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError|lorem ipsum)\b", re.IGNORECASE)
    wrong = [
        f"{path}:{number}"
        for path in sources.files("survey/*", "templates/*", "migrations/*", "tests/*", "Makefile")
        if path.suffix in {".py", ".html", ".txt", ".mjml", ".css", ".js", ".toml", ""}
        and path.name not in {"test_words.py", "requirements.lock"}
        for number, line in enumerate((sources.ROOT / path).read_text("utf-8").splitlines(), 1)
        if undone.search(line)
    ]
    assert wrong == []
