"""What to look for among the deals; it stands in the address."""

from collections.abc import Iterable, Mapping

from wtforms import DateField, HiddenField, SearchField, SelectField
from wtforms.validators import AnyOf, Length, Optional

from survey.deals.types import DealSearch, DealSort, Outcome
from survey.team.models import User
from survey.web.shared.forms import SelectChoice, StaffForm, no_control_characters, stripped

OUTCOME_WORDS = {
    Outcome.WON: "Won",
    Outcome.LOST: "Lost",
    Outcome.NO_DECISION: "No decision",
    Outcome.OPEN: "Open",
}
_ALL = {"": "All"}
_LONGEST = 200
_SORTS = [f"{way}{sort.value}" for sort in DealSort for way in ("", "-")]


def _options(words: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(sent, shown) for sent, shown in words.items()]


class SearchForm(StaffForm):
    """Search, filters and order of the list. What cannot be read is left out."""

    class Meta:
        csrf = False

    find = SearchField(
        "Search",
        filters=[stripped],
        validators=[Length(max=_LONGEST), no_control_characters],
    )
    outcome = SelectField(
        "Outcome",
        filters=[stripped],
        choices=_options(_ALL | {each.value: words for each, words in OUTCOME_WORDS.items()}),
    )
    product = SelectField("Product", validate_choice=False)
    region = SelectField("Region", validate_choice=False)
    seller = SelectField("Seller", validate_choice=False)
    closed_from = DateField("Closed from", validators=[Optional()])
    closed_to = DateField("Closed to", validators=[Optional()])
    sort = HiddenField(filters=[stripped], validators=[Optional(), AnyOf(_SORTS)])

    def offer(
        self, *, products: Iterable[str], regions: Iterable[str], sellers: Iterable[User]
    ) -> None:
        """Fill the menus."""
        self.product.choices = _options(_ALL | {name: name for name in products})
        self.region.choices = _options(_ALL | {name: name for name in regions})
        self.seller.choices = _options(_ALL | {user.public_id: user.name for user in sellers})

    def search(self, *, seller_id: int | None) -> DealSearch:
        """What is looked for, as far as it could be read."""
        good = {
            name: field.data
            for name, field in self._fields.items()
            if field.data and not field.errors
        }
        sort = good.get("sort", DealSort.CLOSED.value)
        return DealSearch(
            words=good.get("find", ""),
            outcome=Outcome(good["outcome"]) if "outcome" in good else None,
            product=good.get("product", ""),
            region=good.get("region", ""),
            seller_id=seller_id,
            closed_from=good.get("closed_from"),
            closed_to=good.get("closed_to"),
            sort=DealSort(sort.removeprefix("-")),
            is_reversed=sort.startswith("-"),
        )
