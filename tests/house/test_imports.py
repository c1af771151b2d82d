"""STYLE 6: an import inside a function says why; only one file knows each outside service."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

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


def test_every_library_imported_is_declared() -> None:
    """What we import ourselves we ask for ourselves: another library may stop to bring it."""
    project = tomllib.loads((sources.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["scale"]]
    declared = {_plain(re.split(r"[\[<>=!~; ]", each)[0]) for each in asked}
    makers = packages_distributions()
    undeclared = {
        f"{source.path}: {module}"
        for source in sources.python("survey", "migrations")
        for module in _modules(source)
        if module not in sys.stdlib_module_names | {"survey"}
        and not {_plain(each) for each in makers.get(module, [])} & declared
    }

    assert undeclared == set()


def _modules(source: sources.Source) -> Iterator[str]:
    """The first names of what a file imports from elsewhere."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


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
