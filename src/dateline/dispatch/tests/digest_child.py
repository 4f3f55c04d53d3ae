"""A dispatch process for crash tests amid digests: `python -m dateline.dispatch.tests.digest_child PEOPLE
DIARY SLOW_S`.

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
    from dateline.dispatch.tests.builders import digest_crowd
    from dateline.testing.fake_channel import FakeChannel

    people, diary, slow_s = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    mail = FakeChannel("mail", diary=diary, slow=lambda _: slow_s, keep=False, concurrency=8)
    run_dispatch(stop, {"mail": mail}, upstream=digest_crowd(people))


if __name__ == "__main__":
    main()
