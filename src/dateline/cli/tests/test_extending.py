"""The examples of docs/extending run and keep the ports' promises."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from dateline.core.clock import Instant
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.words import Edition, Endpoint, IssuerRef, OpenedParcel, Receipt, Task, edition_sha256
from dateline.formats.facts import PageFacts
from dateline.plant.settings import get_settings

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).resolve().parents[4] / "docs" / "extending"
AT = Instant(datetime(2026, 11, 24, 9, tzinfo=UTC))
EDITION = Edition(
    release=ReleaseId("k7m2x9qd4w"),
    version=1,
    event_id="evt_x",
    type="released",
    language=Language("en"),
    original_language=Language("en"),
    slug="sample",
    headline="Ferry sails on time!",
    issuer=IssuerRef("nusantara", "Nusantara Ferries"),
    wire="Dateline",
)


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_format_reads_back_what_it_wrote() -> None:
    codec = load("example_format").CODEC
    before = codec.render(EDITION, PageFacts("https://wire.example", "Dateline"))
    after = codec.render(EDITION, PageFacts("https://wire.example", "Dateline", at=AT))
    assert codec.opened(before, at=AT, languages=("en",), base_url="https://wire.example") == after
    assert codec.read(after).headline == EDITION.headline
    assert edition_sha256(EDITION) in after.decode()


def test_the_example_check_finds_what_it_is_for() -> None:
    check = load("example_check").ExclamationCheck()
    assert [f.code for f in check.find(EDITION, None)] == ["exclamation"]


def test_the_example_channel_reports_once_for_each_task(home: Path) -> None:
    channel = load("example_channel").LinesChannel(get_settings())
    parcel = OpenedParcel(
        VersionId("v"), EDITION.release, 1, EDITION.language, "lines", "text", edition_sha256(EDITION), b"x"
    )
    tasks = [
        Task(n, 1, f"msg_{n}", Endpoint(f"e{n}", "lines", address), parcel)
        for n, address in enumerate(("press.txt", "../escape.txt", ""))
    ]
    receipts: list[Receipt] = []

    async def source() -> AsyncIterator[Task]:
        for task in tasks:
            yield task

    async def report(receipt: Receipt) -> None:
        receipts.append(receipt)

    asyncio.run(channel.send(source(), report))
    assert [r.outcome for r in receipts] == ["accepted", "accepted", "refused"]
    assert (home / "lines" / "escape.txt").exists(), "a path in the endpoint stays inside the folder"
    assert not (home / "escape.txt").exists()
