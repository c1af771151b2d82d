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


TOLD_WITH = {
    "respondent.delete": "thanks",  # both are offered there
    "respondent.deleted": "thanks",
    "respondent.more": "sittings",  # a page between two sittings
    "respondent.opt_out.colleague": "decline",  # what who declines may do next
    "respondent.opt_out.erase": "decline",
    "staff.sign_in.leave": "enter",
    "staff.sign_in.forgot": "reset",  # one way in two steps
    "staff.sign_in.send_link": "reset",
}
"""Endpoint → the file that tells of it: where neither its name nor its address says which."""
NO_ENDPOINTS = {
    "hooks/test_refusals.py": "what the door of receipts turns away",
    "respondent/test_pages.py": "what all of the buyer's pages keep: weight, speed, hostile words",
    "staff/dashboard/test_bars.py": "where each bar leads, on other pages",
    "staff/settings/test_mail.py": "what the settings do to mails",
    "staff/test_access.py": "who may enter which page",
}
"""Test file of a door → what it tells, where that is no page."""


def _homes(app: Flask) -> dict[str, tuple[Path, str]]:
    """Endpoint → its test file, and its address.

    `staff.deals.show` has `tests/web/staff/deals/test_show.py`. What lies at the same address as a
    page or beneath it (`/reports/<month>/freeze`) may be told with that page, and the whole of a
    small blueprint in a file of its name: `tests/web/staff/outbox/test_outbox.py`.
    """
    rules = [each for each in app.url_map.iter_rules() if _is_of_a_door(each.endpoint)]
    homes = {}
    for rule in rules:
        blueprint, _, own = rule.endpoint.rpartition(".")
        above = [
            other
            for other in rules
            if other.endpoint.rpartition(".")[0] == blueprint and rule.rule.startswith(other.rule)
        ]
        nearest_first = sorted(above, key=lambda other: (-len(other.rule), other.endpoint))
        names = [
            TOLD_WITH.get(rule.endpoint, own),
            *(other.endpoint.rpartition(".")[2] for other in nearest_first),
            blueprint.rpartition(".")[2],
        ]
        folder = sources.ROOT / "tests/web" / Path(*blueprint.split("."))
        files = [folder / f"test_{name}.py" for name in names]
        homes[rule.endpoint] = (next(filter(Path.exists, files), files[0]), rule.rule)
    return homes


def _is_of_a_door(endpoint: str) -> bool:
    return endpoint.split(".", maxsplit=1)[0] in {"staff", "respondent", "hooks"}


def test_every_page_has_its_test_file_by_name(app: Flask) -> None:
    without = [
        f"{endpoint}: {home.relative_to(sources.ROOT)}"
        for endpoint, (home, _) in _homes(app).items()
        if not home.exists()
    ]

    assert without == []


def test_the_test_file_of_a_page_goes_to_its_address(app: Flask) -> None:
    """The last fixed word of the address stands in it."""
    strangers = [
        f"{endpoint}: {word} is not in {home.relative_to(sources.ROOT)}"
        for endpoint, (home, rule) in _homes(app).items()
        for word in re.findall(r"[a-z-]+", re.sub(r"<[^>]*>", "", rule))[-1:]
        if word not in home.read_text("utf-8")
    ]

    assert strangers == []


def test_every_test_file_of_a_door_is_named_for_a_page(app: Flask) -> None:
    homes = {home.relative_to(sources.ROOT / "tests/web") for home, _ in _homes(app).values()}
    files = {
        path.relative_to("tests/web")
        for path in sources.files("tests/web/*")
        if _is_of_a_door(path.parts[2]) and path.name.startswith("test_")
    }

    assert {path.as_posix() for path in files - homes} == NO_ENDPOINTS.keys()


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
