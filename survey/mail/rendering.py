"""From facts to words: each e-mail has a folder with its subject, its text and its HTML.

MJML is compiled once per process, with Jinja's marks still in it: a mail costs what plain Jinja
costs. The parts that mails share are put in before compiling, so that they keep their widths.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from mjml import mjml2html

_INCLUDE = re.compile(r'<mj-include path="([a-z_/.]+)" />|{% include "([a-z_/.]+)" %}')
_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Words:
    """One e-mail in its three parts."""

    subject: str
    text: str
    html: str


class Stationery:
    """The folder of mail templates. A fact that a template names and nobody gave is an error."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._plain = Environment(
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # noqa: S701 (plain text: escaping would show as &amp;)
        )
        self._html = Environment(undefined=StrictUndefined, autoescape=True)
        self._templates = cache(self._compile)

    def write(self, name: str, facts: Mapping[str, Any]) -> Words:
        """The e-mail of that folder, filled with the facts."""
        subject, text, html = self._templates(name)
        line = " ".join(subject.render(facts).split())
        body = _EMPTY_LINES.sub("\n\n", text.render(facts)).strip()
        return Words(line, body + "\n", html.render(facts, subject=line))

    def _compile(self, name: str) -> tuple[Template, Template, Template]:
        # No font is fetched from anywhere: `fonts` is what MJML would link to.
        html = mjml2html(self._whole(f"{name}/body.mjml"), fonts={}, disable_comments=True)
        return (
            self._plain.from_string(self._whole(f"{name}/subject.txt")),
            self._plain.from_string(self._whole(f"{name}/body.txt")),
            self._html.from_string(html),
        )

    def _whole(self, path: str) -> str:
        """A template with its parts put in."""
        return _INCLUDE.sub(lambda found: self._whole(found[1] or found[2]), self._read(path))

    def _read(self, path: str) -> str:
        return (self._folder / path).read_text("utf-8")
