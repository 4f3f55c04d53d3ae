"""The door: import recipients, name circuits, count reach, resolve and explain, address, stop."""

from dateline.audience.addressing import Addressed, addressed
from dateline.audience.circuits import add_circuit, circuit, circuits
from dateline.audience.csv_reading import Rejected
from dateline.audience.explaining import Explanation, explain
from dateline.audience.finding import Found, export_counts, find, names
from dateline.audience.importing import ImportResult, import_file, import_rows
from dateline.audience.reaching import Reach, reach
from dateline.audience.resolving import manifest_hash, resolve
from dateline.audience.rules import Targeting
from dateline.audience.stopping import is_suppressed, pause, person_of_token, stop, stop_token, suppress
from dateline.core.words import EditionDigest

__all__ = [
    "Addressed",
    "EditionDigest",
    "Explanation",
    "Found",
    "ImportResult",
    "Reach",
    "Rejected",
    "Targeting",
    "add_circuit",
    "addressed",
    "circuit",
    "circuits",
    "explain",
    "export_counts",
    "find",
    "import_file",
    "import_rows",
    "is_suppressed",
    "manifest_hash",
    "names",
    "pause",
    "person_of_token",
    "reach",
    "resolve",
    "stop",
    "stop_token",
    "suppress",
]
