"""The list of addresses never to mail as a file, out and in again."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from survey.kit.tables import FileNotReadable
from survey.mail.listing import Fault, Listed, Listing, read_listing, write_listing
from survey.mail.rules import address_digest
from survey.mail.types import SuppressionReason
from tests.factories import MOMENT, make_suppression


def read(folder: Path, text: str) -> Listing:
    path = folder / "list.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    return read_listing(path)


def by_person(address: str) -> Listed:
    return Listed(address_digest(address), address, SuppressionReason.ADDED_BY_PERSON)


def test_our_own_list_comes_back_as_it_was(session: Session, tmp_path: Path) -> None:
    rows = [
        make_suppression(session, address="jane@buyer.example", note="=1+1; said “no”\u2026"),
        make_suppression(session, address="+1@buyer.example", reason=SuppressionReason.BOUNCED),
        make_suppression(
            session,
            address=None,
            address_digest=address_digest("gone@buyer.example"),
            reason=SuppressionReason.ERASED,
        ),
    ]
    file = io.StringIO(newline="")

    write_listing(file, rows)
    listing = read(tmp_path, file.getvalue())

    assert listing.faults == ()
    assert listing.entries == tuple(
        Listed(each.address_digest, each.address, each.reason, each.note, MOMENT) for each in rows
    )


def test_no_cell_of_the_list_is_a_formula(session: Session) -> None:
    file = io.StringIO(newline="")

    write_listing(file, [make_suppression(session, address="=cmd@buyer.example", note="@SUM(1)")])

    cells = file.getvalue().splitlines()[1].split(",")
    assert cells[0] == "'=cmd@buyer.example"
    assert cells[3] == "'@SUM(1)"


@pytest.mark.parametrize("header", ["address", "E-Mail", " Email_Address "])
def test_one_column_of_addresses_is_a_list(header: str, tmp_path: Path) -> None:
    listing = read(tmp_path, f"{header}\r\nJane@Buyer.Example\r\n\r\njohn@buyer.example\r\n")

    expected = (by_person("jane@buyer.example"), by_person("john@buyer.example"))
    assert listing == Listing(expected, ())


def test_a_list_needs_no_header(tmp_path: Path) -> None:
    listing = read(tmp_path, "jane@buyer.example\njohn@buyer.example\n")

    expected = (by_person("jane@buyer.example"), by_person("john@buyer.example"))
    assert listing == Listing(expected, ())


def test_wrong_lines_are_told_and_the_good_ones_go_in(tmp_path: Path) -> None:
    digest = address_digest("jane@buyer.example")
    listing = read(
        tmp_path,
        "address,digest,reason,suppressed_at\n"
        "nobody,,,\n"
        "jane@buyer.example,,opted_out,2026-10-15\n"
        ",abc,,\n"
        ",,bounced,\n"
        "john@buyer.example,,because,\n"
        "john@buyer.example,,,yesterday\n"
        f"jane+again@buyer.example,{digest},,\n",
    )

    assert listing.entries == (
        Listed(
            digest,
            "jane@buyer.example",
            SuppressionReason.OPTED_OUT,
            suppressed_at=datetime(2026, 10, 15, tzinfo=UTC),
        ),
    )
    assert [fault.line for fault in listing.faults] == [2, 4, 5, 6, 7]
    assert listing.faults[0] == Fault(2, "This is not one e-mail address.")


def test_whom_a_list_knows_as_erased_is_read_without_the_address(tmp_path: Path) -> None:
    listing = read(tmp_path, "address,reason\njane@buyer.example,erased\n")

    digest = address_digest("jane@buyer.example")
    assert listing.entries == (Listed(digest, None, SuppressionReason.ERASED),)


def test_a_file_without_addresses_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotReadable, match="column “address”"):
        read(tmp_path, "name,phone\nJane,555\n")
