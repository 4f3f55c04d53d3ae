"""The axis of release types: what an announcement does, beside what it is about. A short list of our own."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ReleaseType:
    """`topic`: the Media Topic that comes nearest; `genre`: IPTC's genre."""

    slug: str
    label: str
    topic: str
    genre: str = "Press_Release"


_TABLE: Final = """
earnings Earnings|20000178
guidance Outlook for earnings|20000178
dividend Dividend|20000178
merger Merger|20000204
acquisition Acquisition|20000204
financing Financing|20000183
personnel Appointment or departure|20000190
product New product or service|20000205
partnership Partnership|20000200
contract Contract|20000196
event Event|20001136
webcast Webcast or call|20000193
research Research result|20000208
award Award|20000170
legal Legal matter|02000000
regulatory Regulatory disclosure|20000199
recall Product recall|20000207
safety Safety notice|03000000
statement Statement|20000170
correction Correction of an earlier release|20000170
"""


def _read(line: str) -> ReleaseType:
    slug, _, rest = line.partition(" ")
    label, _, topic = rest.partition("|")
    return ReleaseType(slug, label, topic)


RELEASE_TYPES: Final = tuple(_read(line) for line in _TABLE.strip().splitlines())
"""In the order in which they are listed."""
