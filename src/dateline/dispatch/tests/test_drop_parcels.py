"""Parcels of file drops: the outlet's format, pictures beside it, the date that names keep."""

from dataclasses import replace

import pytest

from dateline.core.clock import SystemClock, to_micros
from dateline.core.words import Edition, Media, sha256_hex
from dateline.dispatch.models import Version
from dateline.dispatch.parcels import Opener
from dateline.dispatch.tests.builders import FakeHouse
from dateline.dispatch.versions import Released

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
DATA = b"\xff\xd8 a picture \xff\xd9"
PICTURE = Media("plant.jpg", "image/jpeg", sha256_hex(DATA), len(DATA))


class Illustrated(FakeHouse):
    """A house whose editions have a picture."""

    reads = 0

    def edition(self, lock_id: str, language: str) -> Edition:
        return replace(super().edition(lock_id, language), media=(PICTURE,))

    def media(self, lock_id: str) -> dict[str, tuple[bytes, str]]:
        self.reads += 1
        return {PICTURE.sha256: (DATA, "image/jpeg")}


def released(lock_id: str, at: int) -> Released:
    return Released(lock_id, lock_id, "k7m2x9qd4w", 4, at, True, False, False, ())


def house(*locks: str) -> Illustrated:
    made = Illustrated()
    for lock_id in locks:
        made.add(lock_id)
    return made


def test_a_drop_carries_format_and_pictures_and_other_channels_do_not() -> None:
    made = house("v1")
    opener, version = Opener(made), released("v1", to_micros(SystemClock().now()))
    drop = opener.open(version, "sftp", "en", "text")
    assert drop.media == ((PICTURE, DATA),) and b"Museum opens (en)" in drop.body and drop.slug
    hook = opener.open(version, "webhook", "en", "json")
    assert hook.media == () and hook.first_at is None


def test_languages_and_formats_share_the_bytes_of_a_picture() -> None:
    made = house("v1")
    opener, version = Opener(made), released("v1", to_micros(SystemClock().now()))
    drops = [opener.open(version, "s3", tag, form) for tag in ("en", "ko") for form in ("text", "json")]
    assert made.reads == 1 and len({id(drop.media[0][1]) for drop in drops}) == 1


def test_pictures_of_few_locks_stay_in_memory() -> None:
    made = house("v1", "v2", "v3")
    opener, at = Opener(made), to_micros(SystemClock().now())
    first = opener.open(released("v1", at), "sftp", "en", "text")
    for lock_id in ("v2", "v3"):
        opener.open(released(lock_id, at), "sftp", "en", "text")
    assert opener.open(released("v1", at), "sftp", "en", "text") is not first, "let go, and opened again"
    assert made.reads == 4


def test_a_correction_keeps_the_date_of_the_first_version() -> None:
    """So that the folders of a template with a date do not part it from what it corrects."""
    first_at, later_at = 1_700_000_000_000_000, 1_700_100_000_000_000
    for number, at in ((1, first_at), (2, later_at)):
        Version.objects.create(
            lock_id=f"v{number}", version_id=f"v{number}", release="k7m2x9qd4w", number=number, lifted_at=at
        )
    made = house("v1", "v2")
    parcel = Opener(made).open(released("v2", later_at), "folder", "en", "text")
    assert parcel.first_at is not None and to_micros(parcel.first_at) == first_at
    assert parcel.at is not None and to_micros(parcel.at) == later_at


def test_a_correction_keeps_the_name_of_the_first_version_in_every_format() -> None:
    """The day in a public name (RFC 3085) is that of the first publication."""
    first_at, later_at = 1_700_000_000_000_000, 1_700_100_000_000_000
    for number, at in ((1, first_at), (2, later_at)):
        Version.objects.create(
            lock_id=f"v{number}", version_id=f"v{number}", release="k7m2x9qd4w", number=number, lifted_at=at
        )
    opener = Opener(house("v1", "v2"))
    for form in ("newsml-g2", "newsml1", "ninjs", "ninjs2"):
        assert b":20231114:k7m2x9qd4w-en" in opener.open(released("v2", later_at), "folder", "en", form).body
