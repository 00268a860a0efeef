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
        self._pool: ThreadPoolExecutor | None = None

    def do(self, jobs: Iterable[Job]) -> None:
        jobs = list(jobs)
        if self._width == 1 or len(jobs) <= 1:
            for job in jobs:
                self._start(job)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._width)
        futures = [self._pool.submit(self._start, job) for job in jobs]
        wait(futures, return_when=FIRST_EXCEPTION)
        for future in futures:
            future.cancel()
        wait(futures)
        _raise_first(futures)

    def close(self) -> None:
        """Let the threads go; they have nothing left to do."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _start(self, job: Job) -> None:
        if self._may_go_on():
            job()


def _raise_first(futures: Iterable[Future[None]]) -> None:
    """What is no mistake of Traede's (Ctrl-C, a bug) comes first."""
    errors = [e for f in futures if not f.cancelled() and (e := f.exception())]
    for error in sorted(errors, key=lambda e: isinstance(e, Exception)):
        raise error
