"""Drawings that a strict page may hold."""

from typing import Any
from xml.etree import ElementTree

import pytest

from survey.kit.charts import INK, draw, link

SVG = "{http://www.w3.org/2000/svg}"


def bars(*rows: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": list(rows)},
        "mark": {"type": "bar", "color": INK["lost"], "cornerRadius": 3},
        "encoding": {
            "y": {"field": "reason", "type": "nominal"},
            "x": {"field": "deals", "type": "quantitative"},
            "href": {"field": "address"},
            "description": {"field": "words"},
        },
    }


PRICE = {
    "reason": 'Price & "worth" <b>',
    "deals": 6,
    "address": link("/feedback?outcome=lost&reason=PRI-01"),
    "words": 'Price & "worth" <b>: 6 of 9',
}


def read(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 (drawn a moment ago)


def drawn(**changes: str) -> ElementTree.Element:
    words = {"title": "Why we lost", "description": "Deals per reason."} | changes
    return read(draw(bars(PRICE), **words))


def test_drawing_is_a_named_and_described_group() -> None:
    root = drawn(title='Lost & "found" \\1 <i>')

    described = root.find(f"{SVG}desc")
    assert root.get("role") == "group"
    assert root.get("aria-label") == 'Lost & "found" \\1 <i>'
    assert described is not None
    assert root.get("aria-describedby") == described.get("id")
    assert described.text == "Deals per reason."


def test_drawing_links_to_our_own_pages_by_name() -> None:
    (bar,) = drawn().iter(f"{SVG}a")

    tooltip = bar.find(f"{SVG}title")
    assert bar.attrib == {
        "href": "/feedback?outcome=lost&reason=PRI-01",
        "aria-label": 'Price & "worth" <b>: 6 of 9',
    }
    assert tooltip is not None
    assert tooltip.text == bar.get("aria-label")


def test_drawing_holds_no_style_no_script_and_no_foreign_address() -> None:
    text = draw(bars(PRICE), title="Why we lost", description="Deals per reason.")

    addresses = [
        value
        for element in read(text).iter()
        for value in element.attrib.values()
        if "://" in value
    ]
    assert addresses == []
    assert "style=" not in text
    assert "<script" not in text
    assert "var(--chart-lost, #b4432f)" in text


def test_drawing_fetches_nothing_even_when_a_spec_asks() -> None:
    spec = bars(PRICE) | {"data": {"url": "http://127.0.0.1:9/rows.json"}}

    with pytest.raises(ValueError, match="External data url not allowed"):
        draw(spec, title="Why we lost", description="Deals per reason.")


def test_drawings_on_one_page_share_no_ids() -> None:
    ids = [
        element.get("id")
        for title in ("Why we lost", "Why we won")
        for element in drawn(title=title).iter()
        if element.get("id")
    ]

    assert len(ids) == len(set(ids))
