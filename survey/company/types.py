"""The company's settings as one value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CompanySettings:
    """Everything the page Settings can change."""

    name: str
    time_zone: str
    postal_address: str
    privacy_contact: str | None
    brand_colour: str
    anonymity_threshold: int
    grey_threshold: int
    retention_months: int
    asks_unknown_countries: bool = False
