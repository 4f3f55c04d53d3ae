"""Commands of the tests from a process that has imported the house already: each is a fork of it.

Two thirds of what `dateline release show` costs is Python importing modules, and the tests run more than a
thousand commands. The forking process (`python -m dateline.cli.tests.forked`) imports everything once over
an empty home of its own; each fork takes environment, folder and output of its caller, forgets every setting
that was read, runs one command and ends as any process ends. DATELINE_SOAK=1 starts each command anew, as a
shell does; `dateline up` and what it starts are processes of their own in every run.
"""

import gc
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

_HEAD_BYTES = 1 << 20  # words and environment of one command
_SKIPPED = ("bench", "demo")  # heavy, and no test of the command line runs them through here
_ALSO = (
    "django.db.backends.postgresql.base",
    "django.core.management.commands.migrate",
    "django.core.management.sql",
    "dateline.channels.services",
    "dateline.cli.troubles",
    "dateline.desk.services",
    "dateline.dispatch.services",
    "dateline.intake.services",
    "dateline.languages.services",
    "dateline.reports.services",
    "dateline.wire.services",
)


class Commands:
    """The forking process, started when the first command is run."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()

    def run(
        self, words: Sequence[str], environment: Mapping[str, str], folder: Path, timeout_s: float
    ) -> subprocess.CompletedProcess[str]:
        """Exit code (negative for a signal) and output, as of subprocess.run. Raises TimeoutError."""
        head = json.dumps({"words": words, "environment": dict(environment), "folder": str(folder)}).encode()
        with (
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
            socket.socket(socket.AF_UNIX) as line,
        ):
            line.settimeout(timeout_s)
            with self._starting:
                address = self._address()
            line.connect(address)
            socket.send_fds(line, [f"{len(head):8}".encode()], [out.fileno(), err.fileno()])
            line.sendall(head)
            code = json.loads(line.makefile("rb").readline() or b"-9")
            said = [os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0) for file in (out, err)]
        return subprocess.CompletedProcess(["dateline", *words], code, said[0].decode(), said[1].decode())

    def stop(self) -> None:
        """Ends the process; whoever runs a command afterwards starts it again."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(timeout=30)
        if self._folder is not None:
            self._folder.cleanup()
        self._process = self._folder = None

    def _address(self) -> str:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="dateline-forked-")
        address = str(Path(self._folder.name) / "line")
        if self._process is None:
            own = {"DATELINE_HOME": str(Path(self._folder.name) / "home")}
            kept = {k: v for k, v in os.environ.items() if not k.startswith(("DATELINE_", "DJANGO_"))}
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(address)
                listener.listen(64)
                self._process = subprocess.Popen(
                    [sys.executable, "-m", __name__, str(listener.fileno())],
                    env=kept | own,
                    stdin=subprocess.PIPE,
                    pass_fds=[listener.fileno()],
                )
        return address


commands = Commands()


def _prepare() -> None:
    """Imports what the commands import, and sets Django up over a home that no command sees."""
    from dateline.cli.main import COMMANDS
    from dateline.plant.db.setup import setup

    setup()
    for name, (module, _, _) in COMMANDS.items():
        if name not in _SKIPPED:
            import_module(module)
    for module in _ALSO:
        import_module(module)
    from django.db.migrations.loader import MigrationLoader

    MigrationLoader(None)
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a fork would lose the other threads"
    gc.collect()
    gc.freeze()  # what the forks share stays shared


def _forget() -> None:
    """Nothing that was read from environment or home may reach the command."""
    from django.conf import settings
    from django.db import connections
    from django.utils.functional import empty

    from dateline.plant.settings import get_settings

    for made in connections.all(initialized_only=True):
        assert made.connection is None, "two processes would speak over one connection"
        del connections[made.alias]
    get_settings.cache_clear()
    sys.modules.pop("dateline.plant.db.django_settings", None)
    settings._wrapped = empty
    vars(connections).update(_settings=None)
    vars(connections).pop("settings", None)


def _become(line: socket.socket) -> list[str]:
    """Takes output, environment and folder of the caller; the words of the command."""
    length, files, _, _ = socket.recv_fds(line, 8, 2)
    text = line.makefile("rb").read(int(length))
    assert len(files) == 2 and len(text) <= _HEAD_BYTES
    asked = json.loads(text)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in enumerate((nothing, *files)):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update({"DJANGO_SETTINGS_MODULE": "dateline.plant.db.django_settings"} | asked["environment"])
    os.chdir(asked["folder"])
    sys.argv = ["dateline", *asked["words"]]
    words: list[str] = asked["words"]
    return words


def _serve(listener: socket.socket) -> list[str]:
    """Forks once for every caller, and tells each how its command ended. Returns in the forks: what to run.

    Ends the process when the tests' end of standard input closes.
    """
    woken, wakes = socket.socketpair()
    for end in (woken, wakes):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes.fileno())
    lines: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as events:
        for source in (sys.stdin, listener, woken):
            events.register(source, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in events.select()}
            if sys.stdin in ready:
                raise SystemExit
            if woken in ready:
                woken.recv(4096)
                _tell(lines)
            if listener in ready:
                line, _ = listener.accept()
                process = os.fork()
                if process:
                    lines[process] = line
                    continue
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for other in (woken, wakes, listener, *lines.values()):
                    other.close()
                break
    with line:
        return _become(line)


def _tell(lines: dict[int, socket.socket]) -> None:
    while lines:
        process, status = os.waitpid(-1, os.WNOHANG)
        if not process:
            return
        with lines.pop(process) as line, suppress(OSError):  # the caller's patience may have ended
            line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _main() -> None:
    _prepare()
    words = _serve(socket.socket(fileno=int(sys.argv[1])))
    _forget()
    from dateline.cli.main import main

    main(words)


if __name__ == "__main__":
    _main()
