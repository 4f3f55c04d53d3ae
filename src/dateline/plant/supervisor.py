"""Starts the processes of a wire, brings back those that die, and stops them in order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import structlog

log = structlog.get_logger("plant.supervisor")

_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0
_STEADY_S = 30.0  # a process that lived this long has recovered; its next wait is short again
_DRAIN_S = 15.0
_PARENT_POLL_S = 0.5
_SUPERVISOR = "DATELINE_SUPERVISOR"  # who started this process; not a setting


@dataclass
class Child:
    """One process: what to run, and how often it had to come back."""

    name: str
    argv: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restarts: int = 0
    next_start: float = 0.0


@dataclass
class Supervisor:
    """Runs children until told to stop, all in the same environment.

    Their log lines go to `log_file`, or to our own standard error when there is none.
    """

    children: list[Child]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    log_file: Path | None = None

    def start(self) -> None:
        """Starts every child."""
        for child in self.children:
            self._spawn(child)

    def run(self, stop: threading.Event) -> None:
        """Watches until `stop` is set, then drains. A child that ends comes back after a growing wait."""
        try:
            while not stop.wait(0.1):
                for child in self.children:
                    self._watch(child)
        finally:
            self.drain()

    def drain(self) -> None:
        """SIGTERM to all, SIGKILL to those that do not end within 15 s."""
        running = [c.process for c in self.children if c.process and c.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _DRAIN_S
        for process in running:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def pids(self) -> dict[str, int]:
        """Name -> process id of what runs now."""
        return {c.name: c.process.pid for c in self.children if c.process and c.process.poll() is None}

    def _spawn(self, child: Child) -> None:
        # Its own process group: Ctrl-C reaches the supervisor alone, which then drains in order.
        with self._log() as log_stream:
            child.process = subprocess.Popen(
                child.argv,
                env={**self.environment, _SUPERVISOR: str(os.getpid())},
                start_new_session=True,
                stderr=log_stream,
            )
        child.started_at = time.monotonic()

    def _log(self) -> AbstractContextManager[IO[bytes] | None]:
        if self.log_file is None:
            return nullcontext()
        self.log_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.log_file.open("ab")

    def _watch(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                return
            if now - child.started_at > _STEADY_S:
                child.restarts = 0
            wait = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2**child.restarts)
            child.restarts += 1
            child.process, child.next_start = None, now + wait
            log.warning("process.ended", process=child.name, code=code, restart_in_s=wait)
        elif now >= child.next_start:
            self._spawn(child)


def follow_parent() -> None:
    """Ends this process in order when the supervisor that started it is gone, killed before it could drain.

    Else it would hold ports and locks of a wire that nobody watches. Nothing happens to one started by hand.
    """
    parent = os.getppid()
    started_by = os.environ.get(_SUPERVISOR)
    if started_by is None:
        return
    if started_by != str(parent):  # it was gone before we came to look
        log.warning("supervisor.gone", action="stop")
        raise SystemExit(0)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_POLL_S)
        log.warning("supervisor.gone", action="stop")
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()


def is_supervised() -> bool:
    """Whether a supervisor started this process."""
    return os.environ.get(_SUPERVISOR) == str(os.getppid())


def dateline_argv(*words: str) -> list[str]:
    """The command line of one of our own processes with this interpreter."""
    return [sys.executable, "-m", "dateline", *words]
