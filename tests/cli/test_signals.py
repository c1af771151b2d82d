"""Being asked to stop is heard, whichever thread the kernel gives the signal to."""

import signal
import subprocess
import sys

import pytest

_GIVEN_TO_ANOTHER_THREAD = """
import signal, threading, time
from survey.cli.signals import stop_asked

def be_given(signum):
    time.sleep(0.3)  # until the main thread waits
    signal.pthread_kill(threading.get_ident(), signum)

with stop_asked() as stop:
    threading.Thread(target=be_given, args=(signal.{name},), daemon=True).start()
    print(stop.wait())
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_stop_is_heard_whichever_thread_was_told(name: str):
    process = _run(_GIVEN_TO_ANOTHER_THREAD.format(name=name))

    assert (process.returncode, process.stdout) == (0, "True\n")


def test_second_signal_insists():
    process = _run(
        "import os, signal\n"
        "from survey.cli.signals import stop_asked\n"
        "with stop_asked() as stop:\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print(stop.is_asked, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print('still here')\n"
    )

    assert (process.returncode, process.stdout) == (-signal.SIGTERM, "True\n")


def test_wait_ends_when_nobody_asked():
    process = _run(
        "from survey.cli.signals import stop_asked\n"
        "with stop_asked() as stop:\n"
        "    print(stop.wait(0.05))\n"
    )

    assert process.stdout == "False\n"


def _run(program: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )
