"""A wire in processes of its own, with releases of every kind on it: what a browser or a desktop meets."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from dateline.testing.ports import free_port

_READY_WITHIN_S = 60


@dataclass
class Site:
    """Home, ports and processes of one wire."""

    home: Path
    port: int = field(default_factory=free_port)
    edge_port: int = field(default_factory=free_port)
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)
    """What `fill` made: name -> path."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def edge_url(self) -> str:
        return f"http://127.0.0.1:{self.edge_port}"

    def start(self, name: str) -> None:
        """Starts `dateline NAME` and waits until it answers."""
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", "dateline", name], env=self._environment(), stderr=subprocess.DEVNULL
        )
        wait_for(f"{self.edge_url if name == 'edge' else self.url}/readyz")

    def stop(self, name: str, *, kill: bool = False) -> None:
        """Ends a process: SIGTERM, or SIGKILL."""
        process = self.processes.pop(name)
        if kill:
            process.kill()
        else:
            process.terminate()
        process.wait(timeout=20)

    def stop_all(self) -> None:
        """Ends everything that runs."""
        for name in list(self.processes):
            self.stop(name)

    def act(self, *words: str) -> Any:
        """Runs an act of `seed_site` in a process of its own; returns the document it prints last."""
        done = subprocess.run(
            [sys.executable, "-m", "dateline.faces.tests.seed_site", *words],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATELINE_HOME": str(self.home),
            "DATELINE_DATABASE_URL": "",
            "DATELINE_PORT": str(self.port),
            "DATELINE_EDGE_PORT": str(self.edge_port),
            "DATELINE_LOG_FORMAT": "json",
        }


def wait_for(address: str) -> None:
    """Returns once the address answers 200."""
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"{address} did not answer")
