"""A clock in a process of its own, on the test database named on the command line; says when it leads."""

import sys
import threading

from dateline.plant.db.setup import setup

if __name__ == "__main__":
    setup()
    from django.db import connections

    connections["default"].settings_dict["NAME"] = sys.argv[1]
    from dateline.plant.settings import get_settings
    from dateline.wire.leader import leadership

    lead = leadership(get_settings())
    while not lead.take():
        threading.Event().wait(0.05)
    print("leading", flush=True)
    threading.Event().wait(60)
