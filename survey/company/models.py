"""The one company this installation serves, and its rule for each country."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.kit.db import Base, EmailAddress, Name


class Company(Base):
    """The settings that are edited in the pages: always exactly one row, number 1."""

    __tablename__ = "company"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("anonymity_threshold >= 3", name="anonymity_threshold_floor"),
        CheckConstraint("grey_threshold >= 1", name="grey_threshold_positive"),
        CheckConstraint("retention_months >= 1", name="retention_months_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name: Mapped[Name]
    time_zone: Mapped[str] = mapped_column(String(64))
    """An IANA name. Months, quiet hours and report dates follow it."""
    postal_address: Mapped[str] = mapped_column(Text, default="")
    privacy_contact: Mapped[EmailAddress | None]
    """The address a buyer may write to about their data."""
    brand_colour: Mapped[str] = mapped_column(String(7), default="#1f5f5b")
    anonymity_threshold: Mapped[int] = mapped_column(default=5)
    """How many "only in totals" answers a closed quarter needs before any of them counts."""
    grey_threshold: Mapped[int] = mapped_column(default=5)
    """Below this many answers a rate is grey and shown without a percentage."""
    retention_months: Mapped[int] = mapped_column(default=24)
    asks_unknown_countries: Mapped[bool] = mapped_column(default=False)
    """Whether people are asked whose country nobody knows, while some countries may not be."""
    changed_at: Mapped[datetime]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its months and days are counted."""
        return ZoneInfo(self.time_zone)


class CountryRule(Base):
    """Whether people in a country may be asked by e-mail, and on what ground."""

    __tablename__ = "country_rule"
    __table_args__ = (CheckConstraint("NOT may_ask OR basis <> ''", name="basis_set_when_may_ask"),)

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    """ISO 3166-1 alpha-2. A country without a row may be asked."""
    may_ask: Mapped[bool]
    basis: Mapped[str] = mapped_column(Text, default="")
    """Why asking is allowed there, in the words of the person who says so."""
    changed_at: Mapped[datetime]
