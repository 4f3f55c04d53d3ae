"""What providers send becomes arrivals: id, version, state, rights, end of use, language."""

from pathlib import Path

import pytest

from dateline.core.languages import Language
from dateline.intake.providers.arrivals import Arrival, Refusal, Source, arrivals
from dateline.intake.tests import provider_documents as documents
from dateline.testing.shared_data import shared

pytestmark = pytest.mark.unit
ENGLISH = Source(Language("en"))


def one(data: bytes, name: str = "item", source: Source = ENGLISH) -> Arrival:
    (found,) = arrivals(data, name, source)
    assert isinstance(found, Arrival), found
    return found


@pytest.mark.parametrize(
    ("write", "id_", "dead"),
    [
        (documents.g2, "urn:newsml:kyoto.example:1", "canceled"),
        (documents.ninjs, "http://kyoto.example/1", "canceled"),
        (documents.nitf, "kyoto.example:1", "canceled"),
        (documents.newsml1, "kyoto.example:20261124:1", "Canceled"),
    ],
    ids=["g2", "ninjs", "nitf", "newsml1"],
)
def test_each_standard_gives_id_version_rights_and_kills(write, id_: str, dead: str) -> None:  # type: ignore[no-untyped-def]
    found = one(write(2))
    assert (found.id, found.version, found.state) == (id_, "2", "live")
    assert found.rights
    assert found.story is not None
    assert found.story.headline == "Harbour museum opens its hall"
    assert "two hundred ships" in found.story.blocks[-1].text
    killed = one(write(3, status=dead))
    assert (killed.id, killed.version, killed.state, killed.story) == (id_, "3", "killed", None)


@pytest.mark.parametrize("write", [documents.ninjs, documents.nitf])
def test_the_end_of_use_is_kept(write) -> None:  # type: ignore[no-untyped-def]
    expires = one(write(1)).expires
    assert expires is not None
    assert expires.isoformat() == "2026-12-01T00:00:00+00:00"


def test_a_feed_gives_every_item_and_refuses_only_what_is_none() -> None:
    """I14"""
    more = "<prism:expirationDate>2026-12-01T00:00:00Z</prism:expirationDate><dc:rights>Own</dc:rights>"
    data = documents.rss(
        documents.item("u1", more=more), documents.item("u2", title=" "), documents.item("u3")
    )
    first, second, third = arrivals(data, "feed.rss", ENGLISH)
    assert isinstance(first, Arrival)
    assert (first.id, first.rights, first.categories) == ("u1", "Own", ("Local",))
    assert first.expires is not None
    assert second == Refusal("feed item 2", "has no headline")
    assert isinstance(third, Arrival)
    assert third.rights == "Kyoto 2026"


def test_atom_tells_versions_and_tombstones() -> None:
    data = f"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">
    <id>f</id><title>K</title><updated>2026-11-24T00:00:00Z</updated><rights>Kyoto</rights>
    <at:deleted-entry ref="urn:x:9" when="2026-11-24T00:00:00Z"/>
    <entry xml:lang="en"><id>urn:x:1</id><title>Harbour museum opens</title>
    <updated>2026-11-24T01:00:00Z</updated><content type="text">{documents.OTHER}</content></entry></feed>"""
    gone, entry = arrivals(data.encode(), "feed.atom", ENGLISH)
    assert isinstance(gone, Arrival)
    assert (gone.id, gone.state) == ("urn:x:9", "killed")
    assert isinstance(entry, Arrival)
    assert (entry.id, entry.version) == ("urn:x:1", "2026-11-24T01:00:00.000Z")
    assert entry.rights == "Kyoto"


JAPANESE = (
    "釜山港湾博物館は火曜日、三年の工事を終えて新しい展示室を開くと発表した。九カ国の船二百隻を展示する。" * 2
)


@pytest.mark.parametrize(
    ("declared", "default", "language", "held"),
    [
        ("ja", "ja", "ja", False),
        ("en-US", "ja", "ja", False),  # a program's default gives way to what was agreed and what is read
        ("", "ja", "ja", False),
        ("en", "en", "ja", True),
        ("", "en", "ja", True),
    ],
)
def test_the_language_is_the_declared_one_checked_by_the_text(
    declared: str, default: str, language: str, held: bool
) -> None:
    data = documents.rss(documents.item("u1", title="釜山の博物館", body=JAPANESE), language=declared)
    found = one(data, "feed.rss", Source(Language(default)))
    assert found.story is not None
    assert found.story.language == language
    codes = {(f.code, f.severity) for f in found.story.findings}
    assert (("language-doubtful", "hold") in codes) is held


def test_a_file_without_an_identifier_is_known_by_its_name(tmp_path: Path) -> None:
    found = one(b"---\nheadline: Museum opens\n---\n" + documents.OTHER.encode(), "museum.md")
    assert (found.id, found.version) == ("museum.md", "")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b'{"a": 1}', "no news format"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'b'>]><rss><channel/></rss>", ""),
    ],
)
def test_what_cannot_be_read_is_refused_with_place_and_reason(data: bytes, words: str) -> None:
    found = list(arrivals(data, "in.bin", ENGLISH))
    assert all(isinstance(entry, Refusal) and words in entry.reason for entry in found)
    assert all(entry.where for entry in found)


def test_the_samples_of_the_standards_arrive_with_their_ids() -> None:
    folder = shared("samples")
    files = [path for path in sorted(folder.rglob("*.xml"))[:40] if path.is_file()]
    assert files
    for path in files:
        for found in arrivals(path.read_bytes(), path.name, ENGLISH):
            assert isinstance(found, Arrival | Refusal)
            if isinstance(found, Arrival) and found.state == "live":
                assert found.story is not None
