"""Countries by code or name."""

import pytest

from survey.kit.countries import NotACountry, country_of_address, name_of, read_country


@pytest.mark.parametrize(
    ("text", "code"),
    [("de", "DE"), (" Germany ", "DE"), ("USA", "US"), ("united kingdom", "GB"), ("Türkiye", "TR")],
)
def test_country_is_read(text: str, code: str) -> None:
    assert read_country(text) == code


@pytest.mark.parametrize("text", ["", "ZZ", "Atlantis", "D"])
def test_country_nobody_knows_is_refused(text: str) -> None:
    with pytest.raises(NotACountry):
        read_country(text)


def test_country_has_an_english_name() -> None:
    assert (name_of("GB"), name_of("ZZ")) == ("United Kingdom", "ZZ")


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("ada@buyer.de", "DE"),
        ("ada@mail.buyer.co.uk", "GB"),
        ("ada@BUYER.FR", "FR"),
        ("ada@buyer.com", None),
        ("ada@buyer.io", None),
        ("ada@buyer.eu", None),
        ("ada@localhost", None),
    ],
)
def test_end_of_an_address_names_its_country(address: str, country: str | None) -> None:
    assert country_of_address(address) == country
