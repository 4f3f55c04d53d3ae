"""What reading a feed of many items takes of memory, each reader in a process of its own."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from dateline.core.errors import Unavailable

_ITEM: Final = (
    "<item><guid>urn:x:{0}</guid><title>Hall {0} opens</title><category>culture</category>"
    "<pubDate>Tue, 24 Nov 2026 09:00:00 GMT</pubDate><description>{1}</description></item>\n"
)
_TEXT: Final = "&lt;p&gt;The harbour museum opens its new hall next week.&lt;/p&gt; " * 14
_READERS: Final[dict[str, str]] = {
    "dateline": (
        "from dateline.formats.feeds_streaming import stream_feed as read\n"
        "count = lambda data: sum(1 for _ in read(data)[1])"
    ),
    "feedparser": "import feedparser\ncount = lambda data: len(feedparser.parse(data).entries)",
}
_CHILD: Final = """
import json, resource, sys
{reader}
with open(sys.argv[1], "rb") as file:
    data = file.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = count(data)
print(json.dumps([found, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024]))
"""


def feed_file(path: Path, items: int) -> None:
    """An RSS feed of `items` items of about a kilobyte."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<rss version="2.0"><channel><title>Feed</title><language>en</language>\n')
        file.writelines(_ITEM.format(number, _TEXT) for number in range(items))
        file.write("</channel></rss>")


def peak_mb(reader: str, path: Path, items: int) -> float:
    """Megabytes that reading the file adds to the peak of a new process. Raises Unavailable if it fails."""
    child = _CHILD.format(reader=_READERS[reader])
    ran = subprocess.run([sys.executable, "-c", child, str(path)], capture_output=True, check=False)
    if ran.returncode:
        raise Unavailable(f"{reader} failed: {ran.stderr.decode(errors='replace').strip()[-200:]}")
    found, peak = json.loads(ran.stdout)
    if found != items:
        raise Unavailable(f"{reader} read {found} of {items} items")
    return float(peak)


def memory_rows(items: int, rounds: int) -> Iterator[dict[str, Any]]:
    """Rows for a tenth of the items and for all: memory is flat where both say nearly the same a megabyte."""
    with tempfile.TemporaryDirectory() as folder:
        for count in dict.fromkeys((max(1, items // 10), items)):
            path = Path(folder) / "feed.xml"
            feed_file(path, count)
            size = path.stat().st_size / 1e6
            yield _row(f"feed of {count} items, {size:.1f} MB", rounds, partial(_peak, path, count))


def _peak(path: Path, items: int, reader: str) -> float:
    return peak_mb(reader, path, items)


def _row(case: str, rounds: int, measure: Callable[[str], float]) -> dict[str, Any]:
    ours = [measure("dateline") for _ in range(rounds)]
    try:
        peer = f"feedparser {version('feedparser')}"
        theirs = [measure("feedparser") for _ in range(rounds)]
    except PackageNotFoundError:
        peer, theirs = "", []
    ratio = statistics.median(ours) / max(statistics.median(theirs), 0.1) if theirs else None
    return {
        "case": case,
        "metric": "peak memory of reading",
        "unit": "MB",
        "median": round(statistics.median(ours), 1),
        "min": round(min(ours), 1),
        "max": round(max(ours), 1),
        "peer": peer or None,
        "ratio": None if ratio is None else max(round(ratio, 3), 0.001),
    }
