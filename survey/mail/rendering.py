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

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from mjml import mjml2html

_INCLUDE = re.compile(r'<mj-include path="([a-z_/.]+)" />')
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
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # noqa: S701 (plain text: escaping would show as &amp;)
        )
        self._html = Environment(undefined=StrictUndefined, autoescape=True)
        self._compiled = cache(self._compile)

    def write(self, name: str, facts: Mapping[str, Any]) -> Words:
        """The e-mail of that folder, filled with the facts."""
        subject = " ".join(self._plain.get_template(f"{name}/subject.txt").render(facts).split())
        text = self._plain.get_template(f"{name}/body.txt").render(facts)
        html = self._compiled(name).render(facts, subject=subject)
        return Words(subject, _EMPTY_LINES.sub("\n\n", text).strip() + "\n", html)

    def _compile(self, name: str) -> Template:
        source = _INCLUDE.sub(self._part, self._read(f"{name}/body.mjml"))
        # No font is fetched from anywhere: `fonts` is what MJML would link to.
        return self._html.from_string(mjml2html(source, fonts={}, disable_comments=True))

    def _part(self, found: re.Match[str]) -> str:
        return self._read(found[1])

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text("utf-8")
