"""kill -9 of any process at any moment, a clock that slept over T0: nothing lost or early (I2, I3, I5)."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress

import pytest

from dateline.cli.tests.wire_home import JOURNALIST_COLUMNS, OUTLET_COLUMNS, WireHome, in_seconds
from dateline.core.clock import Instant, from_iso

pytestmark = pytest.mark.wire

SOAK = bool(os.environ.get("DATELINE_SOAK"))
KILLS = 100 if SOAK else 6
JOURNALISTS = 20_000 if SOAK else 2_000
OUTLETS = 200


def crowd(home: WireHome) -> None:
    """Enough recipients that processes die amid the work."""
    home.run("issuer", "add", "hanbit", "--name", "Hanbit Robotics", "--country", "KR")
    home.import_rows(
        "journalist",
        JOURNALIST_COLUMNS,
        [f"j{n}@desk{n % 40}.example,Jo {n},GB,en,13000000;04000000,,own form" for n in range(JOURNALISTS)],
    )
    home.import_rows(
        "outlet",
        OUTLET_COLUMNS,
        [f"Outlet {n},GB,en,,site,webhook,{home.hooks.url(f'/o/{n}')},json" for n in range(OUTLETS)],
    )


def test_killing_processes_under_load_loses_nothing(wire: WireHome) -> None:
    crowd(wire)
    draw = random.Random(7)
    with wire.up(DATELINE_LEASE_S="10") as up:
        release = wire.run("release", "add", wire.release_file(), "--at", in_seconds(3600)).strip()
        t0 = wire.approve_for_soon(release, left_s=2)
        sleep_until(t0, -1.5)  # the kills fall around T0 and amid the sending
        for _ in range(KILLS):
            time.sleep(draw.uniform(0.3, 1.6))
            name = draw.choice(["clock", "work", "dispatch", "dispatch", "web", "edge"])
            with suppress(KeyError, ProcessLookupError):
                os.kill(up.children()[name], signal.SIGKILL)
        wire.wait_state(release, "released")
        wire.wait_settled(release)
    report = wire.json("report", release)
    assert report["deliveries"] == {"accepted": JOURNALISTS + OUTLETS}
    lifted_at = report["lift"]["at"]
    mails, hooks = wire.sink.diary(), wire.hooks.diary()
    assert len({e.recipient for e in mails}) == JOURNALISTS
    assert len({e.path for e in hooks}) == OUTLETS
    # A repeat keeps its id: one id for each recipient, whatever was sent twice.
    for ids in (
        Counter((e.recipient, e.message_id) for e in mails),
        Counter((e.path, e.webhook_id) for e in hooks),
    ):
        assert len({who for who, _ in ids}) == len(ids)
    first = min([*(e.at for e in mails), *(e.at for e in hooks)])
    assert first >= from_iso(lifted_at).timestamp() - 0.001, "nothing left before the commit"
    assert report["lift"]["late_ms"] >= 0


def sleep_until(t0: Instant, more_s: float = 0.0) -> None:
    time.sleep(max(0.0, t0.timestamp() + more_s - time.time()))


def approved(home: WireHome) -> str:
    """An approved release with T0 just passed and no clock running over it."""
    release = home.run("release", "add", home.release_file(), "--at", in_seconds(3600)).strip()
    sleep_until(home.approve_for_soon(release, left_s=0))
    return release


def test_a_clock_that_slept_over_t0_lifts_late_within_the_limit(populated: WireHome) -> None:
    release = approved(populated)
    time.sleep(1)
    with populated.up():
        populated.wait_state(release, "released")
        populated.wait_settled(release)
    assert populated.json("report", release)["lift"]["late_ms"] > 0


def test_beyond_the_limit_the_hold_is_overdue_and_waits_for_a_person(populated: WireHome) -> None:
    release = approved(populated)
    time.sleep(2)
    with populated.up(DATELINE_LATE_LIMIT_S="1"):
        populated.wait_state(release, "overdue")
        time.sleep(1)
        assert populated.sink.diary() == [] and populated.hooks.diary() == []
        populated.run("release", "overdue", release)
        populated.wait_state(release, "released")
        populated.wait_settled(release)
    assert len(populated.hooks.diary()) == 2


@pytest.mark.once
def test_a_failing_endpoint_delays_nobody_and_the_send_ends_settled(wire: WireHome) -> None:
    """I6: a 503 goes to later tries beyond the settling time; everyone else has it meanwhile."""
    wire.run("issuer", "add", "hanbit", "--name", "Hanbit Robotics", "--country", "KR")
    paths = ["/failing", *[f"/o/{n}" for n in range(20)]]
    wire.import_rows(
        "outlet",
        OUTLET_COLUMNS,
        [f"Outlet {n},GB,en,,site,webhook,{wire.hooks.url(path)},json" for n, path in enumerate(paths)],
    )
    sent = wire.json("send", wire.release_file(), "--timeout", "120")
    assert sent["deliveries"] == {"accepted": 20, "deferred": 1}
    why = wire.json("ledger", "why", sent["release"], "Outlet 0")
    assert why["state"] == "deferred" and "503" in why["sentence"]
    assert len(why["attempts"]) >= 2
