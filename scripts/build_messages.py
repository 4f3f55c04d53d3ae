"""Compiles the catalogues of the desks' pages: each complete .po gets its .mo, each other one loses it.

Needs Babel alone: scripts/install.sh, the build of the wheel and `make messages` all use it. An unfinished
catalogue is not compiled: no page is half in one language and half in English; people get English then.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parent.parent / "src" / "dateline" / "faces" / "locale"


def build(locales: Path = LOCALES) -> Iterator[tuple[str, int]]:
    """Compiles what is newer than its .mo; yields folder and count of messages where any is unfinished."""
    for source in sorted(locales.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        folder = source.parents[1].name
        with source.open("rb") as lines:
            catalogue = read_po(lines, locale=folder, charset="utf-8", abort_invalid=True)
        if unfinished := _unfinished(catalogue):
            target.unlink(missing_ok=True)
            yield folder, unfinished
            continue
        # Whole or not at all: tests in several processes and a running server read these.
        written = target.with_suffix(f".mo.{os.getpid()}")
        with written.open("wb") as out:
            write_mo(out, catalogue)
        written.replace(target)


def _unfinished(catalogue: Catalog) -> int:
    return sum(1 for message in catalogue if message.id and (message.fuzzy or not all(_texts(message))))


def _texts(message: Message) -> tuple[str, ...]:
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def main() -> int:
    """Compiles and names what was left out; an unfinished catalogue is no reason to stop an install."""
    for folder, unfinished in build():
        print(f"{folder}: not compiled, {unfinished} messages are without translation", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
