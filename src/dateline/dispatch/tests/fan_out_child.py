"""A fan-out to be watched by strace: `python -m dateline.dispatch.tests.fan_out_child PEOPLE [unsynced]`.

It prepares lock `v1` and writes a line to its output after each chunk that was accepted, then `prepared`.
"""

import os
import sys

from dateline.plant.db.setup import setup


def main() -> None:
    setup()
    from dateline.dispatch import versions
    from dateline.dispatch.models import Version
    from dateline.dispatch.preparation import prepare
    from dateline.dispatch.sql import query
    from dateline.dispatch.tests.builders import RELEASE, crowd, now

    house = crowd(int(sys.argv[1]), 0)
    versions.hold("v1", RELEASE, None)
    if "unsynced" in sys.argv:
        query("PRAGMA synchronous = OFF")

    def accepted() -> None:
        os.write(1, b"accepted\n")

    if prepare(Version.objects.get(lock_id="v1"), house, now=now, between=accepted):
        os.write(1, b"prepared\n")


if __name__ == "__main__":
    main()
