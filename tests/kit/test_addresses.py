"""E-mail addresses that a mail program can reach."""

from xml.etree import ElementTree

import pytest
from email_validator import EmailNotValidError, validate_email

from survey.kit.addresses import NotAnAddress, read_address
from tests.others import at_hand


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Sam.Jansen@Koe.Example ", "sam.jansen@koe.example"),
        ("o'brien+news@mail.koe.co.uk", "o'brien+news@mail.koe.co.uk"),
        ("sam@müller.example", "sam@xn--mller-kva.example"),
        ("sam@koe.test", "sam@koe.test"),
    ],
)
def test_address_is_read(text: str, address: str) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "sam", "@koe.example", "sam@", "sam@koe", "sam@koe..example", ".sam@koe.example",
        "sam@koe.example, kim@koe.example", "Sam <sam@koe.example>", '"sam jansen"@koe.example',
        "sam@[127.0.0.1]", "sam@127.0.0.1", "sam@-koe.example", "sam@koe.local", "sam@localhost",
        "sam@koe.invalid", "säm@koe.example", "sam@koe.example\nBcc: x@y.example",
        "s" * 65 + "@koe.example", "sam@" + "k" * 64 + ".example",
        "sam@" + ".".join(["koe"] * 70) + ".example",
    ],
)  # fmt: skip
def test_address_that_no_mail_reaches_is_refused(text: str) -> None:
    with pytest.raises(NotAnAddress):
        read_address(text)


def test_address_that_is_taken_is_right_by_the_library_too() -> None:
    cases = ElementTree.parse(at_hand("email/isemail_tests.xml")).getroot()  # noqa: S314 (a test's own file)
    taken = []
    for case in cases.iter("address"):
        try:
            taken.append(read_address(case.text or ""))
        except NotAnAddress:
            continue

    assert len(taken) > 10
    for address in taken:
        try:
            validate_email(address, check_deliverability=False, test_environment=True)
        except EmailNotValidError as error:
            pytest.fail(f"{address}: {error}")
