"""A thread with its own database connections that runs jobs in order and hands back their results."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, connections

T = TypeVar("T")
Job = tuple[Callable[[], Any], "Future[Any]"]


class Worker(threading.Thread):
    """Runs jobs one after another until `finish`."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._jobs: deque[Job] = deque()
        self._finishing = False

    def submit(self, job: Callable[[], T]) -> "Future[T]":
        """Queues the job; its result or error arrives in the future."""
        future: Future[T] = Future()
        with self._changed:
            self._jobs.append((job, future))
            self._changed.notify()
        return future

    @property
    def depth(self) -> int:
        """Jobs waiting."""
        return len(self._jobs)

    def finish(self) -> None:
        """Lets what is queued end, then the thread; waits for it."""
        with self._changed:
            self._finishing = True
            self._changed.notify()
        self.join()

    def run(self) -> None:
        try:
            while self.turn():
                pass
        finally:
            connections.close_all()

    def turn(self) -> bool:
        """One job. False at the end."""
        with self._changed:
            while not self._jobs and not self._finishing:
                self._changed.wait()
            if not self._jobs:
                return False
            job, future = self._jobs.popleft()
        run_job(job, future)
        return True


def renew_connections(error: BaseException) -> None:
    """After an error of the database this thread's connections are closed; the next use opens new ones."""
    if isinstance(error, DatabaseError | InterfaceError):
        connections.close_all()


def run_job(job: Callable[[], Any], future: "Future[Any]") -> None:
    """Runs it; a connection that broke is closed, so that the next job gets a fresh one."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = job()
    except BaseException as error:
        renew_connections(error)
        future.set_exception(error)
    else:
        future.set_result(result)
