"""Before T0 no byte that the databases keep tells what a release says (I1, T6)."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import connections

from dateline.audience import services as audience
from dateline.core.words import Block, Contact, Finding, Run
from dateline.desk import services as desk
from dateline.desk.tests.builders import added, ahead, approved, checked, hold, picture, released, story
from dateline.plant.db.databases import DEFAULT, LEDGER
from dateline.plant.settings import get_settings

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]
CANARIES = (
    "kanarihead", "kanarisub", "kanaribody", "kanaritable", "kanariabout", "kanaricontact", "kanaripicture",
    "kanaricaption", "kanarikeyword", "kanarifinding", "kanaritraveller", "kanarireason", "카나리아",
)  # fmt: skip


def told() -> tuple[object, ...]:
    """A release each part of which carries a canary; the slug is made from the headline on purpose."""
    media = picture(b"\x89PNG kanaripicture")
    item = media["media"][0]
    english = story(
        "en",
        headline="Kanarihead sings",
        subhead="kanarisub",
        blocks=(
            Block("paragraph", runs=(Run("kanaribody"),)),
            Block("table", rows=(((Run("kanaritable"),),),)),
        ),
        boilerplate=(Block("paragraph", runs=(Run("kanariabout"),)),),
        contacts=(Contact("kanaricontact"),),
        keywords=("kanarikeyword",),
        findings=(Finding("odd", "warn", "text", "kanaritraveller"),),
        media=(
            type(item)(
                **{**{f: getattr(item, f) for f in item.__dataclass_fields__}, "caption": "kanaricaption"}
            ),
        ),
        attachments=media["attachments"],
    )
    return (english, story("ko", headline="카나리아 노래하다"))


def everything() -> bytes:
    """Every value of every table of both databases, and the bytes of SQLite's files and their logs."""
    found: list[bytes] = []
    for alias in (DEFAULT, LEDGER):
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f"SELECT * FROM {connections[alias].ops.quote_name(table)}")
                for row in cursor.fetchall():
                    found += [
                        v
                        if isinstance(v, bytes)
                        else bytes(v)
                        if isinstance(v, memoryview)
                        else str(v).encode()
                        for v in row
                    ]
    if not get_settings().on_postgres:
        files = sorted(Path(get_settings().home).glob("*.sqlite3*"))
        assert files
        found += [path.read_bytes() for path in files]
    return b"\0".join(found)


def leaks(words: tuple[str, ...] = CANARIES) -> list[str]:
    kept = everything().lower()
    return [word for word in words if word.encode() in kept or word.encode("utf-16-le") in kept]


def test_nothing_of_a_release_is_in_the_databases_before_t0_i1_t6() -> None:
    assert apps.is_installed("dateline.desk")
    audience.add_circuit("song", countries=("KR",))
    release = added(*told(), at=ahead(), circuit="song")  # type: ignore[arg-type]
    assert leaks() == []
    version = checked(desk.lock(release, by="ana"), Finding("text", "block", "headline", "kanarifinding"))
    for edition in version.editions:
        desk.override(release, edition.sha256, "text", reason="kanarireason", by="ana")
    assert leaks() == []
    assert desk.approve(release, by="ana").complete
    hold(version)
    assert leaks() == []
    desk.set_time(release, ahead(7200), by="ana")
    desk.lock(release, by="ana")
    desk.return_release(release, reason="kanarireason", by="ana")
    desk.spike(release, reason="kanarireason", by="ana")
    assert leaks() == []
    assert desk.headline(release) == "Kanarihead sings"
    assert desk.show(release).slug == "kanarihead-sings"


def test_the_search_finds_what_is_kept_in_clear() -> None:
    added(story(provider="kanariclear"))
    assert leaks(("kanariclear", "kanaribody")) == ["kanariclear"]


def test_later_versions_are_as_sealed_as_the_first_i1() -> None:
    release = released(story("en"))
    desk.lock_correction(release, [told()[0]], reason="kanarireason", by="ana")  # type: ignore[list-item]
    desk.lock_late_edition(release, [told()[1]], by="ana")  # type: ignore[list-item]
    assert leaks() == []
    desk.lock_kill(release, reason="kanarireason", by="ana")
    assert leaks() == []


def test_a_dropped_lock_leaves_no_key_t6() -> None:
    from dateline.plant.db.models import VaultKey

    release = added(*told(), at=ahead())  # type: ignore[arg-type]
    version = approved(release)
    assert VaultKey.objects.filter(owner=version.version_id).exists()
    desk.return_release(release, reason="x", by="ana")
    assert not VaultKey.objects.filter(owner=version.version_id).exists()
