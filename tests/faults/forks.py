"""A warm process that forks one real `survey …` process per order: importing costs three seconds
of CPU, and a sweep starts a thousand of them. Each is a process of its own, and dies like one.

Orders come as lines of JSON on standard input, answers leave as lines of JSON on standard output.
"""

import ctypes
import faulthandler
import importlib
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

import time_machine

from survey.cli.main import main
from survey.mail.rendering import Stationery  # noqa: F401 (imported while warm)

_FAILED = 70
_HOUR_S = 3600
_PR_SET_PTRACER = 0x59616D61
_LAZY = ("survey.mail.providers.sendgrid", "survey.app", "mjml", "sqlalchemy.dialects.sqlite")


def serve() -> None:
    for name in _LAZY:
        importlib.import_module(name)
    for line in sys.stdin:
        order = json.loads(line)
        answer = _wait(order["wait"]) if "wait" in order else {"pid": _fork(order)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _wait(pid: int) -> dict[str, int]:
    _, status = os.waitpid(pid, 0)
    return {"status": os.waitstatus_to_exitcode(status)}


def _fork(order: Mapping[str, Any]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            _become(order)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(_FAILED)
    return pid


def _become(order: Mapping[str, Any]) -> NoReturn:
    """Be `survey …` from here on, with its own settings, output and clock."""
    written = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (written, 1), (written, 2)):
        os.dup2(source, target)
    faulthandler.enable()  # who is aborted says where each thread stood
    for name in [name for name in os.environ if name.startswith("SURVEY_")]:
        del os.environ[name]
    os.environ.update(order["settings"])
    if order["most_bytes"]:  # the hard limit stays, so that the soft one may be lifted again
        most = (order["most_bytes"], resource.getrlimit(resource.RLIMIT_FSIZE)[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    if order["is_held"]:
        _let_anybody_trace()
        os.kill(os.getpid(), signal.SIGSTOP)  # until a tracer has taken hold and lets us go
    if order["moment"]:
        _set_clock(datetime.fromisoformat(order["moment"]))
    status = 0
    try:
        main(order["arguments"], prog_name="survey")
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _let_anybody_trace() -> None:
    """Where only parents may trace their children (Yama), allow a tracer that is none."""
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)


def _set_clock(moment: datetime) -> None:
    """Begin at that moment; SIGUSR1 and SIGUSR2 set the clock an hour forth and back."""
    clock = time_machine.travel(moment, tick=True).start()
    signal.signal(signal.SIGUSR1, lambda *_: clock.shift(_HOUR_S))
    signal.signal(signal.SIGUSR2, lambda *_: clock.shift(-_HOUR_S))


if __name__ == "__main__":
    serve()
