"""STYLE 5: files, functions, views, templates, sheets and tests stay small enough to read."""

import ast
from pathlib import Path

from tests.house import sources

FILE_LINES = 400
FUNCTION_LINES = 40
VIEW_LINES = 25
TEMPLATE_LINES = 120
TEST_FILE_LINES = 500

# What may be longer, with its reason. The list may only shrink.
EXCEPTIONS: dict[str, str] = {}


def _too_long(lengths: dict[str, int], limit: int) -> dict[str, int]:
    return {name: n for name, n in lengths.items() if n > limit and name not in EXCEPTIONS}


def test_files_are_short() -> None:
    lengths = {s.path: len(s.lines) for s in sources.python("survey", "migrations", "benchmarks")}
    assert _too_long(lengths, FILE_LINES) == {}


def test_test_files_are_short() -> None:
    lengths = {s.path: len(s.lines) for s in sources.python("tests")}
    assert _too_long(lengths, TEST_FILE_LINES) == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{source.path}::{function.name}": sources.length_of(function)
        for source in sources.python("survey", "tests", "benchmarks")
        for function in source.functions()
    }
    assert _too_long(lengths, FUNCTION_LINES) == {}


def test_views_are_short() -> None:
    lengths = {
        f"{source.path}::{function.name}": sources.length_of(function)
        for source in sources.python("survey/web")
        for function in source.functions()
        if any(_names_a_route(decorator) for decorator in function.decorator_list)
    }
    assert _too_long(lengths, VIEW_LINES) == {}


def _names_a_route(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in {"get", "post", "put", "patch", "delete", "route"}
    )


def test_templates_are_short() -> None:
    lengths = {
        str(path): len((sources.ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in sources.files("templates/*")
        if path.suffix in {".html", ".txt", ".mjml", ".xml"}
    }
    assert _too_long(lengths, TEMPLATE_LINES) == {}


def test_sheets_scripts_and_tables_are_short() -> None:
    lengths = {
        str(path): len((sources.ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in sources.files("survey/*", "templates/*", "pyproject.toml")
        if path.suffix in {".css", ".js", ".toml"}
    }
    assert _too_long(lengths, FILE_LINES) == {}


def test_exceptions_still_exist() -> None:
    gone = [name for name in EXCEPTIONS if not (sources.ROOT / Path(name.split("::")[0])).exists()]
    assert gone == []
