"""Each e-mail as it was last read and approved, in three files that a person can open.

`SURVEY_TEST_WRITE=1 pytest tests/invitations/test_emails.py` writes them anew; read the difference.
"""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

from survey.mail.types import Draft

_FOLDER = Path(__file__).parent / "snapshots"
_ADDRESS = re.compile(r"https?://\S+")


def assert_as_approved(draft: Draft, name: str) -> None:
    parts = {"subject.txt": draft.subject + "\n", "body.txt": draft.text, "body.html": draft.html}
    for end, words in parts.items():
        path = _FOLDER / f"{name}.{end}"
        if os.environ.get("SURVEY_TEST_WRITE"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(words, "utf-8")
        assert words == path.read_text("utf-8"), path.name


def links_in_text(draft: Draft) -> set[str]:
    return set(_ADDRESS.findall(draft.text))


def links_in_html(draft: Draft) -> set[str]:
    found: set[str] = set()

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.update(value or "" for name, value in attrs if (tag, name) == ("a", "href"))

    Links().feed(draft.html)
    return found
