"""What the provider tells of the mails it accepted, at the door of a real server; and a person who
acts on its silence.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from signal import SIGTERM

from survey.kit.db import Database
from survey.mail import queries
from survey.mail.actions.settling import send_hour_again
from tests.faults.processes import Forks, wait_for
from tests.faults.provider import Request
from tests.web.hooks.signing import PUBLIC_KEY, headers_for

_TOLD = ("processed", "delivered")


def tell(
    forks: Forks, settings: dict[str, str], accepted: Sequence[Request], *, moment: datetime
) -> None:
    """Complete receipts: each accepted mail was taken in, and arrived a second later."""
    events = [
        {
            "event": name,
            "email": request.person,
            "timestamp": int(moment.timestamp()) + place,
            "sg_event_id": f"{request.attempt_id}-{name}",
            "survey_attempt": request.attempt_id,
        }
        for request in accepted
        for place, name in enumerate(_TOLD)
    ]
    if events:
        with _open_door(forks, settings, moment=moment) as port:
            assert posted(port, json.dumps(events).encode()) == 204


def posted(port: int, body: bytes) -> int | None:
    """Post one signed batch; what the server answers, or None where it is away or falls over."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/hooks/sendgrid", body, headers_for(body))
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


@contextmanager
def _open_door(forks: Forks, settings: dict[str, str], *, moment: datetime) -> Iterator[int]:
    """The port of a server that knows the provider's key; it is asked to stop in the end."""
    told = settings | {"sendgrid_webhook_public_key": PUBLIC_KEY}
    serving = forks.start("serve", "--port", "0", moment=moment, **told)
    wait_for(lambda: "Serving" in serving.words or serving.is_over, within_s=60)
    port = re.search(r" on 127\.0\.0\.1:(\d+)\.", serving.words)
    assert port, serving.words
    yield int(port[1])
    serving.send(SIGTERM)
    assert serving.wait() == 0, serving.words


def press_send_again(url: str, *, moment: datetime) -> int:
    """A person's one press for each hour whose receipts prove that the rest never left; says how
    many mails that queues.
    """
    database = Database(url)
    with database.writing() as session:
        queued = [
            message
            for each in queries.uncertain_hours(session)
            for message in send_hour_again(session, each.hour, now=moment)
        ]
    database.close()
    return len(queued)
