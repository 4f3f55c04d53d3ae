"""Makes the small home that the upgrade test opens; run it once at each tagged version.

.venv/bin/python scripts/make_test_home.py      writes src/dateline/cli/tests/homes/VERSION.tar.gz
"""

import tarfile
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dateline import __version__
from dateline.cli.tests.wire_home import JOURNALIST_COLUMNS, OUTLET_COLUMNS, wire_home
from dateline.testing.smtp_sink import SmtpSink
from dateline.testing.webhook_receiver import WebhookReceiver

TARGET = Path(__file__).resolve().parent.parent / "src/dateline/cli/tests/homes"
_KEPT = ("dateline.sqlite3", "ledger.sqlite3", "keys")


def main() -> None:
    """One release out to two recipients, one held for a hundred years."""
    with (
        tempfile.TemporaryDirectory() as folder,
        WebhookReceiver() as hooks,
        SmtpSink() as sink,
        wire_home(Path(folder), sink, hooks) as wire,
    ):
        wire.run("issuer", "add", "hanbit", "--name", "Hanbit Robotics", "--country", "KR")
        outlet = f"London Ledger,GB,en,,paper,webhook,{hooks.url('/ledger')},json"
        wire.import_rows("outlet", OUTLET_COLUMNS, [outlet])
        person = "ada@ledger.example,Ada Ashdown,GB,en,04000000;13000000,,own form 2026"
        wire.import_rows("journalist", JOURNALIST_COLUMNS, [person])
        with wire.up():
            wire.run("send", wire.release_file())
            at = (datetime.now(UTC) + timedelta(days=36_500)).isoformat()
            held = wire.run("release", "add", wire.release_file("held.md"), "--at", at).strip()
            wire.run("release", "lock", held)
            wire.run("release", "approve", held)
            wire.wait_state(held, "held")
        _pack(Path(wire.environment["DATELINE_HOME"]))


def _pack(home: Path) -> None:
    TARGET.mkdir(exist_ok=True)
    with tarfile.open(TARGET / f"{__version__}.tar.gz", "w:gz") as packed:
        for name in _KEPT:
            packed.add(home / name, name)


if __name__ == "__main__":
    main()
