"""Which answers are vague enough to ask once more."""

import pytest

from survey.questionnaires.vague import is_vague


@pytest.mark.parametrize(
    "text",
    [
        "too expensive",
        "Too expensive!",
        "price",
        "It was the price.",
        "better features",
        "The timing wasn't right",
        "budget and timing",
        "internal reasons",
        "other priorities",
    ],
)
def test_general_words_are_vague(text):
    assert is_vague(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "nothing",
        "No.",
        "n/a",
        "-",
        "20% cheaper",
        "A connector for our ERP",
        "SAP",
        "half the price",
        "Price was fine but the pilot stalled and nobody called us back",
        "better better better better better better better",
        "太贵了",
        "🙂",
    ],
)
def test_figures_names_and_plain_nos_are_not_vague(text):
    assert not is_vague(text)
