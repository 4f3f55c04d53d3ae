"""One of several workers for crash tests: `python -m dateline.dispatch.tests.worker_child SLOT PEOPLE OUTLETS
DIARY SLOW_S`, in the slot of its home, with channels that write a diary before they answer.
"""

import signal
import sys
import threading
from pathlib import Path

from dateline.plant.db.setup import setup


def main() -> None:
    setup()
    from dateline.dispatch.process import run_dispatch
    from dateline.dispatch.tests.builders import crowd
    from dateline.testing.fake_channel import FakeChannel

    slot, people, outlets = (int(word) for word in sys.argv[1:4])
    diary, slow_s = Path(sys.argv[4]), float(sys.argv[5])
    channels = {
        kind: FakeChannel(kind, diary=diary, slow=lambda _: slow_s, keep=False, concurrency=16)
        for kind in ("mail", "webhook")
    }
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    print("ready", flush=True)
    run_dispatch(stop, channels, upstream=crowd(people, outlets), slot=slot)


if __name__ == "__main__":
    main()
