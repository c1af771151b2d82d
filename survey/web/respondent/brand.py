"""The company's colour on the buyer's pages, toned until it can be read in light and in dark."""

from dataclasses import dataclass

WHITE = "#ffffff"
BLACK = "#000000"
_LIGHT_SHEET = "#f7f2ea"
_DARK_SHEET = "#2a2621"
_READABLE = 4.6
"""A little more than the 4.5 that WCAG 2.2 (1.4.3) asks of text, for rounding."""
_STEP = 0.05
_DARK_PART = 0.04045


@dataclass(frozen=True, slots=True)
class Tone:
    """A colour for buttons and links, and the colour of words upon it."""

    colour: str
    on_colour: str


def tone(colour: str, *, is_dark: bool) -> Tone:
    """The colour, moved towards black or white only as far as reading needs it."""
    sheet, towards = (_DARK_SHEET, WHITE) if is_dark else (_LIGHT_SHEET, BLACK)
    share, toned = 0.0, colour
    while contrast(toned, sheet) < _READABLE:
        share += _STEP
        toned = _mixed(colour, towards, min(share, 1.0))
    return Tone(toned, max((WHITE, BLACK), key=lambda words: contrast(words, toned)))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= _DARK_PART else ((part + 0.055) / 1.055) ** 2.4)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mixed(colour: str, other: str, share: float) -> str:
    parts = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(own + (far - own) * share):02x}" for own, far in parts)


def style_sheet(colour: str) -> str:
    """The custom properties that `respondent.css` paints with."""
    light, dark = tone(colour, is_dark=False), tone(colour, is_dark=True)
    return (
        f":root{{{_properties(light)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{_properties(dark)}}}}}"
    )


def _properties(tone: Tone) -> str:
    return f"--brand:{tone.colour};--on-brand:{tone.on_colour}"
