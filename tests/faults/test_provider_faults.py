"""Whatever a provider does to us, nobody is asked for twice without a person's press."""

import random
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.faults.books import read_books, verdict
from tests.faults.conftest import IS_WHOLE, Figures, Templates
from tests.faults.provider import NOT_ACCEPTED, Fault, fake_sendgrid
from tests.faults.receipts import press_send_again, tell
from tests.faults.sweep import Bench, Installation
from tests.faults.world import APART, STARTS, buyer

SEED = 20261016
BETWEEN_RUNS = timedelta(minutes=2)
MOST_RUNS = 200
OFTEN = [f for f in Fault if f not in {Fault.KEY_REFUSED, Fault.SLOWER, Fault.SILENT}]
UNHEARD = frozenset(
    {
        Fault.ERROR_BEFORE,
        Fault.ERROR_AFTER,
        Fault.CUT_BEFORE,
        Fault.CUT_AFTER,
        Fault.GARBAGE_LINE,
        Fault.SILENT,
    }
)
"""After these nobody can know whether the mail left."""


@dataclass
class Away:
    """Addresses at which no provider answers, and where they are.

    A name, a door and a certificate are the server's, not a mail's: while one is wrong, every mail
    that is due meets it. So these strike whole runs, not three mails in ten.
    """

    addresses: dict[str, str]
    share: float = 0.0
    """Of the runs, beyond the first of each."""
    used: Counter[str] = field(default_factory=Counter)


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Away]:
    with ExitStack() as kept:
        impostor = kept.enter_context(fake_sendgrid(certificate=_self_signed(tmp_path)))
        closed = kept.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))  # bound and not listening: refused
        yield Away(
            {
                "refused": f"http://127.0.0.1:{closed.getsockname()[1]}",
                "bad TLS": impostor.url,
                "no such name": "http://provider.invalid",
            }
        )
        assert impostor.requests == []


def test_each_fault_asks_nobody_twice(bench: Bench, templates: Templates, away: Away):
    faults = [*OFTEN, Fault.SLOWER, Fault.KEY_REFUSED]
    planned = {buyer(number): [fault] for number, fault in enumerate(faults)}

    with bench.fresh(templates("sqlite", 24, is_invited=True)) as installation:
        _deliver_and_check(bench, installation, planned, away, random.Random(SEED))


@pytest.mark.faults
@pytest.mark.parametrize(
    ("backend", "told"), [("sqlite", {}), ("postgresql", {}), ("sqlite", APART)]
)
def test_faults_over_a_long_run_ask_nobody_twice(
    bench: Bench,
    templates: Templates,
    away: Away,
    figures: Figures,
    backend: str,
    told: dict[str, str],
):
    people = 1000 if IS_WHOLE else 100
    chance = random.Random(SEED)
    away.share = 0.3
    struck = chance.sample(range(people), people * 3 // 10)
    planned = {buyer(number): [chance.choice(OFTEN)] for number in struck}
    planned[buyer(struck[0])] = [Fault.KEY_REFUSED]
    if IS_WHOLE:
        planned |= {buyer(number): [Fault.SLOWER] for number in struck[1:9]}
        planned |= {buyer(number): [Fault.SILENT] for number in struck[9:17]}
        bench.provider.slow_s, bench.provider.slower_s = 3, 25

    with bench.fresh(templates(backend, people, is_invited=True), **told) as installation:
        kept = _deliver_and_check(bench, installation, planned, away, chance)

    figures(
        f"provider faults: {backend}{' apart' if told else ''}, seed {SEED}",
        {"mails": people, "struck": len(struck)} | kept,
    )


def _deliver_and_check(
    bench: Bench,
    installation: Installation,
    planned: dict[str, list[Fault]],
    away: Away,
    chance: random.Random,
) -> dict[str, int]:
    provider = bench.provider
    provider.faults = {person: list(faults) for person, faults in planned.items()}
    people = installation.everyone

    runs, moment = _deliver_until_settled(bench, installation, away, chance, STARTS)

    books = read_books(installation.url)
    unheard = {person for person, (fault,) in planned.items() if fault in UNHEARD}
    never_left = {person for person in unheard if planned[person][0] in NOT_ACCEPTED}
    kept = verdict(people, books, provider)
    assert kept == {**dict.fromkeys(kept, 0), "uncertain": len(unheard)}
    assert {p for p in people if "uncertain" in books.states[p]} == unheard
    assert {p for p in people if not provider.accepted_by_person[p]} == never_left

    tell(bench.forks, installation.settings, provider.accepted, moment=moment)
    assert read_books(installation.url).by_state["uncertain"] == len(never_left)
    later = moment + timedelta(hours=2)
    assert press_send_again(installation.url, moment=later) == len(never_left)
    _deliver_until_settled(bench, installation, away, chance, later)
    assert provider.accepted_by_person == Counter(people)
    return {
        "runs": runs,
        **{f"{how}": count for how, count in sorted(away.used.items())},
        "asked again unbidden": kept["asked again"],
        "lost": kept["lost"],
        "uncertain": len(unheard),
        "never left": len(never_left),
    }


def _deliver_until_settled(
    bench: Bench, installation: Installation, away: Away, chance: random.Random, moment: datetime
) -> tuple[int, datetime]:
    """Run after run, some of them while the provider is out of reach; after each, a person looks
    at the key and lets mail flow again.
    """
    waiting = list(away.addresses)
    for number in range(MOST_RUNS):
        told = dict(installation.settings)
        if waiting or chance.random() < away.share:
            how = waiting.pop() if waiting else chance.choice(list(away.addresses))
            away.used[how] += 1
            told["sendgrid_base_url"] = away.addresses[how]
        reset = int((moment + timedelta(seconds=90)).timestamp())
        bench.provider.reset_at = lambda reset=reset: reset
        bench.forks.run("deliver", "--once", "--release", moment=moment, **told)
        if installation.is_done:
            return number + 1, moment
        moment += BETWEEN_RUNS
    raise AssertionError("there is no end to it")


def _self_signed(folder: Path) -> Path:
    """A certificate, with its key, that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    since = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    path = folder / "self-signed.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path
