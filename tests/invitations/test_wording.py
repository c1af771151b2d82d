"""A campaign's own words: what may stand in them, and how they are filled. No database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.deals.types import Outcome
from survey.invitations.rules.wording import (
    FIELDS,
    check_words,
    filled,
    own_part,
    paragraphs,
    shipped,
    words_for,
)
from survey.invitations.types import MailKind, MailWords

INVITATION, REMINDER = MailKind.INVITATION, MailKind.REMINDER
KNOWN = (
    "{first_name}, {product}, {when}, {seller_name}, {company}, {sender_name}, {sender_role},"
    " {phone} and {promise}"
)
OUTCOMES = (Outcome.LOST, Outcome.NO_DECISION, Outcome.WON)
JANE = {
    "first_name": "Jane",
    "product": "Atlas",
    "when": "in June",
    "seller_name": "Sam Okafor",
    "promise": "Nobody will try to change your mind.",
}


def problem_of(text: str, kind: MailKind = INVITATION) -> str:
    return check_words(MailWords("", text), kind=kind).get("body", "")


@pytest.mark.parametrize("kind", [INVITATION, REMINDER])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_our_own_words_pass_our_own_check(kind: MailKind, outcome: Outcome):
    assert check_words(shipped(kind, outcome), kind=kind) == {}


@pytest.mark.parametrize(
    "unknown", ["{prodcut}", "{deal}", "{amount}", "{}", "{ product }", "{product.name}", "{0}"]
)
def test_an_unknown_field_is_named_with_the_known_ones(unknown: str):
    assert problem_of(f"About {unknown} now") == (
        f"“{unknown}” is no field. The fields are {KNOWN}."
    )


@pytest.mark.parametrize(
    "text", ["{product", "product}", "{{product}}", "a } b", "{pro\nduct}", "{%if%}}"]
)
def test_a_stray_brace_is_refused(text: str):
    assert "no field" in problem_of(text) or "stands alone" in problem_of(text)


def test_the_moment_of_the_first_mail_is_known_to_reminders_only():
    assert "no field" in problem_of("{asked_when} I asked.")
    assert problem_of("{asked_when} I asked.", REMINDER) == ""


@pytest.mark.parametrize("text", ["See https://x.example", "HTTP://x.example", "www.x.example"])
def test_links_are_left_to_the_mail(text: str):
    assert "Leave links out" in problem_of(text)


def test_a_subject_is_one_short_line_without_the_promise():
    def refused(subject: str) -> str:
        return check_words(MailWords(subject, ""), kind=INVITATION).get("subject", "")

    assert refused("One\nTwo") == "A subject is one line."
    assert refused("a" * 151) == "A subject takes up to 150 letters."
    assert refused("{promise}") == "The promise stands in the text, not in the subject."
    assert refused("About {product}") == ""


def test_fields_are_put_in():
    assert filled("Hello {first_name}, about {product}", JANE) == "Hello Jane, about Atlas"


def test_a_name_nobody_knows_takes_its_comma_or_with_along():
    nobody = JANE | {"first_name": "", "seller_name": ""}

    assert filled("Hello {first_name},", nobody) == "Hello,"
    assert filled("Dear buyer, {first_name}!", nobody) == "Dear buyer!"
    assert filled("at {product} with {seller_name} {when}.", nobody) == "at Atlas in June."


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=30))
def test_what_is_put_in_is_never_read_again(name: str, tail: str):
    value = f"{{{name}}}{{company}}{tail}"

    assert filled(f"<{{{name}}}>", {"company": "Northwind", name: value}) == f"<{value}>"


def test_the_promise_cannot_be_left_out():
    assert paragraphs("Hello {first_name},\n\nPlease tell us.", JANE) == [
        ["Hello Jane,"],
        ["Please tell us."],
        ["Nobody will try to change your mind."],
    ]
    assert paragraphs("{promise} Please tell us.", JANE) == [
        ["Nobody will try to change your mind. Please tell us."]
    ]


def test_paragraphs_are_the_same_with_a_browsers_line_ends():
    assert paragraphs("One\r\n\r\nTwo\r\n{promise}", JANE) == [
        ["One"],
        ["Two", "Nobody will try to change your mind."],
    ]


def test_lines_and_paragraphs_stay_and_empty_ones_go():
    assert paragraphs("One\nTwo\n  \n\n\nThree\r\n\r\n{phone}", JANE) == [
        ["One", "Two"],
        ["Three"],
        ["Nobody will try to change your mind."],
    ]


def test_what_equals_ours_stays_ours():
    ours = shipped(INVITATION, Outcome.LOST)
    written = MailWords(f" {ours.subject} ", ours.body.replace("\n", "\r\n") + "\n")

    kept = own_part(written, kind=INVITATION, asked_as=Outcome.LOST)

    assert kept == MailWords("", "")
    assert words_for(kept, kind=INVITATION, asked_as=Outcome.LOST) == ours
