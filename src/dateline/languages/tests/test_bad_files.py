"""Bad files: a clear error that names place and remedy, or a finding; never a crash (I14)."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dateline.core.errors import BadInput
from dateline.core.words import Story
from dateline.intake import limits
from dateline.intake import services as intake
from dateline.intake.errors import Unreadable
from dateline.intake.tests.documents import docx, paragraph, png
from dateline.languages.services import check_story
from dateline.testing.shared_data import shared

pytestmark = pytest.mark.unit
SAFE = paragraph("Head", "Heading1") + paragraph("Text of the release.")


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "r.md", "empty"),
        (b"   \n", "r.md", "no text"),
        (b"\xef\xbb\xbf", "r.txt", "no text"),
        (b"# H\n\ncaf\xe9", "r.md", "byte 8"),
        (b"%PDF-1.7", "r.pdf", "docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "r.doc", "docx"),
        (b"\x1f\x8b\x08", "r.gz", "unpack"),
        (b"PK\x03\x04broken", "r.docx", "damaged"),
        (b"\x00\x01\x02" * 500, "r.txt", "not a text"),
        (b"\xff\xfea", "r.txt", "UTF-16"),
        (b"x" * 2_000_001, "r.txt", "split"),
        (b"---\nheadline: x\n", "r.md", "three dashes"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "r.txt", "UTF-32"),
        (b"Hi", "r.txt", "language"),
    ],
)
def test_unreadable_files_say_why(data: bytes, name: str, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        intake.read_bytes(data, name)
    assert says in str(caught.value) and name in str(caught.value)


def test_fifty_megabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.md"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(Unreadable, match="larger than"):
        intake.read_file(path)
    with pytest.raises(Unreadable, match="no such file"):
        intake.read_file(tmp_path / "none.md")
    with pytest.raises(Unreadable, match="not a file"):
        intake.read_file(tmp_path)


def test_zip_bombs_are_counted_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes really inflated, ratio and entries; the headers' sizes play no part."""
    with pytest.raises(Unreadable, match="100 times its size"):
        intake.read_bytes(docx(SAFE, extra={"word/x.xml": b"0" * 60_000_000}), "bomb.docx", lang="en")
    with pytest.raises(Unreadable, match="entries"):
        intake.read_bytes(
            docx(SAFE, extra={f"word/{n}.xml": b"<a/>" for n in range(2_100)}), "many.docx", lang="en"
        )
    monkeypatch.setattr(limits, "INFLATED_BYTES", 1_000)
    with pytest.raises(Unreadable, match="unpacks to more"):
        intake.read_bytes(docx(SAFE), "r.docx", lang="en")


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ({"word/vbaProject.bin": b"x"}, "macros"),
        ({"../evil.xml": b"<a/>"}, "outside"),
        ({"/etc/x.xml": b"<a/>"}, "outside"),
        ({"word/embeddings/a.docx": b"x"}, "another archive"),
        ({"word/a.xml": b"<a>" * 300 + b"</a>" * 300}, "nests"),
        ({"word/a.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, "entities"),
        ({"word/a.xml": b"<a"}, "damaged"),
    ],
)
def test_unsafe_documents_are_refused(extra: dict[str, bytes], says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        intake.read_bytes(docx(SAFE, extra=extra), "r.docx", lang="en")


def test_documents_that_fetch_are_refused_but_links_are_not() -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    relation = '<Relationship Id="e1" Type="{}" Target="https://evil.example/" TargetMode="External"/>'
    with pytest.raises(Unreadable, match="elsewhere"):
        intake.read_bytes(
            docx(SAFE, relations=relation.format(kind + "attachedTemplate")), "r.docx", lang="en"
        )
    assert (
        intake.read_bytes(
            docx(SAFE, relations=relation.format(kind + "hyperlink")), "r.docx", lang="en"
        ).headline
        == "Head"
    )


def test_an_archive_that_is_no_document() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(Unreadable, match="no Word document"):
        intake.read_bytes(out.getvalue(), "r.docx")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("../secret.png", png(2, 2), "leads out"),
        ("none.png", None, "no such file"),
        ("a.svg", b"<svg onload=x></svg>", "SVG"),
        ("a.png", b"", "empty"),
        ("a.png", b"GIF89", "readable"),
        ("a.png", png(8_000, 7_000), "8000 x 7000 pixels are more than 50 million"),
        ("a.png", png(10_000, 9_000), "50 million"),
        ("a.png", png(2, 2)[:40], "readable"),
        ("a.bmp", b"BM" + b"\0" * 60, "readable"),
    ],
)
def test_bad_pictures_name_file_and_remedy(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    if content is not None:
        (folder / name).write_bytes(content)
    (folder / "r.md").write_text(f"---\nlanguage: en\nmedia: [{{file: {name}}}]\n---\n# H\n\nText.")
    with pytest.raises(Unreadable, match=says) as caught:
        intake.read_file(folder / "r.md")
    assert name in str(caught.value)


def test_a_link_out_of_the_folder_is_followed_and_refused(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(png(2, 2))
    (folder / "a.png").symlink_to(tmp_path / "secret.png")
    (folder / "r.md").write_text("---\nlanguage: en\nmedia: [a.png]\n---\n# H\n\nText.")
    with pytest.raises(Unreadable, match="leads out"):
        intake.read_file(folder / "r.md")


def test_missing_alt_warns(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(2, 2))
    (tmp_path / "r.md").write_text("---\nlanguage: en\nmedia: a.png\n---\n# H\n\nText.")
    assert [f.code for f in intake.read_file(tmp_path / "r.md").findings] == ["alt-missing"]
    story = intake.read_file(tmp_path / "r.md", lookup_media=False)
    assert [f.code for f in story.findings] == ["media-skipped"] and story.media == ()


def test_hidden_characters_are_removed_and_reported() -> None:
    text = (
        "# A\u202eb\U000e0041c\u200bd\x00e\n\nZ\u0301\u0301"
        + "\u0301" * 12
        + " &#x202e;x a\u200db می\u200cخواهم."
    )
    story = intake.read_bytes(text.encode(), "r.md", lang="en")
    assert story.headline == "Abcde"
    codes = {f.code for f in story.findings}
    assert {"bidi-removed", "tag-removed", "invisible-removed", "control-removed", "marks-removed"} <= codes
    assert (
        "\u202e" not in story.blocks[0].text
        and "a\u200db" not in story.blocks[0].text
        and "می\u200cخواهم" in story.blocks[0].text
    )
    assert {f.severity for f in story.findings} == {"warn"}


def test_language_that_contradicts_the_file() -> None:
    with pytest.raises(BadInput, match="asked for `ja`"):
        intake.read_bytes(b"---\nlanguage: ko\n---\n# H\n\nT", "r.md", lang="ja")
    with pytest.raises(BadInput, match="klingon"):
        intake.read_bytes(b"# H\n\nT", "r.md", lang="klingonish")


@pytest.mark.parametrize("embargo", ["2026-11-24 09:00", "soon", "2026-03-29T02:30 Europe/Berlin"])
def test_a_bad_embargo_names_its_key(embargo: str) -> None:
    with pytest.raises(BadInput, match="`embargo`"):
        intake.read_bytes(f"---\nlanguage: en\nembargo: {embargo}\n---\n# H\n\nT".encode(), "r.md")


@pytest.mark.parametrize("suffix", ["md", "txt", "html"])
def test_naughty_strings_pass_through_check(suffix: str) -> None:
    """Every string of the list as headline, text and front matter: a document or a BadInput, and no active
    markup.
    """
    strings = json.loads((shared("corpora/blns") / "blns.json").read_text(encoding="utf-8"))
    for text in strings:
        whole = f"{text}\n\nSEOUL, Nov. 24, 2026 /Wire/ -- {text}\n\n- {text}\n"
        story = _read(whole.encode("utf-8", "replace"), f"r.{suffix}")
        if story is None:
            continue
        document = intake.check_document(story, check_story(story))
        json.dumps(document).encode()
        for block in (*story.blocks, *story.boilerplate):
            for run in (*block.runs, *(r for item in block.items for r in item)):
                assert not run.href or run.href.startswith(("http://", "https://", "mailto:"))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace"))),
    st.sampled_from(["md", "txt", "html"]),
)
def test_any_bytes_give_a_story_or_bad_input(data: bytes, suffix: str) -> None:
    story = _read(data, f"r.{suffix}")
    if story is not None:
        intake.check_document(story, check_story(story))


def _read(data: bytes, name: str) -> Story | None:
    try:
        return intake.read_bytes(data, name, lang="en")
    except BadInput:
        return None


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("> " * 20_000 + "x", "md"),
        ("[" * 100_000, "md"),
        ("[a](" * 4_900, "md"),
        ("*a " * 30_000, "md"),
        ("<div>" * 5_000, "html"),
        ("<" * 100_000, "html"),
        ("<ul><li>" * 180 + "x", "html"),
        ("&#x202e;" * 20_000, "html"),
        ("a" + "\u0301" * 100_000, "txt"),
        ("Contact:\n" + "a." * 50_000 + "@", "txt"),
        ("a: b\n" * 50_000, "txt"),
    ],
)
def test_shapes_made_to_exhaust_a_parser_end(text: str, suffix: str) -> None:
    """I14: deep or repetitive input ends in a story or a BadInput (the run's timeout guards the rest)."""
    story = _read(text.encode(), f"r.{suffix}")
    if story is not None:
        intake.check_document(story, check_story(story))
