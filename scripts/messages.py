"""`make messages`: collects what the desks' pages say, merges it into every catalogue, compiles those.

Prints what each catalogue still lacks, with `--faults` one by one; returns 1 when there is anything.
"""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import build_messages


def main() -> int:
    """Merges, compiles, reports."""
    with tempfile.TemporaryDirectory(prefix="dateline-messages-") as home:
        os.environ["DATELINE_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "dateline.plant.db.django_settings"
        import django

        django.setup()
        from dateline.testing import catalogues

        for folder, left in catalogues.update():
            print(f"{folder}: {left or 'no'} faults")
        wanted = catalogues.template()
        faults = [fault for folder in catalogues.PLURALS for fault in catalogues.faults(folder, wanted)]
    for _ in build_messages.build():
        pass
    print("\n".join(fault for fault in faults if "--faults" in sys.argv[1:]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
