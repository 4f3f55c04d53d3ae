"""A real Apertium on loopback for tests and benches: apertium-apy over the pairs that Debian installs."""

import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from dateline.core.errors import Unavailable
from dateline.testing.ports import free_port

PAIRS: Final = Path("/usr/share/apertium")
PACKAGES: Final = "apertium apertium-apy apertium-eng-spa apertium-es-pt apertium-fr-es apertium-ind-zlm"
_START_S: Final = 60.0


def installed() -> bool:
    """Whether apertium-apy and the pairs that tests use are there."""
    modes = PAIRS / "modes"
    return shutil.which("apertium-apy") is not None and all(
        (modes / f"{name}.mode").exists() for name in ("eng-spa", "es-pt_BR", "es-fr", "ind-zlm")
    )


def version() -> str:
    """Name and version of the server, as its package says."""
    told = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", "apertium-apy"], capture_output=True, text=True, check=False
    )
    return f"apertium-apy {told.stdout.strip() or 'of unknown version'}"


def need_apertium() -> None:
    """Skips where it is not installed; in CI it must be there."""
    if installed():
        return
    if os.environ.get("CI"):
        pytest.fail(f"Apertium is missing and CI never skips; install {PACKAGES}")
    pytest.skip(f"needs a real Apertium: apt-get install {PACKAGES}")


class ApertiumServer:
    """apertium-apy on a free port, answering once this is made."""

    def __init__(self, folder: Path) -> None:
        for _ in range(3):  # its port may be taken between the look and the start
            self.port = free_port()
            self.process = self._started(folder)
            if self._answers():
                return
            self.stop()
        raise Unavailable("apertium-apy does not start; its log lies beside the test's files")

    def _started(self, folder: Path) -> "subprocess.Popen[bytes]":
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "apertium.log").open("wb") as log:
            return subprocess.Popen(
                ["apertium-apy", "-p", str(self.port), str(PAIRS)],
                cwd=folder,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _answers(self) -> bool:
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urlopen(f"{self.url}/listPairs", timeout=5):
                    return True
            except (URLError, OSError):
                time.sleep(0.1)
        return False

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Ends it and the pipelines that it started; safe to call twice."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, 15)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait()

    def __enter__(self) -> "ApertiumServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
