"""Threads of this process hand mails over."""

from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from survey.mail.posting.handing import handed_over
from survey.mail.posting.poster import GATHERED_S, heard, rendered
from survey.mail.types import Compose, Ending, Provider

_BEGUN_PER_THREAD = 2
_FEWEST_BEGUN = 16
"""Enough to go on with while the books are kept; whoever is killed leaves so many to be settled."""


class ThreadPoster:
    """A `Poster` whose threads render mails and hand them over."""

    def __init__(self, provider: Provider, *, threads: int) -> None:
        self.most_begun = max(_BEGUN_PER_THREAD * threads, _FEWEST_BEGUN)
        self.has_died = False  # our threads die with us
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="deliver")
        self._provider = provider
        self._threads = threads
        self._calls: dict[Future[Ending], str] = {}

    def take(self, attempt_id: str, compose: Compose) -> None:
        self._calls[self._pool.submit(_post, self._provider, compose, attempt_id)] = attempt_id

    def ended(self) -> Mapping[str, Ending]:
        if not self._calls:
            return {}
        done, _ = wait(self._calls, return_when=FIRST_COMPLETED)
        if len(self._calls) - len(done) > self._threads:
            done, _ = wait(self._calls, timeout=GATHERED_S)
        return {self._calls.pop(call): call.result() for call in done}

    def take_back(self) -> list[str]:
        return [self._calls.pop(call) for call in list(self._calls) if call.cancel()]

    def close(self) -> None:
        self._pool.shutdown()


def _post(provider: Provider, compose: Compose, attempt_id: str) -> Ending:
    draft = rendered(compose, attempt_id=attempt_id)
    if isinstance(draft, Ending):
        return draft
    return heard(handed_over(provider, draft, attempt_id=attempt_id), attempt_id=attempt_id)
