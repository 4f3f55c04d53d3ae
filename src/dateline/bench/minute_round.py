"""The home of `dateline bench minute`: `python -m dateline.bench.minute_round fill FILE` makes its
recipients, `release FILE` puts one release in fifteen languages on the wire and prints what became of it.

FILE is JSON. For `fill`: {"recipients", "endpoints": [urls], "others": [urls]}; for `release`: {"lead_s"}.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from dateline.bench.lead_time import due_in
from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import Unavailable
from dateline.core.ids import VersionId
from dateline.core.languages import Language
from dateline.core.sectors import parse_sector
from dateline.core.words import Translation
from dateline.plant.db.setup import migrate

LANGUAGES: Final = (
    "en", "ko", "ja", "ar", "zh-Hans", "zh-Hant", "vi", "th", "id", "ms", "de", "ru", "fr", "es", "pt-BR",
)  # fmt: skip
ORIGINAL: Final = "ko"
MARK: Final = 1
_SECTORS: Final = (parse_sector("business"),)
# A text that was really written in every language, as the gate asks for: the demo's.
_TEXTS: Final = Path(__file__).parents[1] / "demo" / "releases" / "hanbit-repair-workshops"
_CHUNK: Final = 20_000
_WITHIN_S: Final = 900.0
_SAMPLE_S: Final = 1.0


def fill(recipients: int, endpoints: list[str], others: list[str]) -> None:
    """Journalists and outlets, each with one of the fifteen languages: as many deliveries as recipients."""
    migrate()
    from dateline.audience import services as audience
    from dateline.issuers import services as issuers

    issuers.add_issuer("bench", "Bench", "KR")
    issuers.add_person("bench")
    audience.add_circuit("everybody", countries=["KR"])
    outlets = [
        {
            "name": f"Outlet {number}", "country": "KR", "languages": LANGUAGES[number % 15], "sectors": "",
            "kind": "site", "channel": "webhook", "endpoint": url, "format": "json",
        }
        for number, url in enumerate([*endpoints, *others])
    ]  # fmt: skip
    taken = [audience.import_rows(outlets, "outlet")]
    for start in range(0, recipients, _CHUNK):
        people = [_journalist(number) for number in range(start, min(start + _CHUNK, recipients))]
        taken.append(audience.import_rows(people, "journalist"))
    if rejected := [row for one in taken for row in one.rejected]:
        raise Unavailable(f"the bench's own rows were rejected: {rejected[0]}")


def _journalist(number: int) -> dict[str, str]:
    return {
        "email": f"j{number}@desk{number % 997}.example", "name": f"Journalist {number}", "country": "KR",
        "languages": LANGUAGES[number % 15], "sectors": "business", "outlet": "", "consent": "bench",
        "cap": "1000",
    }  # fmt: skip


def release(lead_s: float) -> dict[str, Any]:
    """One release in fifteen languages; waits until the ledger has settled.

    `{"t0": Unix seconds, "prepared", "late_ms", "states": {channel: {state: count}},
    "curves": {channel: [[s, accepted]]}, "last_s": {channel: s}}`, s being seconds after T0.
    """
    migrate()
    from dateline.dispatch import services as dispatch

    version, at = due_in(lead_s, _submitted)
    while SystemClock().now() < at:
        time.sleep(0.05)
    prepared = dispatch.is_prepared(version)
    curves = _watch(version, at)
    spans = dispatch.first_last(version)
    states: dict[str, dict[str, int]] = {}
    for cell in dispatch.breakdown(version):
        of_channel = states.setdefault(cell.channel, {})
        of_channel[cell.state] = of_channel.get(cell.state, 0) + cell.count
    return {
        "t0": at.timestamp(),
        "prepared": prepared,
        "late_ms": _late_ms(version, at),
        "states": states,
        "curves": curves,
        "last_s": {channel: (last - at).total_seconds() for channel, (_, last) in spans.items()},
    }


def _submitted(at: Instant) -> VersionId:
    from dateline.desk import services as desk
    from dateline.intake import services as intake
    from dateline.wire import services as wire

    # The receivers on the stream look for the mark: T0 on the clock that they measure by.
    t0_ns = time.monotonic_ns() + int((at - SystemClock().now()).total_seconds() * 1e9)
    stories = []
    for tag in LANGUAGES:
        read = intake.read_file(_TEXTS / f"{tag}.md", lang=Language(tag))
        headline = f"{read.headline} ~mark:{MARK}:{t0_ns}~"
        translation = None if tag == ORIGINAL else Translation("human")
        stories.append(
            replace(
                read, headline=headline, sectors=_SECTORS, original=tag == ORIGINAL, translation=translation
            )
        )
    stories.sort(key=lambda story: not story.original)
    release_id = desk.add_release(stories, issuer="bench", circuit="everybody", at=at, by="bench")
    submitted = wire.submit(release_id, by="bench")
    if not submitted.approved:
        raise Unavailable(f"the bench's own release was not approved: {submitted.findings}")
    return submitted.version_id


def _watch(version: VersionId, at: Instant) -> dict[str, list[tuple[float, int]]]:
    """How many were accepted, once a second until all rows are settled."""
    from dateline.dispatch import services as dispatch

    curves: dict[str, list[tuple[float, int]]] = {}
    deadline = time.monotonic() + _WITHIN_S
    while True:
        settled = dispatch.is_settled(version)
        after_s = (SystemClock().now() - at).total_seconds()
        counts: dict[str, int] = {}
        for cell in dispatch.breakdown(version):
            counts[cell.channel] = counts.get(cell.channel, 0) + cell.count * (cell.state == "accepted")
        for channel, count in counts.items():
            curves.setdefault(channel, []).append((after_s, count))
        if settled:
            return curves
        if time.monotonic() > deadline:
            raise Unavailable(f"the release did not settle within {_WITHIN_S:.0f} s: {counts}")
        time.sleep(_SAMPLE_S)


def _late_ms(version: VersionId, at: Instant) -> float:
    from dateline.wire import services as wire

    hold = wire.hold(version)
    if hold is None or hold.lifted_at is None:
        raise Unavailable(f"{version} was not lifted")
    return (hold.lifted_at - at).total_seconds() * 1000


if __name__ == "__main__":
    told = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    if sys.argv[1] == "fill":
        fill(**told)
    else:
        print(json.dumps(release(**told)))
