"""Mail that stays here: one whole file per mail."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from survey.mail.providers.file import FileProvider
from survey.mail.types import AttemptOutcome, KeyRefused, NeverSend, ProviderAway
from tests.mail.providers.drafts import ATTEMPT, FROM, a_draft

NOW = datetime(2026, 10, 15, 10, 30, tzinfo=UTC)


def provider_in(folder: Path) -> FileProvider:
    return FileProvider(folder, from_address=FROM, now=lambda: NOW)


def the_mail_in(folder: Path) -> EmailMessage:
    (path,) = folder.iterdir()
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_file_holds_both_readings_and_all_headers(tmp_path: Path):
    draft = a_draft()

    ending = provider_in(tmp_path / "mailbox").hand_over(draft, attempt_id=ATTEMPT)

    message = the_mail_in(tmp_path / "mailbox")
    assert ending.outcome is AttemptOutcome.ACCEPTED
    assert ending.provider_message_id == message["Message-ID"]
    assert message["From"] == '"Ada Lind, Vendor" <research@vendor.example>'
    assert message["To"] == "Jané Doe <jane@buyer.example>"
    assert message["Reply-To"] == '"Ada Lind, Vendor" <ada@vendor.example>'
    assert message["Subject"] == draft.subject
    assert message["List-Id"] == "<campaign.survey.vendor.example>"
    assert message["List-Unsubscribe"] == "<https://survey.vendor.example/o/OTHER>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().split() == draft.text.split()
    assert html.get_content().strip() == draft.html.strip()


def test_file_of_a_mail_to_staff_has_no_list_headers(tmp_path: Path):
    draft = a_draft(list_id=None, opt_out_url=None)

    provider_in(tmp_path).hand_over(draft, attempt_id=ATTEMPT)

    assert [name for name in the_mail_in(tmp_path) if name.startswith("List-")] == []


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x00", "\u2028", "\u2029", "\x85", "\x0b"])
def test_nothing_in_the_facts_adds_a_header(tmp_path: Path, end: str):
    evil = f"Ann{end}Bcc: all@buyer.example{end}{end}<b>body</b>"
    draft = a_draft(to_name=evil, from_name=evil, subject=evil, list_id=evil, opt_out_url=evil)

    provider_in(tmp_path).hand_over(draft, attempt_id=ATTEMPT)

    message = the_mail_in(tmp_path)
    assert message["Bcc"] is None
    assert message["Subject"] == "Ann Bcc: all@buyer.example <b>body</b>"
    assert len(message["To"].addresses) == 1


@pytest.mark.parametrize(
    "address",
    ["jane@buyer.example\r\nBcc: all@x.example", "jane@a.example, b@c.example", "jänë@b.example"],
)
def test_an_address_that_is_not_one_plain_mailbox_is_never_sent_to(tmp_path: Path, address: str):
    with pytest.raises(NeverSend):
        provider_in(tmp_path).hand_over(a_draft(to_address=address), attempt_id=ATTEMPT)

    assert list(tmp_path.iterdir()) == []


def test_a_domain_in_another_script_travels_in_ascii(tmp_path: Path):
    provider_in(tmp_path).hand_over(a_draft(to_address="jane@bücher.example"), attempt_id=ATTEMPT)

    assert the_mail_in(tmp_path)["To"].addresses[0].addr_spec == "jane@xn--bcher-kva.example"


def test_a_folder_that_cannot_be_written_is_tried_later(tmp_path: Path):
    (tmp_path / "mailbox").write_text("in the way")

    with pytest.raises(ProviderAway):
        provider_in(tmp_path / "mailbox").hand_over(a_draft(), attempt_id=ATTEMPT)


@pytest.mark.parametrize("sender", ["", "research", "a@b.example, c@d.example"])
def test_a_wrong_sender_stops_the_queue_rather_than_fail_every_mail(tmp_path: Path, sender: str):
    provider = FileProvider(tmp_path, from_address=sender, now=lambda: NOW)

    with pytest.raises(KeyRefused, match="SURVEY_MAIL_FROM"):
        provider.hand_over(a_draft(), attempt_id=ATTEMPT)
