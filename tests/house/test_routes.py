"""Every route says who may enter; every page has its template, and every template its page."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from survey.web.shared.access import Way, mark_of
from tests.house import sources


@pytest.fixture
def views(app: Flask) -> dict[str, Callable[..., Any]]:
    return {name: view for name, view in app.view_functions.items() if name != "static"}


def test_every_route_says_who_may_enter(views: dict[str, Callable[..., Any]]) -> None:
    silent = sorted(name for name, view in views.items() if mark_of(view) is None)

    assert silent == []


def test_buyers_enter_by_link_only(views: dict[str, Callable[..., Any]]) -> None:
    ways = {
        name: mark.way
        for name, view in views.items()
        if name.startswith("respondent.") and (mark := mark_of(view))
    }

    assert {name for name, way in ways.items() if way is Way.STAFF} == set()


def test_machines_enter_by_signature_only(views: dict[str, Callable[..., Any]]) -> None:
    ways = {
        mark.way
        for name, view in views.items()
        if name.startswith("hooks.") and (mark := mark_of(view))
    }

    assert ways == {Way.SIGNED}


def test_staff_pages_are_not_public(views: dict[str, Callable[..., Any]]) -> None:
    open_pages = {
        name
        for name, view in views.items()
        if name.startswith("staff.") and (mark := mark_of(view)) and mark.way is not Way.STAFF
    }

    assert {name for name in open_pages if not name.startswith("staff.sign_in.")} == set()


def test_every_page_has_its_tests(views: dict[str, Callable[..., Any]]) -> None:
    """`staff.deals.show` is tested below `tests/web/staff/deals/`."""
    folders = {Path(*name.split(".")[:-1]) for name in views}
    untested = [
        folder
        for folder in sorted(folders)
        if folder.parts[0] in {"staff", "respondent"}
        and not list((sources.ROOT / "tests/web" / folder).glob("test_*.py"))
    ]

    assert untested == []


def _rendered(app: Flask) -> Iterator[tuple[str, str]]:
    """Which template each file of views names."""
    for source in sources.python("survey/web"):
        for name in re.findall(
            r'"((?:staff|respondent)/[^"]+\.(?:html|txt|css|svg))"', source.text
        ):
            yield source.path, name


def test_every_template_named_exists(app: Flask) -> None:
    missing = [
        (path, name)
        for path, name in _rendered(app)
        if not (sources.ROOT / "templates" / name).exists()
    ]

    assert missing == []


def test_template_lies_where_its_endpoint_says(app: Flask) -> None:
    """`survey/web/staff/deals/views.py` renders `staff/deals/….html`, whatever the view's name."""
    elsewhere = [
        (path, name)
        for path, name in _rendered(app)
        if not path.startswith(f"survey/web/{Path(name).parent.as_posix().split('/_')[0]}")
    ]

    assert elsewhere == []


def test_no_template_is_an_orphan(app: Flask) -> None:
    texts = [source.text for source in sources.python("survey")]
    texts += [
        (sources.ROOT / path).read_text("utf-8")
        for path in sources.files("templates/*")
        if path.suffix in {".html", ".txt", ".mjml"}
    ]
    everything = "\n".join(texts)
    orphans = []
    for path in sources.files("templates/*"):
        name = path.relative_to("templates").as_posix()
        if name.startswith("layouts/") or _is_written_as_mail(name, everything):
            continue  # pages extend them; a layout stands before its first page
        if f'"{name}"' not in everything and not _found_by_pattern(name, everything):
            orphans.append(name)

    assert orphans == []


def _is_written_as_mail(name: str, everything: str) -> bool:
    """Whether a mail's folder is named where it is written, or a part where it is included."""
    root, _, rest = name.partition("/")
    return root == "mail" and (f'"{rest}"' in everything or f'"{rest.split("/")[0]}"' in everything)


def _found_by_pattern(name: str, everything: str) -> bool:
    """Whether a folder's files are chosen by name: `"respondent/questions/" ~ kind ~ ".html"`."""
    folder = name.rpartition("/")[0]
    return f'"{folder}/' in re.sub(rf'"{re.escape(folder)}/[\w.]+"', "", everything)
