"""The machine's clock steps by an hour under a running wire: nothing goes early, and what is late waits for
its limit or for a person (I2).
"""

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from dateline.cli.tests.wire_home import WireHome, in_seconds

SOAK = bool(os.environ.get("DATELINE_SOAK"))
pytestmark = [
    pytest.mark.wire,
    pytest.mark.skipif(not SOAK, reason="half a minute a step: DATELINE_SOAK=1 runs it"),
]

HOUR_S = 3600
AHEAD_S = 25
"""Time for a release to be added, locked and approved before its T0."""


SHIFTED = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long offset(void) { /* seconds, from the file that the test rewrites */
    char text[32] = {0};
    const char *path = getenv("SHIFTED_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    long size = read(file, text, sizeof text - 1);
    close(file);
    return size > 0 ? atol(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *told) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, told);
    if (!result && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) told->tv_sec += offset();
    return result;
}

int gettimeofday(struct timeval *restrict told, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    told->tv_sec = now.tv_sec;
    told->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *told) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}
"""


class Wall:
    """The wall clock as the wire's processes see it. Their monotonic clocks go on as in truth: that is what
    a step of a real clock does, and what libfaketime cannot (under it, `clock_nanosleep` fails).
    """

    def __init__(self, folder: Path, library: Path) -> None:
        self._file = folder / "wall-clock"
        self.step(0)
        self.environment: dict[str, Any] = {"LD_PRELOAD": str(library), "SHIFTED_CLOCK": str(self._file)}

    def step(self, offset_s: int) -> None:
        """From now on it is off by so many seconds."""
        kept = self._file.with_suffix(".new")
        kept.write_text(f"{offset_s}\n", "ascii")
        kept.replace(self._file)


@pytest.fixture
def wall(tmp_path: Path, database_url: str) -> Wall:
    """Skips with one reason where the clock cannot be moved."""
    if database_url:
        pytest.skip("there the ledger's clock is PostgreSQL's own: the SQLite run moves the clock")
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler to shift the clock with; scripts/setup_test.sh installs one")
    source, library = tmp_path / "shifted.c", tmp_path / "shifted.so"
    source.write_text(SHIFTED, "ascii")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return Wall(tmp_path, library)


def approved(home: WireHome) -> tuple[str, float]:
    """(id, T0 in seconds of our monotonic clock) of a release that is approved and waits."""
    t0 = time.monotonic() + AHEAD_S
    release = home.run("release", "add", home.release_file(), "--at", in_seconds(AHEAD_S)).strip()
    home.run("release", "lock", release)
    home.run("release", "approve", release)
    return release, t0


def sent(home: WireHome) -> list[float]:
    """When each mail and webhook was taken, by the receivers' own clocks."""
    return [mail.at for mail in home.sink.diary()] + [hook.at for hook in home.hooks.diary()]


def accepted(home: WireHome, release: str) -> int:
    found: int = home.json("report", release)["deliveries"]["accepted"]
    return found


def truly(seconds: float) -> None:
    """Waits until that moment of our own monotonic clock, which nobody moves."""
    time.sleep(max(0.0, seconds - time.monotonic()))


def test_an_hour_ahead_sends_nothing_before_its_true_hour(populated: WireHome, wall: Wall) -> None:
    """For the stepped clock T0 is long past; the lift waits for both clocks, and is not overdue for it."""
    with populated.up(DATELINE_LATE_LIMIT_S="5", **wall.environment):
        release, t0 = approved(populated)
        true_t0 = time.time() + t0 - time.monotonic()
        wall.step(HOUR_S)
        truly(t0 - 0.3)
        assert sent(populated) == []
        populated.wait_state(release, "released")
        populated.wait_settled(release)
        assert min(sent(populated)) >= true_t0 - 0.1
        assert len(sent(populated)) == accepted(populated, release), "once for each recipient"


def test_an_hour_back_holds_and_beyond_the_limit_a_person_decides(populated: WireHome, wall: Wall) -> None:
    with populated.up(DATELINE_LATE_LIMIT_S="1", **wall.environment):
        release, t0 = approved(populated)
        wall.step(-HOUR_S)
        truly(t0 + 3)
        assert sent(populated) == [] and populated.json("release", "show", release)["state"] == "held"
        wall.step(0)
        populated.wait_state(release, "overdue")
        assert sent(populated) == []
        populated.run("release", "overdue", release)
        populated.wait_state(release, "released")
        populated.wait_settled(release)
        assert len(sent(populated)) == accepted(populated, release)
