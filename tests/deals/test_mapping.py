"""What a person may tell us about a file."""

import pytest

from survey.deals.mapping import ColumnsNotKnown, Mapping, MappingNotUsable, columns_of
from survey.deals.types import Outcome

EVERYTHING = """
[columns]
deal_id = "opportunity_id"

[outcomes]
"Closed Won" = "won"
"*" = "open"

[formats]
date = "%d-%m-%y"
decimal = ","
encoding = "cp1252"
delimiter = ";"

[defaults]
currency = "EUR"
"""


def test_mapping_is_read() -> None:
    mapping = Mapping.read(EVERYTHING)

    assert mapping == Mapping(
        columns={"deal_id": "opportunity_id"},
        outcomes={"closedwon": Outcome.WON},
        other_outcomes=Outcome.OPEN,
        date_format="%d-%m-%y",
        decimal=",",
        encoding="cp1252",
        delimiter=";",
        defaults={"currency": "EUR"},
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("columns = [", "is not TOML"),
        ("columns = 1", r"\[columns\] holds lines"),
        ("[columns]\ndeal_id = 1", r"\[columns\] holds lines"),
        ("[colums]\ndeal_id = 'x'", "unknown section: “colums”"),
        ("[columns]\ndealid = 'x'", "unknown field in .columns.: “dealid”"),
        ("[formats]\ndates = 'x'", "unknown key in .formats.: “dates”"),
        ("[defaults]\nmoney = 'x'", "unknown field in .defaults.: “money”"),
        ("[outcomes]\nLost = 'gone'", "“Lost” into “gone”"),
        ("[formats]\ndate = '%d/%m'", "day, month and year"),
        ("[formats]\ndate = '%Q'", "day, month and year"),
        ("[formats]\ndecimal = ';'", "decimal is ',' or '.'"),
        ("[formats]\ndelimiter = 'x'", "delimiter is"),
    ],
)
def test_mapping_that_cannot_be_followed_is_refused(text: str, reason: str) -> None:
    with pytest.raises(MappingNotUsable, match=reason):
        Mapping.read(text)


def test_headers_match_without_case_spaces_and_underscores() -> None:
    header = ("Deal ID", "ACCOUNT", "outcome", "ClosedOn", "notes", "")

    places = columns_of(header, Mapping(), file="deals.csv")

    assert places == {"deal_id": 0, "account": 1, "outcome": 2, "closed_on": 3}


def test_mapped_column_comes_before_a_known_one() -> None:
    mapping = Mapping(columns={"outcome": "Result"})

    places = columns_of(("deal_id", "account", "outcome", "Result"), mapping, file="deals.csv")

    assert places["outcome"] == 3


@pytest.mark.parametrize(
    ("header", "mapping", "reason"),
    [
        (("a", "b"), Mapping(), "no column for deal_id, account, outcome"),
        (("1", "2", "3"), Mapping(), "no column for deal_id"),
        (("deal_id", "account", "outcome", "Deal Id"), Mapping(), "2 columns called “deal_id”"),
        (
            ("deal_id", "account", "outcome"),
            Mapping(columns={"amount": "Value"}),
            "no column “Value”, which the mapping names for amount",
        ),
    ],
)
def test_columns_that_do_not_suffice_are_refused(
    header: tuple[str, ...], mapping: Mapping, reason: str
) -> None:
    with pytest.raises(ColumnsNotKnown, match=reason):
        columns_of(header, mapping, file="deals.csv")
