"""The dispatch process of the wire bench: the real one, with channels that answer at once.

Run as `python -m dateline.bench.wire_dispatch` on the home that the environment names; ends at SIGTERM.
"""

import signal
import threading

from dateline.plant.db.setup import migrate
from dateline.plant.logs import configure_logs
from dateline.plant.settings import get_settings


def main() -> None:
    configure_logs(get_settings(), process="dispatch")
    migrate()
    from dateline.dispatch.services import run_dispatch
    from dateline.testing.fake_channel import FakeChannel

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    channels = {kind: FakeChannel(kind, keep=False, concurrency=64) for kind in ("mail", "webhook")}
    run_dispatch(stop, channels)


if __name__ == "__main__":
    main()
