"""Who may read an answer is decided in one place: nobody else compares what the buyer chose."""

import ast
from collections.abc import Iterator

from survey.responses.types import Audience
from tests.house import sources

MAY_NAME_IT = {
    "survey/responses/types.py": "says what a buyer can choose",
    "survey/responses/models.py": "stores what the buyer chose",
    "survey/responses/rules.py": "the buyer's door: what was chosen on the page",
    "survey/responses/visibility.py": "the one rule",
    "survey/insights/queries/totals.py": "counts those given only in totals, to join or hide them",
    "survey/cli/demo/replies.py": "a made-up buyer chooses",
}
"""Modules that know the readers by name, each with the reason. The list may only shrink."""


def test_only_the_one_rule_knows_the_readers_by_name() -> None:
    named = {source.path for source in sources.python("survey") if any(_naming(source))}

    assert named == set(MAY_NAME_IT)


def test_only_the_one_rule_compares_readers() -> None:
    """Whatever stands on the other side: a name, a word, a variable, a column."""
    deciding = {source.path for source in sources.python("survey") if any(_comparing(source))}

    assert deciding == {"survey/responses/visibility.py", "survey/insights/queries/totals.py"}


def test_a_reader_named_in_any_way_is_found() -> None:
    for line in (
        "from survey.responses.types import Audience",
        "from survey.responses.types import Audience as Readers",
        "types.Audience.TOTALS_ONLY",
        "'totals_only'",
    ):
        assert any(_naming(_written(line))), line
    for line in (
        "response.audience is chosen",
        "hidden != Response.audience",
        "Response.audience.in_(chosen)",
        "voice.c.audience.is_not(chosen)",
        "voice.c['audience'] == chosen",
    ):
        assert any(_comparing(_written(line))), line


def _written(text: str) -> sources.Source:
    return sources.Source("made.py", text, ast.parse(text))


def _naming(source: sources.Source) -> Iterator[ast.AST]:
    values = {each.value for each in Audience}
    for node in source.nodes:
        if (
            (isinstance(node, ast.alias) and node.name == Audience.__name__)
            or (isinstance(node, ast.ClassDef) and node.name == Audience.__name__)
            or (isinstance(node, ast.Attribute) and node.attr == Audience.__name__)
            or (isinstance(node, ast.Constant) and node.value in values)
        ):
            yield node


def _comparing(source: sources.Source) -> Iterator[ast.AST]:
    for node in source.nodes:
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            sides = [node.func.value]  # Response.audience.in_(…)
        else:
            continue
        if any(_is_readers(side) for side in sides):
            yield node


def _is_readers(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value == "audience"
    return isinstance(node, ast.Attribute) and node.attr == "audience"
