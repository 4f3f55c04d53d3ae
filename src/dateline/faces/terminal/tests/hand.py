"""The hand of a desk on a terminal's wire: a process of its own that does what it reads, line by line.

One process for all acts, as each start of one costs more than most acts. Run as a module it reads
`["ACT", ARGUMENT, ...]` and prints one JSON document a line.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from dateline.faces.tests.site import Site


class Hand:
    """Acts on a site's home."""

    def __init__(self, site: Site) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dateline.faces.terminal.tests.hand"],
            env=site._environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __call__(self, act: str, *arguments: Any) -> Any:
        """The document that the act returns."""
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps([act, *arguments]) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, f"the hand ended at {act}"
        return json.loads(line)

    def close(self) -> None:
        """Ends the process and its pipes."""
        self._process.communicate(timeout=30)


def main() -> None:
    """Does what it reads until the end of its input."""
    from dateline.plant.db.setup import migrate

    answers, sys.stdout = sys.stdout, sys.stderr  # log lines of the house must not stand among the documents
    migrate()
    from dateline.faces.terminal.tests import acts  # needs Django set up

    known: dict[str, Callable[..., Any]] = acts.ACTS
    for line in sys.stdin:
        act, *arguments = json.loads(line)
        print(json.dumps(known[act](*arguments)), file=answers, flush=True)


if __name__ == "__main__":
    main()
