"""Threads of ours and a process of its own hand mails over alike."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
import structlog.testing

from survey.mail.posting.apart import NotStarted, ProcessPoster
from survey.mail.posting.poster import Poster
from survey.mail.posting.threads import ThreadPoster
from survey.mail.rules import LEASE
from survey.mail.types import AttemptOutcome, Draft, Ending
from tests.house.sources import ROOT
from tests.mail.posting.clerks import BREAKS, KILLS, NEVER, Clerk, never_made
from tests.mail.providers.drafts import a_draft

ACCEPTED = AttemptOutcome.ACCEPTED
SLOW_S = 20
"""How long a provider takes that is slow, and has not stopped answering."""


@pytest.fixture(autouse=True)
def _found_by_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    return Clerk(tmp_path)


def apart(clerk: Clerk, threads: int) -> ProcessPoster:
    return ProcessPoster(partial(Clerk, clerk.folder), threads=threads)


def here(clerk: Clerk, threads: int) -> ThreadPoster:
    return ThreadPoster(clerk, threads=threads)


@pytest.fixture(params=[here, apart])
def poster(request: pytest.FixtureRequest, clerk: Clerk) -> Iterator[Poster]:
    with closing(request.param(clerk, threads=2)) as made:
        yield made


def take(poster: Poster, **addresses: str) -> None:
    for attempt_id, address in addresses.items():
        poster.take(attempt_id, partial(a_draft, to_address=address))


def all_ended(poster: Poster) -> dict[str, Ending]:
    """How everything ended that is under way."""
    ended: dict[str, Ending] = {}
    while some := poster.ended():
        ended |= some
    return ended


def wait_for(is_so: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.01)


def test_each_mail_is_handed_over_once_and_heard_of_once(poster: Poster, clerk: Clerk):
    clerk.open()
    names = {f"attempt{number}": f"n{number}@b.example" for number in range(20)}

    take(poster, **names)
    ended = all_ended(poster)

    assert ended.keys() == names.keys() == clerk.taken
    assert ended["attempt7"] == Ending(ACCEPTED, provider_message_id="their-attempt7")
    assert poster.ended() == {}


def test_a_mail_refused_or_broken_is_an_ending_and_the_others_leave(poster: Poster, clerk: Clerk):
    clerk.open()

    with structlog.testing.capture_logs() as logs:
        take(poster, a="a@b.example", never=NEVER, breaks=BREAKS)
        ended = all_ended(poster)

    assert ended["a"].outcome is ACCEPTED
    assert ended["never"] == Ending(
        AttemptOutcome.NEVER_SEND, detail="No such address.", status_code=400
    )
    assert ended["breaks"] == Ending(AttemptOutcome.MAY_HAVE_BEEN_SENT, detail="RuntimeError")
    (broke,) = [line for line in logs if line["event"] == "mail.provider_failed"]
    assert (broke["attempt"], broke["kind"]) == ("breaks", "RuntimeError")
    assert "hand_over" in broke["at"][-1]
    assert BREAKS not in str(logs)


def test_a_mail_that_cannot_be_written_is_tried_later(poster: Poster, clerk: Clerk):
    clerk.open()

    def compose() -> Draft:
        raise KeyError("a fact is missing")

    take(poster, a="a@b.example")
    poster.take("unwritten", compose)
    ended = all_ended(poster)

    assert ended["a"].outcome is ACCEPTED
    assert ended["unwritten"].outcome is AttemptOutcome.TRY_LATER
    assert clerk.begun == {"a"}


def test_what_nobody_has_begun_is_taken_back_and_never_leaves(poster: Poster, clerk: Clerk):
    take(poster, **{f"n{number}": f"n{number}@b.example" for number in range(6)})
    wait_for(lambda: len(clerk.begun) == 2)

    back = poster.take_back()
    clerk.open()
    ended = all_ended(poster)

    assert len(back) == 4
    assert ended.keys() == clerk.taken == {f"n{number}" for number in range(6)} - set(back)


def test_taking_back_where_all_has_ended_takes_nothing(poster: Poster, clerk: Clerk):
    clerk.open()
    take(poster, a="a@b.example")
    all_ended(poster)

    assert poster.take_back() == []


def test_as_many_are_with_the_provider_at_once_as_there_are_threads(poster: Poster, clerk: Clerk):
    take(poster, **{f"n{number}": f"n{number}@b.example" for number in range(6)})
    wait_for(lambda: len(clerk.begun) == 2)
    time.sleep(0.2)

    assert len(clerk.begun) == 2
    clerk.open()
    assert len(all_ended(poster)) == 6


@pytest.mark.parametrize(("threads", "most"), [(1, 16), (8, 16), (32, 64)])
def test_of_ours_two_mails_a_thread_are_begun_and_sixteen_at_least(
    clerk: Clerk, threads: int, most: int
):
    with closing(here(clerk, threads)) as poster:
        assert poster.most_begun == most


@pytest.mark.parametrize(("threads", "most"), [(1, 8), (2, 16), (8, 32), (32, 96)])
def test_apart_three_mails_a_thread_are_begun_and_more_where_threads_are_few(
    clerk: Clerk, threads: int, most: int
):
    with closing(apart(clerk, threads)) as poster:
        assert poster.most_begun == most


class TestApart:
    @pytest.fixture
    def poster(self, clerk: Clerk) -> Iterator[ProcessPoster]:
        with closing(apart(clerk, threads=2)) as made:
            yield made

    def test_mails_are_handed_over_by_another_process(self, poster: ProcessPoster, clerk: Clerk):
        clerk.open()

        take(poster, a="a@b.example", c="c@b.example")
        all_ended(poster)

        (pid,) = clerk.pids
        assert pid != os.getpid()

    def test_it_is_gone_once_it_is_closed(self, clerk: Clerk):
        clerk.open()
        with closing(apart(clerk, threads=1)) as poster:
            take(poster, a="a@b.example")
            all_ended(poster)

        (pid,) = clerk.pids
        assert not is_alive(pid)

    def test_what_a_process_had_that_dies_may_have_left(self, poster: ProcessPoster, clerk: Clerk):
        take(poster, a="a@b.example", kills=KILLS, c="c@b.example")
        wait_for(lambda: clerk.begun == {"a", "kills"})
        clerk.open()

        ended = all_ended(poster)

        assert ended.keys() == {"a", "kills", "c"}
        lost = {ended[each].outcome for each in ended.keys() - clerk.taken}
        assert lost == {AttemptOutcome.MAY_HAVE_BEEN_SENT}
        assert ended["kills"].is_provider_away  # which ends the run

    def test_what_it_is_given_after_its_death_never_left(self, poster: ProcessPoster, clerk: Clerk):
        take(poster, kills=KILLS)
        clerk.open()
        all_ended(poster)

        take(poster, a="a@b.example")

        ended = poster.ended()["a"]
        assert (ended.outcome, ended.is_provider_away) == (AttemptOutcome.TRY_LATER, True)
        assert poster.take_back() == []

    @pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
    def test_asked_to_stop_it_goes_on_until_we_say_so(
        self, poster: ProcessPoster, clerk: Clerk, signum: signal.Signals
    ):
        take(poster, a="a@b.example")
        wait_for(lambda: clerk.pids != set())
        (pid,) = clerk.pids

        os.kill(pid, signum)
        clerk.open()

        assert all_ended(poster)["a"].outcome is ACCEPTED

    def test_without_a_provider_it_does_not_start_and_says_where_it_broke(
        self, capfd: pytest.CaptureFixture[str]
    ):
        with pytest.raises(NotStarted, match=r"^RuntimeError at .*clerks\.py:\d+ never_made\.$"):
            ProcessPoster(never_made, threads=1)

        assert capfd.readouterr().err == ""

    def test_a_lease_is_longer_than_all_that_a_thread_has_before_it(self, clerk: Clerk):
        """Of a provider that is slow, and of mails that were claimed a third of the lease ago."""
        left_s = (2 * LEASE / 3).total_seconds()
        for threads in (1, 2, 4, 8, 32):
            with closing(apart(clerk, threads)) as poster:
                assert poster.most_begun / threads * SLOW_S < left_s

    def test_it_loads_neither_tables_nor_letters(self):
        """It starts for every pile, and takes memory while there is one."""
        loaded = subprocess.run(
            [sys.executable, "-c", _LOADED], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert loaded.stdout.split() == []

    def test_it_dies_with_whoever_started_it(self, clerk: Clerk):
        """Whatever it would still hand over, nobody could write down."""
        ours = subprocess.Popen([sys.executable, "-c", _POSTS, str(clerk.folder)], cwd=ROOT)
        wait_for(lambda: len(clerk.begun) == 2 and len(clerk.pids) == 1)
        (pid,) = clerk.pids

        ours.kill()
        ours.wait()

        wait_for(lambda: not is_alive(pid))
        clerk.open()
        time.sleep(0.2)
        assert clerk.taken == set()
        assert len(clerk.begun) == 2


_LOADED = """
import sys
import survey.jobs.provider, survey.mail.posting.child, survey.mail.providers.sendgrid
print(*sys.modules.keys() & {"sqlalchemy", "flask", "jinja2", "mjml", "survey.letters"})
"""
_POSTS = """
import sys
from pathlib import Path
from tests.mail.posting.clerks import Clerk
from tests.mail.posting.test_posters import apart, take

poster = apart(Clerk(Path(sys.argv[1])), threads=2)
take(poster, **{f"n{number}": f"n{number}@b.example" for number in range(6)})
poster.ended()
"""


def is_alive(pid: int) -> bool:
    """Whether this process runs; one that ended and that nobody has waited for does not."""
    with suppress(FileNotFoundError):
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
