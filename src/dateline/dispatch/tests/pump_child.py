"""A dispatch process for crash tests: `python -m dateline.dispatch.tests.pump_child PEOPLE OUTLETS DIARY
[SLOW_S]`.

It answers from memory like its parent's house and writes each message id to the diary before it answers.
"""

import sys
from pathlib import Path

from dateline.dispatch.tests.children import told_to_stop
from dateline.plant.db.setup import setup


def main() -> None:
    stop = told_to_stop()
    setup()
    from dateline.dispatch.process import run_dispatch
    from dateline.dispatch.tests.builders import crowd
    from dateline.testing.fake_channel import FakeChannel

    people, outlets, diary = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    slow_s = float(sys.argv[4]) if len(sys.argv) > 4 else 0.0
    slow = (lambda task: slow_s) if slow_s else None
    channels = {
        kind: FakeChannel(kind, diary=diary, slow=slow, keep=False, concurrency=16)
        for kind in ("mail", "webhook")
    }
    run_dispatch(stop, channels, upstream=crowd(people, outlets))


if __name__ == "__main__":
    main()
