"""The company's colour, readable whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.web.respondent import brand
from tests.pages import CheckingClient

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # Worked examples of contrast ratios: webaim.org/resources/contrastchecker
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#0000ff", "#ffffff", 8.59)],
)
def test_contrast_is_wcag_s(one: str, other: str, ratio: float) -> None:
    assert brand.contrast(one, other) == pytest.approx(ratio, abs=0.005)


@given(COLOURS, st.booleans())
def test_tone_can_be_read_on_the_sheet_and_be_written_on(colour: str, is_dark: bool) -> None:
    tone = brand.tone(colour, is_dark=is_dark)

    assert brand.contrast(tone.colour, "#2a2621" if is_dark else "#f7f2ea") >= 4.5
    assert brand.contrast(tone.colour, tone.on_colour) >= 4.5


def test_tone_leaves_a_readable_colour_as_it_is() -> None:
    assert brand.tone("#1f5f5b", is_dark=False) == brand.Tone("#1f5f5b", "#ffffff")


def test_brand_style_is_kept_by_browsers(client: CheckingClient) -> None:
    style = client.get("/brand/1f5f5b.css")

    assert style.mimetype == "text/css"
    assert ":root{--brand:#1f5f5b;--on-brand:#ffffff}" in style.text
    assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("colour", ["red", "1f5f5", "1f5f5b}body{", "1F5F5B"])
def test_brand_style_takes_colours_only(client: CheckingClient, colour: str) -> None:
    assert client.get(f"/brand/{colour}.css").status_code == 404
