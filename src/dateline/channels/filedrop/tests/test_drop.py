"""What a drop consists of: names, order, bytes; the same at every repeat."""

from dataclasses import replace

import pytest

from dateline.channels import sample_pack
from dateline.channels.filedrop.drop import TEST_RELEASE, drop_of, encoded
from dateline.channels.filedrop.outcome import DropFault
from dateline.channels.tests.builders import edition
from dateline.channels.tests.drop_builders import PICTURE, drop_parcel, drop_task
from dateline.core.errors import BadInput

pytestmark = pytest.mark.unit


def test_the_same_task_makes_the_same_files() -> None:
    """I5."""
    task = drop_task(1, "x", parcel=drop_parcel(pictures=True), path="{yyyy}/{release}-{language}.{ext}")
    assert drop_of(task) == drop_of(replace(task, fence=7))
    found = drop_of(task)
    assert [file.folder for file in found.files] == [("2026",), ("2026",)]
    assert found.files[-1] is found.text and found.text.name == "k7m2x9qd4w-en.txt" and found.overwrites
    assert found.pictures[0].data == PICTURE and found.text.part == ".k7m2x9qd4w-en.txt.part"


def test_languages_share_the_name_of_a_picture_and_not_that_of_the_text() -> None:
    drops = [
        drop_of(drop_task(1, "x", parcel=drop_parcel(edition(tag), pictures=True))) for tag in ("en", "ko")
    ]
    assert drops[0].pictures[0].name == drops[1].pictures[0].name
    assert drops[0].text.name != drops[1].text.name


@pytest.mark.parametrize(
    ("media_type", "name", "extension"),
    [
        ("image/jpeg", "x.png", "jpg"),
        ("application/pdf", "Report.PDF", "pdf"),
        ("application/x", "../..", "bin"),
    ],
)
def test_extensions_follow_the_type(media_type: str, name: str, extension: str) -> None:
    parcel = drop_parcel(pictures=True)
    ((media, data),) = parcel.media
    parcel = replace(parcel, media=((replace(media, media_type=media_type, name=name), data),))
    (picture,) = drop_of(drop_task(1, "x", parcel=parcel)).pictures
    assert picture.name.rpartition(".")[2] == extension and "/" not in picture.name


def test_formats_name_their_extension() -> None:
    for form, end in (("json", ".json"), ("html", ".html"), ("markdown", ".md"), ("text", ".txt")):
        assert drop_of(drop_task(1, "x", parcel=drop_parcel(form=form))).text.name.endswith(f"-en-v1{end}")


def test_a_test_pack_may_be_sent_again() -> None:
    assert TEST_RELEASE == sample_pack.TEST_RELEASE
    parcel = replace(drop_parcel(), release=sample_pack.TEST_RELEASE)
    assert drop_of(drop_task(1, "x", parcel=parcel)).overwrites
    assert not drop_of(drop_task(1, "x")).overwrites


def test_declarations_inside_say_the_encoding() -> None:
    xml = '<?xml version="1.0" encoding="UTF-8"?>\n<a>Łódź</a>'.encode()
    made = encoded(xml, "windows-1250", "nitf")
    assert made.decode("cp1250") == xml.decode().replace("UTF-8", "windows-1250")
    page = '<html><head><meta charset="utf-8"></head>工場'.encode()
    assert b'charset="shift_jis"' in encoded(page, "shift_jis", "html")
    assert encoded(xml, "", "nitf") is xml


@pytest.mark.parametrize(
    ("body", "encoding", "form", "words"),
    [
        (b"{}", "big5", "json", "RFC 8259"),
        (b"\xff\xfe", "big5", "picture", "not text"),
        ("😀".encode(), "big5", "text", "GRINNING FACE"),
        (b"x", "klingon", "text", "klingon"),
    ],
)
def test_what_cannot_be_encoded_is_refused_and_says_why(
    body: bytes, encoding: str, form: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        encoded(body, encoding, form)


def test_faults_are_one_line_of_plain_words() -> None:
    fault = DropFault(b"550 no\r\n\x1b[31mred\x00", code=403)
    assert str(fault) == "550 no [31mred" and fault.outcome == "deferred"
    assert DropFault("", lost=True).outcome == "lost" and str(DropFault("")) == "no answer"
    assert DropFault("x", refused=True, lost=True).outcome == "refused"
