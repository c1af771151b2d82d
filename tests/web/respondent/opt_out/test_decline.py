"""Not this time, somebody else, or to be forgotten: one press each, and none by a machine."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.invitations.models import ErasureRequest, Invitation, Referral
from survey.invitations.types import DeclineReason, ReferralState
from survey.kit import clock
from survey.mail.models import Suppression
from survey.responses.models import PageVisit
from survey.responses.types import Door
from tests.factories.asked import make_asked
from tests.pages import CheckingClient

Press = Callable[..., str]
OUT = "/o/out-answer-token"
QUICK = "Mail programs press buttons too"


@pytest.mark.parametrize("reason", ["not_involved", "no_time", "left_company"])
def test_one_press_declines_and_opts_nobody_out(
    client: CheckingClient, session: Session, reason: str
) -> None:
    invitation = make_asked(session)

    for _ in range(2):
        page = client.post(f"{OUT}/decline", data={"reason": reason})

    assert page.status_code == 200
    assert "We will not write to you about this decision again." in page.text
    assert invitation.decline_reason is DeclineReason(reason)
    assert invitation.declined_at is not None
    assert session.scalars(select(Suppression)).all() == []


def test_a_reason_that_is_none_of_ours_declines_nothing(
    client: CheckingClient, session: Session
) -> None:
    invitation = make_asked(session)

    page = client.post(f"{OUT}/decline", data={"reason": "ask_colleague"})

    assert page.status_code == 303
    assert invitation.declined_at is None


def test_who_declined_may_still_answer(client: CheckingClient, session: Session) -> None:
    make_asked(session)
    client.post(f"{OUT}/decline", data={"reason": "no_time"})

    assert client.get("/s/answer-token").status_code == 200


def test_a_colleague_waits_for_a_person_of_ours(client: CheckingClient, session: Session) -> None:
    invitation = make_asked(session)
    named = {"name": "Mila Jansen", "email": " Mila@Buyer.example "}

    page = client.post(f"{OUT}/colleague", data=named)

    assert "Noor de Wit looks at it before anybody is asked." in page.text
    referral = session.scalars(select(Referral)).one()
    assert (referral.name, referral.email) == ("Mila Jansen", "mila@buyer.example")
    assert referral.state is ReferralState.WAITING
    assert invitation.decline_reason is DeclineReason.ASK_COLLEAGUE


def test_a_colleague_named_again_takes_the_place_of_the_first(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    for email in ("mila@buyer.example", "piet@buyer.example"):
        client.post(f"{OUT}/colleague", data={"name": "", "email": email})

    assert session.scalars(select(Referral.email)).all() == ["piet@buyer.example"]


@pytest.mark.parametrize("email", ["", "mila", "a@b.example, c@d.example", "x@localhost"])
def test_a_colleague_without_an_address_is_asked_for_again(
    client: CheckingClient, session: Session, email: str
) -> None:
    invitation = make_asked(session)

    page = client.post(f"{OUT}/colleague", data={"name": "Mila", "email": email})

    assert page.status_code == 422
    assert "Please give one e-mail address" in page.text
    assert 'id="email-problem"' in page.text
    assert 'aria-invalid="true" aria-describedby="email-problem"' in page.text
    assert (session.scalars(select(Referral)).all(), invitation.declined_at) == ([], None)


def test_nobody_refers_to_themselves(client: CheckingClient, session: Session) -> None:
    invitation = make_asked(session)

    page = client.post(f"{OUT}/colleague", data={"email": invitation.contact.email})

    assert page.status_code == 422
    assert "That is your own address." in page.text


def test_asking_to_be_forgotten_stops_all_mail_at_once(
    client: CheckingClient, session: Session
) -> None:
    invitation = make_asked(session)

    for _ in range(2):
        page = client.post(f"{OUT}/erase")

    assert "We have your request" in page.text
    request = session.scalars(select(ErasureRequest)).one()
    assert (request.contact, request.settled_at) == (invitation.contact, None)
    assert session.scalars(select(Suppression.address)).all() == [invitation.contact.email]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("", {}),
        ("/decline", {"reason": "no_time"}),
        ("/colleague", {"name": "Mila", "email": "mila@buyer.example"}),
        ("/erase", {}),
    ],
)
def test_a_press_at_once_is_asked_to_choose_and_a_choice_acts(
    client: CheckingClient, session: Session, path: str, fields: dict[str, str]
) -> None:
    invitation = make_asked(session)
    sitting = _sitting(client)
    address = f"{OUT}{path}?v={sitting}"

    asked = client.post(address, data=fields)
    empty = client.post(address, data={**fields, "asked": "y"})
    no = client.post(address, data={**fields, "asked": "y", "sure": "no"})
    nothing = _happened(session, invitation)
    yes = client.post(address, data={**fields, "asked": "y", "sure": "yes"})

    assert (asked.status_code, empty.status_code, no.status_code) == (200, 422, 303)
    assert QUICK in asked.text
    assert nothing == []
    assert yes.status_code == 200
    assert len(_happened(session, invitation)) == 1


def test_a_colleague_s_address_is_looked_at_before_anything_is_confirmed(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    address = f"{OUT}/colleague?v={_sitting(client)}"

    typo = client.post(address, data={"name": "Mila", "email": "mila"})
    asked = client.post(address, data={"name": "Mila", "email": "mila@buyer.example"})

    assert (typo.status_code, asked.status_code) == (422, 200)
    assert "Please give one e-mail address" in typo.text
    assert QUICK not in typo.text
    assert QUICK in asked.text


@pytest.mark.parametrize(
    ("path", "fields"), [("", {}), ("/decline", {"reason": "no_time"}), ("/erase", {})]
)
def test_a_page_that_asks_takes_no_press_without_a_choice_however_late_it_comes(
    client: CheckingClient, session: Session, path: str, fields: dict[str, str]
) -> None:
    invitation = make_asked(session)
    address = f"{OUT}{path}?v={_sitting(client)}"
    client.post(address, data=fields)
    for visit in session.scalars(select(PageVisit)):
        visit.visited_at = clock.now().replace(year=2026, month=1)
    session.flush()

    late = client.post(address, data={**fields, "asked": "y"})

    assert late.status_code == 422
    assert "Please choose one answer first. Nothing has happened yet." in late.text
    assert _happened(session, invitation) == []


def test_a_wish_to_be_forgotten_keeps_the_signs_that_each_press_shows(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    address = f"{OUT}/erase?v={_sitting(client)}"

    client.post(address, data={"asked": "y", "sure": "yes"})
    fast = list(session.scalars(select(ErasureRequest.doubts)))
    for visit in session.scalars(select(PageVisit)):
        visit.visited_at = clock.now().replace(year=2026, month=1)
    client.post(address)

    session.expire_all()
    assert fast == [["too_fast"]]
    assert session.scalars(select(ErasureRequest.doubts)).all() == [[]]


def test_a_person_s_press_acts_at_once(client: CheckingClient, session: Session) -> None:
    make_asked(session)
    sitting = _sitting(client)
    for visit in session.scalars(select(PageVisit)):
        visit.visited_at = clock.now().replace(year=2026, month=1)

    page = client.post(f"{OUT}?v={sitting}")

    assert "We will not ask you again" in page.text
    assert len(session.scalars(select(Suppression)).all()) == 1


def test_a_driven_browser_is_asked_to_choose(client: CheckingClient, session: Session) -> None:
    invitation = make_asked(session)

    page = client.post(f"{OUT}/decline?v=0123456789ab", data={"reason": "no_time", "driven": "y"})

    assert QUICK in page.text
    assert invitation.declined_at is None


def test_the_hidden_link_opens_an_innocent_page_and_is_remembered(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    sitting = _sitting(client)
    page = client.get(f"{OUT}?v={sitting}").text
    (hidden,) = re.findall(r'<a class="unseen" href="([^"]+)"([^>]+)>', page)

    opened = client.get(hidden[0].replace("&amp;", "&"))

    assert "There is nothing here" in opened.text
    assert all(word in hidden[1] for word in ('rel="nofollow"', 'tabindex="-1"', "aria-hidden"))
    doors = session.scalars(select(PageVisit.door).order_by(PageVisit.id)).all()
    assert doors == [Door.OPT_OUT, Door.HIDDEN]


@pytest.mark.parametrize("path", ["", "/decline", "/colleague", "/erase"])
def test_a_link_of_another_purpose_opens_nothing(
    client: CheckingClient, session: Session, path: str
) -> None:
    make_asked(session)

    for method in (client.get, client.post):
        assert method(f"/o/answer-token{path}").status_code in {404, 405}
    assert "This link does not open anything" in client.get("/o/scrambled").text


def _sitting(client: CheckingClient) -> str:
    """Open the page, and read the sitting from its forms."""
    (sitting, *_) = re.findall(r"v=([0-9a-f]{12})", client.get(OUT).text)
    return str(sitting)


def _happened(session: Session, invitation: Invitation) -> list[object]:
    """Whatever a press could have done; an erasure suppresses too and counts once."""
    erasures = session.scalars(select(ErasureRequest)).all()
    suppressions = [] if erasures else session.scalars(select(Suppression)).all()
    declined = [invitation.declined_at] if invitation.declined_at else []
    return [*erasures, *suppressions, *declined]
