"""The filters offer what our deals hold."""

from sqlalchemy.orm import Session

from survey.insights.queries.choices import filter_choices, has_deals
from tests.factories import (
    make_alternative,
    make_competitor,
    make_deal,
    make_team,
    make_user,
)


def test_filters_offer_only_what_deals_hold(session: Session) -> None:
    team, acme = make_team(session, name="North"), make_competitor(session, name="Acme")
    make_team(session, name="Nobody sells here")
    make_competitor(session, name="Nobody met them")
    seller = make_user(session, name="Robin Vos", team=team)
    make_user(session, name="Never sold")
    deal = make_deal(session, seller=seller, region="Nordics", product="", segment="Small")
    make_alternative(session, deal=deal, competitor=acme)

    assert filter_choices(session) == {
        "competitor": {acme.public_id: "Acme"},
        "product": {},
        "region": {"Nordics": "Nordics"},
        "segment": {"Small": "Small"},
        "team": {"North": "North"},
        "seller": {seller.public_id: "Robin Vos"},
    }


def test_first_deal_is_noticed(session: Session) -> None:
    assert not has_deals(session)
    make_deal(session)
    assert has_deals(session)
