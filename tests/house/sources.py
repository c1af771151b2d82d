"""The files of the project, read once, for the tests that keep the house."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A Python file: its path from the root, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    def functions(self) -> Iterator[FunctionNode]:
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


@cache
def files(*patterns: str) -> list[Path]:
    """Files that git tracks or would track (new ones too), as paths from the root, sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return sorted(Path(name) for name in set(listed) if (ROOT / name).exists())


@cache
def python(*folders: str) -> list[Source]:
    """The Python files below these folders."""
    return [_source(path) for path in files(*(f"{folder}/*.py" for folder in folders))]


@cache
def _source(path: Path) -> Source:
    text = (ROOT / path).read_text(encoding="utf-8")
    return Source(str(path), text, ast.parse(text))


def length_of(function: FunctionNode) -> int:
    """Lines from `def` to the end: what a reader has to read, docstring and all."""
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1
