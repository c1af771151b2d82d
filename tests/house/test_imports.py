"""STYLE 6: an import inside a function says why; only one file knows each outside service."""

import ast
import re
from collections.abc import Iterator

from tests.house import sources

REASONS = re.compile(r"#\s*(slow import|optional dependency)")


def _inside_functions(source: sources.Source) -> Iterator[ast.Import | ast.ImportFrom]:
    for function in source.functions():
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node


def test_imports_inside_functions_give_their_reason() -> None:
    silent = [
        f"{source.path}:{node.lineno}"
        for source in sources.python("survey", "tests", "benchmarks", "migrations")
        for node in _inside_functions(source)
        if not REASONS.search(" ".join(source.lines[node.lineno - 1 : node.end_lineno]))
    ]
    assert silent == []


def test_init_files_are_a_sentence() -> None:
    rooms = [
        source.path
        for source in sources.python("survey")
        if source.path.endswith("/__init__.py")
        and source.path != "survey/cli/__init__.py"  # the console script names survey.cli:main
        and any(not _is_docstring(node) for node in source.tree.body)
    ]
    assert rooms == []


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
