"""What a page says: its tables and its lists of terms, in words as a reader sees them."""

from xml.etree.ElementTree import Element

from tests.hostile import parsed

Table = tuple[str, list[list[str]]]
"""The caption, and the words of each row, that of the heads first."""


def tables_on(html: str) -> list[Table]:
    found = []
    for table in parsed(html).iter("table"):
        (caption,) = table.iter("caption")
        rows = [[_words(cell) for cell in row] for row in table.iter("tr")]
        found.append((_words(caption), rows))
    return found


def terms_on(html: str) -> list[list[str]]:
    """The words of each list of terms: term, description, description, …"""
    lists = parsed(html).iter("dl")
    return [[_words(each) for each in found.iter() if each.tag in {"dt", "dd"}] for found in lists]


def words_in(html: str, tag: str, name: str) -> list[str]:
    """The words of each element of that class."""
    elements = parsed(html).iter(tag)
    return [_words(each) for each in elements if name in each.get("class", "").split()]


def drawings_on(html: str) -> list[str]:
    """The words of each piece of text that is drawn or told of a drawing."""
    return [
        _words(each)
        for drawing in parsed(html).iter("svg")
        for each in drawing.iter()
        if each.tag in {"text", "title"}
    ]


def _words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
