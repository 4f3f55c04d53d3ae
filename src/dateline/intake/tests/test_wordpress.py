"""WordPress exports: what is read, how languages belong together, what a post becomes, what is refused."""

import re
from collections import Counter
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dateline.core.clock import Instant
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Story
from dateline.intake.services import Unreadable, wordpress
from dateline.intake.wordpress.posts import Post, Site
from dateline.intake.wordpress.shortcodes import plain_html
from dateline.testing.wordpress_export import SITE, TEXT, WpPost, attachment, export, polylang, wpml

pytestmark = pytest.mark.unit
NOW = Instant(datetime(2026, 11, 25, tzinfo=UTC))


def archive(folder: Path, data: bytes, **more: Any) -> wordpress.Archive:
    """The export in a file, sorted."""
    file = folder / "export.xml"
    file.write_bytes(data)
    return wordpress.read_archive(file, now=NOW, **more)


def read(folder: Path, *posts: WpPost, media: Path | None = None) -> tuple[Story, wordpress.Reader]:
    """The story of the first post, and the reader that made it."""
    with archive(folder, export(*posts)) as found:
        reader = wordpress.Reader(found.site, wordpress.Uploads(media))
        entry = found.groups[0][0]
        return reader.story(found.post(entry), entry.language, issuer="harbour"), reader


def text_of(story: Story) -> str:
    return "\n".join(block.text or block.href for block in story.blocks)


def languages(found: wordpress.Archive) -> list[list[str]]:
    return [[f"{entry.language}:{entry.id}" for entry in group] for group in found.groups]


# --- the file --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_every_version_of_the_format_is_read(tmp_path: Path, version: str) -> None:
    with archive(tmp_path, export(WpPost(7, excerpt="A hall."), version=version)) as found:
        (entry,) = found.groups[0]
        post = found.post(entry)
        assert (post.title, post.excerpt, post.creator) == (
            "Harbour museum opens its new hall",
            "A hall.",
            "ana",
        )
        assert entry.at == datetime(2019, 5, 6, 7, 8, 9, tzinfo=UTC) and entry.language == "en"


def test_what_is_not_public_stays_behind_and_is_counted(tmp_path: Path) -> None:
    posts = [
        WpPost(1, status="draft"), WpPost(2, status="private"), WpPost(3, type="page"),
        WpPost(4, password="x"), WpPost(5, date_gmt="2031-01-01 00:00:00"), WpPost(6, status="trash"),
    ]  # fmt: skip
    with archive(tmp_path, export(*posts)) as found:
        assert found.groups == []
        assert found.skipped == Counter(
            {"draft": 1, "private": 1, "type page": 1, "with password": 1, "future": 1, "trash": 1}
        )


def test_a_post_type_of_its_own_is_taken_when_asked_for(tmp_path: Path) -> None:
    with archive(tmp_path, export(WpPost(1, type="press"), WpPost(2)), types=("press",)) as found:
        assert languages(found) == [["en:1"]]


@pytest.mark.parametrize(
    ("post", "reason"),
    [
        (WpPost(0), "no wp:post_id"),
        (WpPost(3, date_gmt="0000-00-00 00:00:00"), "no date"),
        (WpPost(3, date_gmt="2019-13-41 00:00:00", published="someday"), "no date"),
    ],
)
def test_a_post_that_cannot_be_told_or_dated_is_rejected_with_its_line(
    tmp_path: Path, post: WpPost, reason: str
) -> None:
    with archive(tmp_path, export(post, WpPost(4))) as found:
        (rejected,) = found.rejected
        assert reason in rejected.reason and rejected.line > 10
        assert languages(found) == [["en:4"]]


def test_the_second_of_two_posts_with_one_id_is_rejected(tmp_path: Path) -> None:
    with archive(tmp_path, export(WpPost(4), WpPost(4, title="Another"))) as found:
        assert [one.title for one in found.rejected] == ["Another"]


def test_a_date_without_gmt_comes_from_the_feed_date(tmp_path: Path) -> None:
    post = WpPost(4, date_gmt="0000-00-00 00:00:00", published="Mon, 06 May 2019 09:00:00 +0200")
    with archive(tmp_path, export(post)) as found:
        assert found.groups[0][0].at == datetime(2019, 5, 6, 7, 0, tzinfo=UTC)


BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss><channel><title>&b;</title></channel></rss>"""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (BOMB, "document type"),
        (b"<?xml version='1.0'?><!-- x --><!DOCTYPE rss SYSTEM 'file:///etc/passwd'><rss/>", "document type"),
        (b"<?xml version='1.0'?>" + b"<!--" + b"x" * 70_000 + b"--><!DOCTYPE rss><rss/>", "document type"),
        (b"", "empty"),
        (b"\xff\xfe<\0r\0s\0s\0>\0", "UTF-16"),
        (b"<feed/>", "not the root"),
        (b"<rss><channel><title>x</title></channel></rss>", "no WordPress export"),
        (export(WpPost(1))[:-40], "no whole XML file"),
        (export(WpPost(1)).replace(b"1.2</wp:wxr", b"9.9</wp:wxr"), "none of 1.0"),
        (export(WpPost(1)).replace(b"hall", b"\xff\xfehall", 1), "no whole XML file"),
        (export(WpPost(1)).replace(b"<title>Harbour news", b"<title>&bomb;", 1), "no whole XML file"),
        (b"PK\x03\x04 a zip", "no whole XML file"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_or_hostile_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    """I14"""
    with pytest.raises(Unreadable, match=words):
        archive(tmp_path, data)
    with pytest.raises(Unreadable, match="cannot be opened"):
        wordpress.read_archive(tmp_path / "absent.xml", now=NOW)


def test_control_characters_that_no_xml_may_hold_are_blanks_and_said(tmp_path: Path) -> None:
    with archive(tmp_path, export(WpPost(1, title="Harbour\x0bmuseum\x01"))) as found:
        assert found.post(found.groups[0][0]).title == "Harbour museum"
        assert "2 control characters" in found.notes[0]


def test_thousands_of_posts_wait_in_a_file_and_not_in_memory(tmp_path: Path) -> None:
    posts = [WpPost(n, content=TEXT["en"] * 20) for n in range(1, 1501)]
    seen: list[int] = []
    with archive(tmp_path, export(*posts), tick=seen.append) as found:
        assert len(found.groups) == 1500 and sum(seen) == (tmp_path / "export.xml").stat().st_size
        assert found.post(found.groups[999][0]).id == 1000
    with pytest.raises(ValueError, match="closed"):
        found.post(found.groups[0][0])


# --- languages -------------------------------------------------------------------------------------------


def test_polylang_pairs_are_editions_of_one_release_by_their_locale(tmp_path: Path) -> None:
    posts = [
        WpPost(1, terms=polylang("en", "pll_1")),
        WpPost(2, terms=polylang("tw", "pll_1"), date_gmt="2019-05-07 00:00:00"),
        WpPost(3, terms=polylang("de-formal", "pll_2")),
    ]
    locales = {"en": "en_US", "tw": "zh_TW", "de-formal": "de_DE_formal"}
    with archive(tmp_path, export(*posts, locales=locales)) as found:
        assert languages(found) == [["en:1", "zh-Hant:2"], ["de:3"]]


def test_wpml_pairs_name_their_original(tmp_path: Path) -> None:
    posts = [
        WpPost(1, meta=wpml("de", "g1", source="fr"), date_gmt="2019-01-01 00:00:00"),
        WpPost(2, meta=wpml("fr", "g1"), date_gmt="2019-02-01 00:00:00"),
        WpPost(3, meta={"_icl_lang_duplicate_of": "4", "_wpml_import_language_code": "es"}),
        WpPost(4),
        WpPost(5, link=f"{SITE}/?p=5&lang=pt-br"),
    ]
    with archive(tmp_path, export(*posts)) as found:
        assert languages(found) == [["fr:2", "de:1"], ["en:4", "es:3"], ["pt-BR:5"]]


def test_a_second_post_in_one_language_becomes_a_release_of_its_own(tmp_path: Path) -> None:
    posts = [WpPost(n, terms=polylang("en", "pll_1")) for n in (1, 2)]
    with archive(tmp_path, export(*posts)) as found:
        assert sorted(languages(found)) == [["en:1"], ["en:2"]]
        assert "becomes a release of its own" in found.notes[0]


def test_an_unknown_language_is_rejected_and_a_named_one_beats_the_sites(tmp_path: Path) -> None:
    with archive(tmp_path, export(WpPost(1, meta=wpml("xx-nonsense-1", "g")))) as found:
        assert "language" in found.rejected[0].reason and found.groups == []
    with archive(tmp_path, export(WpPost(1)), language=Language("ko")) as found:
        assert languages(found) == [["ko:1"]]


# --- the text --------------------------------------------------------------------------------------------


def test_blocks_of_the_editor_become_blocks_without_their_comments(tmp_path: Path) -> None:
    content = (
        '<!-- wp:heading {"level":2} --><h2>Hours</h2><!-- /wp:heading -->\n'
        f"<!-- wp:paragraph -->{TEXT['en']}<!-- /wp:paragraph -->\n"
        "<!-- wp:list --><ul><li>Nine to five</li></ul><!-- /wp:list -->"
    )
    story, _ = read(tmp_path, WpPost(1, content=content, excerpt="What is new"))
    assert [block.kind for block in story.blocks] == ["heading", "paragraph", "list"]
    assert (story.headline, story.subhead, story.slug) == (
        "Harbour museum opens its new hall", "What is new", "",
    )  # fmt: skip
    assert "wp:" not in text_of(story)


def test_blank_lines_of_the_classic_editor_are_paragraphs(tmp_path: Path) -> None:
    content = "First paragraph of the text\nwith a second line.\n\nSecond paragraph.\n<h3>Head</h3>\nThird."
    story, _ = read(tmp_path, WpPost(1, content=content, name="new-hall"))
    assert [(b.kind, b.text) for b in story.blocks] == [
        ("paragraph", "First paragraph of the text\nwith a second line."),
        ("paragraph", "Second paragraph."),
        ("heading", "Head"),
        ("paragraph", "Third."),
    ]
    assert story.slug == "new-hall"


def test_shortcodes_are_run_kept_or_taken_out_and_counted() -> None:
    used: Counter[str] = Counter()
    content = (
        "Words [sic] and [Reuters] and [[gallery]] stay. [button link=x]Press[/button] "
        '[contact-form-7 id="3"] [embed]https://video.example/7[/embed] [soundcloud url="https://s.example/1"]'
        "[vc_row][vc_column]Inside[/vc_column][/vc_row]"
    )
    html = plain_html(content, lambda number: f"<figure>{number}</figure>", used)
    assert "[sic]" in html and "[Reuters]" in html and "[gallery]" in html and "Inside" in html
    assert 'href="https://video.example/7"' in html and 'href="https://s.example/1"' in html
    assert used == Counter({"button": 1, "contact-form-7": 1, "vc_row": 1, "vc_column": 1})
    assert plain_html('[gallery ids="5, 6"]', lambda number: f"<b>{number}</b>", used).count("<b>") == 2


def test_captions_are_figures_whatever_is_left_open() -> None:
    html = plain_html(
        '[caption id="a" width="3"]<img src="x.jpg" /> The hall[/caption]', lambda _: "", Counter()
    )
    assert re.sub(r"\s*\n\s*", "", html) == (
        '<figure><img src="x.jpg" /><figcaption>The hall</figcaption></figure>'
    )
    assert "stray" in plain_html("[caption]stray", lambda _: "", Counter())


HOSTILE = """<script>alert(1)</script><p onclick="steal()">Fine <a href="javascript:alert(1)">link</a>
<a href="java&#10;script:alert(1)">two</a></p><img src="x" onerror="alert(1)"><svg onload=alert(1)></svg>
<iframe src="javascript:alert(1)"></iframe><style>p{}</style>[embed]javascript:alert(1)[/embed]
<!-- <script> --><p>The harbour museum opens its new hall.</p>"""


def test_hostile_text_comes_in_by_the_door_of_all_intake(tmp_path: Path) -> None:
    """I14"""
    story, _ = read(tmp_path, WpPost(1, title="<b>Hall</b> opens&amp;<script>x</script>", content=HOSTILE))
    written = repr(story.blocks)
    assert "href='java" not in written and "onerror" not in written and "<script" not in written
    assert story.headline == "Hall opens& x"
    assert all(not run.href for block in story.blocks for run in block.runs)


@pytest.mark.parametrize(
    "unit", ["[caption]", "<!-- wp:a ", "<iframe ", "[x ", "<img ", "[/a]", "\n\n<p ", "[gallery ids=1,"]
)
def test_of_much_text_every_further_piece_adds_the_same(unit: str) -> None:
    """Text that takes time by its square does not come to its end here (--timeout)."""
    much = 400_000 // len(unit)
    four, five, all_ = (len(plain_html(unit * count, lambda _: "", Counter())) for count in (4, 5, much))
    assert all_ == four + (much - 4) * (five - four)


def test_a_post_without_title_or_too_long_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no title"):
        read(tmp_path, WpPost(1, title="  "))
    with pytest.raises(BadInput, match="split it"):
        read(tmp_path, WpPost(1, content="x" * 2_000_001))


# --- pictures --------------------------------------------------------------------------------------------


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """A copy of wp-content/uploads with one picture, and a secret beside it."""
    folder = tmp_path / "uploads" / "2019" / "05"
    folder.mkdir(parents=True)
    data = BytesIO()
    Image.new("RGB", (20, 10), "red").save(data, "PNG")
    (folder / "hall.png").write_bytes(data.getvalue())
    (folder / "broken.png").write_bytes(b"no picture")
    (tmp_path / "secret.png").write_bytes(data.getvalue())
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    return tmp_path / "uploads"


def image(file: str, more: str = "") -> str:
    return f'<p>{TEXT["en"][3:-4]}</p><img src="{SITE}/wp-content/uploads/{file}"{more}>'


def test_a_smaller_rendition_comes_in_as_the_whole_picture_with_the_librarys_words(
    tmp_path: Path, uploads: Path
) -> None:
    posts = [
        WpPost(
            1, content=image("2019/05/hall-300x150.png", ' class="wp-image-8"'), meta={"_thumbnail_id": "8"}
        ),
        attachment(8, "2019/05/hall.png", parent=1, alt="The hall from the quay", caption="Photo: Harbour"),
    ]
    story, reader = read(tmp_path, *posts, media=uploads)
    (item,) = story.media
    assert (item.name, item.alt, item.width) == ("2019-05-hall.png", "The hall from the quay", 20)
    assert item.caption == "Photo: Harbour" and reader.references == 0
    assert [block.media for block in story.blocks if block.kind == "image"] == [item.name]
    assert {url.rpartition("/")[2] for url, _ in reader.taken} == {"hall.png", "hall-300x150.png"}


def test_without_the_folder_only_the_reference_is_kept(tmp_path: Path) -> None:
    story, reader = read(tmp_path, WpPost(1, content=image("2019/05/hall.png")))
    assert story.media == () and reader.references == 1
    assert [b.href for b in story.blocks if b.kind == "embed"] == [
        f"{SITE}/wp-content/uploads/2019/05/hall.png"
    ]


@pytest.mark.parametrize(
    "file",
    ["../secret.png", "2019/05/../../../secret.png", "%2e%2e/secret.png", "2019/05/link.png", "/etc/passwd"],
)
def test_nothing_outside_the_folder_is_ever_read(tmp_path: Path, uploads: Path, file: str) -> None:
    story, _ = read(tmp_path, WpPost(1, content=image(file)), media=uploads)
    assert story.media == () and story.attachments == ()


def test_a_broken_picture_is_left_out_and_said(tmp_path: Path, uploads: Path) -> None:
    story, _ = read(tmp_path, WpPost(1, content=image("2019/05/broken.png")), media=uploads)
    assert story.media == ()
    assert any(f.code == "picture-left-out" and "broken.png" in f.where for f in story.findings)
    with pytest.raises(Unreadable, match="no folder"):
        wordpress.Uploads(tmp_path / "export.xml")


# --- issuers and addresses -------------------------------------------------------------------------------


def mapped(folder: Path, text: str, known: tuple[str, ...] = ("acme", "harbour")) -> wordpress.IssuerMap:
    file = folder / "map.csv"
    file.write_text(text, encoding="utf-8")
    return wordpress.read_map(file, known)


def test_categories_beat_authors_and_both_beat_the_default(tmp_path: Path) -> None:
    found = mapped(
        tmp_path, "kind,name,issuer,sectors\nauthor,Ana,acme,\ncategory,Museum,harbour,arts\ndefault,,acme,\n"
    )
    museum = (("category", "museum", "Museum"),)
    assert found.issuer_of(Post(1, "post", "publish", creator="ana", terms=museum)) == "harbour"
    assert found.issuer_of(Post(1, "post", "publish", creator="ana")) == "acme"
    assert found.issuer_of(Post(1, "post", "publish", creator="bob")) == "acme"
    assert found.sectors_of(Post(1, "post", "publish", terms=museum)) == ("20000002",)


def test_an_author_with_an_issuers_name_needs_no_map_and_unknown_ones_are_counted() -> None:
    found = wordpress.read_map(None, {"acme"})
    assert found.issuer_of(Post(1, "post", "publish", creator="ACME")) == "acme"
    assert found.issuer_of(Post(1, "post", "publish", creator="bob", terms=(("category", "c", "C"),))) == ""
    assert found.unknown == Counter({"author bob": 1, "category c": 1})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "line 1: its columns"),
        ("kind,name,issuer\nauthor,ana,nobody\n", "line 2: there is no issuer 'nobody'"),
        ("kind,name,issuer\nuser,ana,acme\n", "line 2: kind 'user'"),
        ("kind,name,issuer\nauthor,,acme\n", "line 2: which author"),
        ("kind,name,issuer\nauthor,ana,acme,more\n", "line 2: more cells"),
        ("kind,name,issuer,sectors\nauthor,ana,acme,arts\n", "line 2: only a category"),
        ("kind,name,issuer,sectors\ncategory,c,acme,nonsense\n", "line 2: 'nonsense' is no sector"),
        ("kind,name,issuer,sectors\ncategory,c,,\n", "line 2: the row names neither"),
    ],
)
def test_a_wrong_map_names_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        mapped(tmp_path, text)


def test_every_address_a_post_had_is_kept(tmp_path: Path) -> None:
    post = WpPost(7, name="new-hall", link=f"{SITE}/2019/05/New-Hall/?utm=1", meta={"_wp_old_slug": "hall"})
    with archive(tmp_path, export(post)) as found:
        whole = found.post(found.groups[0][0])
        host = "old.harbour.example"
        assert wordpress.old_addresses(whole, found.site) == ((host, "/2019/05/new-hall"), (host, "?p=7"))
    assert wordpress.address_of("https://a.example/%E3%83%86//x/") == ("a.example", "/テ/x")
    assert wordpress.address_of("javascript:alert(1)") is None
    assert wordpress.address_of("https://[bad/") is None
    assert wordpress.plain_id("x=1&page_id=0012&y") == "?p=12" and wordpress.plain_id("p=abc") == ""
    site = Site(link=SITE)
    home = wordpress.Post(9, "post", "publish", link=f"{SITE}/")
    assert wordpress.old_addresses(home, site) == (("old.harbour.example", "?p=9"),)
