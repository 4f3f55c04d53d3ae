"""The supervisor: a process that dies comes back, a stop drains all."""

import sys
import threading
import time
from pathlib import Path

import pytest

from dateline.plant.supervisor import Child, Supervisor

pytestmark = pytest.mark.wire

_MARK = "import sys, time, pathlib; pathlib.Path(sys.argv[1]).open('a').write('x'); time.sleep(60)"


def _wait(condition: object, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_killed_process_comes_back_and_a_stop_ends_all(tmp_path: Path) -> None:
    mark = tmp_path / "starts"
    supervisor = Supervisor([Child("one", [sys.executable, "-c", _MARK, str(mark)])])
    stop = threading.Event()
    supervisor.start()
    runner = threading.Thread(target=supervisor.run, args=(stop,))
    runner.start()
    try:
        _wait(lambda: mark.exists() and mark.read_text() == "x")
        first = supervisor.pids()["one"]
        child = supervisor.children[0].process
        assert child is not None
        child.kill()
        _wait(lambda: mark.read_text() == "xx")
        _wait(lambda: supervisor.pids().get("one") not in {None, first})
    finally:
        stop.set()
        runner.join(timeout=30)
    assert not runner.is_alive()
    assert supervisor.pids() == {}
