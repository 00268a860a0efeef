"""Several jobs at a time: a job is one call, or one batch, with all that follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

Job = Callable[[], None]


class Crew:
    """Runs jobs that do not depend on each other, `width` of them at a time.

    What goes wrong in one ends the others before their next start, and is raised
    when those that are under way have ended: no thread is left behind.
    """

    def __init__(self, width: int, may_go_on: Callable[[], bool]) -> None:
        self._width = width
        self._may_go_on = may_go_on

    def do(self, jobs: Iterable[Job]) -> None:
        jobs = list(jobs)
        if self._width == 1 or len(jobs) <= 1:
            for job in jobs:
                self._start(job)
            return
        with ThreadPoolExecutor(min(self._width, len(jobs))) as pool:
            futures = [pool.submit(self._start, job) for job in jobs]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        _raise_first(futures)

    def _start(self, job: Job) -> None:
        if self._may_go_on():
            job()


def _raise_first(futures: Iterable[Future[None]]) -> None:
    """What is no mistake of Traede's (Ctrl-C, a bug) comes first."""
    errors = [e for f in futures if not f.cancelled() and (e := f.exception())]
    for error in sorted(errors, key=lambda e: isinstance(e, Exception)):
        raise error
