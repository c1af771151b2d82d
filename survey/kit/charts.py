"""Chart specs in, SVG out: drawn on the server, without scripts, styles or foreign requests.

Colours are CSS variables with a fallback, so that a page may turn dark and a saved file still has
colours. A page shows the numbers in a table beside every drawing; the drawing itself is a group
of links, each with a name of its own.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

# The renderer makes every link absolute; this host never exists (RFC 2606) and is cut off again.
_HERE = "https://here.invalid"
_SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"

ElementTree.register_namespace("", _SVG)

INK: Mapping[str, str] = {
    "won": "var(--chart-won, #1f7a5c)",
    "lost": "var(--chart-lost, #b4432f)",
    "no_decision": "var(--chart-none, #8a6a1c)",
    "first": "var(--chart-first, #3557a5)",
    "second": "var(--chart-second, #9aaedb)",
    "quiet": "var(--chart-quiet, #a9aeb8)",
    "text": "var(--chart-text, #2b303b)",
    "muted": "var(--chart-muted, #626a79)",
    "line": "var(--chart-line, #dfe3ea)",
    "paper": "var(--chart-paper, #ffffff)",
}

_LOOK: Mapping[str, Any] = {
    "background": None,
    "font": "system-ui, sans-serif",
    "padding": {"left": 0, "right": 2, "top": 2, "bottom": 4},
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "gridColor": INK["line"],
        "labelColor": INK["text"],
        "labelFontSize": 13,
        "labelPadding": 8,
        "titleColor": INK["muted"],
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "legend": {"labelColor": INK["text"], "labelFontSize": 13, "titleColor": INK["muted"]},
    "text": {"color": INK["text"], "fontSize": 13},
}


def link(address: str) -> str:
    """An address of our own (“/feedback?…”), as a spec must hold it to survive drawing."""
    return _HERE + address


def draw(spec: Mapping[str, Any], *, title: str, description: str) -> str:
    """A Vega-Lite spec as one `<svg>` element for a page. Equal specs are drawn once.

    `title` names the drawing for a screen reader, `description` says what it shows. Marks with a
    link need a `description` channel: it becomes the link's name.
    """
    return _drawn(json.dumps(spec, sort_keys=True), title, description)


@lru_cache(maxsize=512)
def _drawn(spec: str, title: str, description: str) -> str:
    import vl_convert  # slow import: starts a JavaScript engine

    svg: str = vl_convert.vegalite_to_svg(
        spec,
        config=dict(_LOOK),
        # The specs carry their own values: nothing is ever fetched.
        allowed_base_urls=[],
    )
    digest = hashlib.sha256("\0".join((spec, title, description)).encode()).hexdigest()[:12]
    root = ElementTree.fromstring(svg)  # noqa: S314 (our own renderer's words, not a stranger's)
    _name_links(root)
    _name_ids(root, f"chart-{digest}")
    _name_drawing(root, title, description, f"chart-{digest}")
    return ElementTree.tostring(root, encoding="unicode")


def _name_links(root: Element) -> None:
    """Each link gets its mark's name; the renderer's other names are for machines and go.

    A mark without an address is drawn as a link to nowhere by the renderer: that is none.
    """
    for link_ in list(root.iter(f"{{{_SVG}}}a")):
        if not link_.attrib[_LINK].startswith(_HERE):
            link_.tag, link_.attrib = f"{{{_SVG}}}g", {}
            continue
        name = next(
            (mark.attrib["aria-label"] for mark in link_ if "aria-label" in mark.attrib), ""
        )
        link_.attrib = {"href": link_.attrib[_LINK].removeprefix(_HERE), "data-name": name}
    for element in root.iter():
        for attribute in [key for key in element.attrib if key == "role" or "aria-" in key]:
            del element.attrib[attribute]
    for link_ in root.iter(f"{{{_SVG}}}a"):
        name = link_.attrib.pop("data-name")
        link_.set("aria-label", name)
        tooltip = Element(f"{{{_SVG}}}title")
        tooltip.text = name
        link_.insert(0, tooltip)


def _name_ids(root: Element, prefix: str) -> None:
    """Two drawings on one page may not share ids (`clip1`)."""
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if attribute == "id":
                element.set("id", f"{prefix}-{value}")
            elif value.startswith("url(#"):
                element.set(attribute, f"url(#{prefix}-{value[5:]}")


def _name_drawing(root: Element, title: str, description: str, identity: str) -> None:
    # A group, not an image: an image's links would be hidden from a screen reader.
    root.attrib.update(
        {"class": "chart", "role": "group", "aria-label": title, "aria-describedby": identity}
    )
    told = Element(f"{{{_SVG}}}desc", {"id": identity})
    told.text = description
    root.insert(0, told)
