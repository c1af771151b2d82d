"""Rendering one invitation: MJML compiled once, against plain Jinja2 on the same HTML.

    python -m benchmarks.render [--mails 2000]

The bar is a ratio of 0.8. Both render the same HTML; ours also renders subject and text, which is
told apart, because plain Jinja2 would have to render them too.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from mjml import mjml2html

from survey.config import shipped_folder
from survey.kit.memory import look_for_cycles_seldom
from survey.mail.rendering import Stationery

BAR = 0.8
_FACTS = {
    "company": "Northwind",
    "colour": "#1f5f5b",
    "postal_address": "Kade 12, 1011 AB Amsterdam",
    "privacy_url": "https://survey.northwind.example/privacy",
    "opt_out_url": "https://survey.northwind.example/o/token",
    "choices": [
        {"label": f"Choice {n}", "href": f"https://survey.northwind.example/s/token?choice={n}"}
        for n in range(8)
    ],
    "question": "What weighed most in your decision?",
    "own_subject": "Your Atlas decision",
    "paragraphs": [
        ["Dear Jane,"],
        ["You looked at Atlas recently and decided not to go ahead with us."],
        ["What weighed most? One press begins, and two minutes are enough."],
    ],
    "reason": "you were in touch with Northwind about Atlas",
    "promise": "You will get one reminder at most.",
    "sender_name": "Noor de Wit",
    "sender_role": "Head of Research",
    "phone": "",
    "reads_every_answer": True,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=2000)
    mails = parser.parse_args().mails
    stationery = Stationery(shipped_folder("templates") / "mail")
    plain = _plain()
    ours = _rate(lambda: stationery.write("invitation", _FACTS), mails)
    bare = _rate(plain, mails)
    print(f"plain Jinja2, three parts: {bare:7.0f} mails/s")
    print(f"as mails are written:      {ours:7.0f} mails/s")
    print(f"ratio {ours / bare:.2f} (bar {BAR})")


def _plain() -> Callable[[], object]:
    """The same three parts, each a plain Jinja2 template that was put together beforehand."""
    folder = shipped_folder("templates") / "mail"
    texts = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    pages = Environment(undefined=StrictUndefined, autoescape=True)
    subject = texts.from_string(_whole(folder, "invitation/subject.txt"))
    body = texts.from_string(_whole(folder, "invitation/body.txt"))
    html = pages.from_string(mjml2html(_whole(folder, "invitation/body.mjml")))
    return lambda: (
        subject.render(_FACTS),
        body.render(_FACTS),
        html.render(_FACTS, subject="Your Atlas decision"),
    )


def _whole(folder: Path, name: str) -> str:
    source = (folder / name).read_text("utf-8")
    for part in (folder / "parts").iterdir():
        words = part.read_text("utf-8")
        source = source.replace(f'<mj-include path="parts/{part.name}" />', words)
        source = source.replace(f'{{% include "parts/{part.name}" %}}', words)
    return source


def _rate(write: Callable[[], object], mails: int) -> float:
    write()
    started = time.perf_counter()
    for _ in range(mails):
        write()
    return mails / (time.perf_counter() - started)


if __name__ == "__main__":
    look_for_cycles_seldom()
    main()
