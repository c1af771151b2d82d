"""The demo's hand-written answers are answers that our questionnaires take."""

from datetime import UTC, datetime
from typing import Any

import pytest

from survey.cli.demo.answers import SCRIPTS, Asked, given, scripts, who_answers
from survey.kit.clock import Month
from survey.questionnaires.documents import read_document, shipped_document
from survey.questionnaires.rules import check_answers, prune

SENT = datetime(2026, 10, 6, 9, 0, tzinfo=UTC)
_TEXTS = ("different", "more", "well", "nearly", "better", "about_text", "about_what")
_ALL = [(outcome, script) for outcome in SCRIPTS for script in scripts(outcome)]


@pytest.mark.parametrize(("outcome", "script"), _ALL)
def test_script_is_taken_whole(outcome: str, script: dict[str, Any]) -> None:
    document = read_document(shipped_document("won" if outcome == "won" else "not_won"), outcome)

    answers = given(script, Month(2026, 11))

    assert check_answers(document, answers) == []
    assert prune(document, answers) == answers


def test_verbatims_are_many_and_distinct() -> None:
    texts = [script[name] for _, script in _ALL for name in _TEXTS if script.get(name)]

    assert len(set(texts)) >= 110
    assert len(set(texts)) == len(texts)


def test_script_finds_a_deal_with_its_competitor() -> None:
    asked = [
        Asked(number, SENT, "lost", "Fernhill Stock", rival, "Benelux")
        for number, rival in enumerate(["Orvano", "Nimbria", ""])
    ]

    pairs = who_answers(asked)

    assert {(one.rival, script.get("rival")) for one, script in pairs} <= {
        ("Orvano", "Orvano"),
        ("Nimbria", "Nimbria"),
        *(("", script.get("rival")) for script in scripts("lost")),
    }


def test_same_invitations_get_the_same_answers() -> None:
    asked = [Asked(n, SENT, "won", "Fernhill Rota", "", "Benelux") for n in range(20)]

    assert who_answers(asked) == who_answers(reversed(asked))
