"""The supervisor: a process that dies comes back, a stop drains all."""

import subprocess
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


_FOLLOWS = """
import signal, sys, time
from pathlib import Path
from dateline.plant.supervisor import follow_parent
signal.signal(signal.SIGTERM, lambda *_: (Path(sys.argv[1]).write_text("ended in order"), sys.exit(0)))
follow_parent()
Path(sys.argv[2]).write_text("runs")
time.sleep(60)
"""
_SUPERVISES = """
import sys, threading
from dateline.plant.supervisor import Child, Supervisor
supervisor = Supervisor([Child("one", [sys.executable, "-c", *sys.argv[1:]])])
supervisor.start()
supervisor.run(threading.Event())
"""


def test_a_supervisor_killed_outright_takes_its_processes_along_in_order(tmp_path: Path) -> None:
    ended, runs = tmp_path / "ended", tmp_path / "runs"
    words = [sys.executable, "-c", _SUPERVISES, _FOLLOWS, str(ended), str(runs)]
    supervisor = subprocess.Popen(words)
    _wait(runs.exists)
    supervisor.kill()
    supervisor.wait()
    _wait(ended.exists)
    assert ended.read_text() == "ended in order"


_COMES_LATE = """
import os, sys, time
from pathlib import Path
from dateline.plant.supervisor import follow_parent
Path(sys.argv[1]).write_text("starts")
parent = os.getppid()
while os.getppid() == parent:
    time.sleep(0.01)
try:
    follow_parent()
except SystemExit:
    Path(sys.argv[2]).write_text("did not begin")
    raise
time.sleep(60)
"""


def test_a_process_whose_supervisor_died_while_it_started_does_not_begin(tmp_path: Path) -> None:
    """Else it would hold the clock's lock of a wire that nobody watches."""
    starts, ended = tmp_path / "starts", tmp_path / "ended"
    supervisor = subprocess.Popen([sys.executable, "-c", _SUPERVISES, _COMES_LATE, str(starts), str(ended)])
    _wait(starts.exists)
    supervisor.kill()
    supervisor.wait()
    _wait(lambda: ended.exists() and ended.read_text() == "did not begin")
