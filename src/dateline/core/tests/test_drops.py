"""Endpoints, names and encodings of file drops, as pure functions."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.core.drop_names import DEFAULT, FIELDS, checked_template, filled, keeps_versions_apart
from dateline.core.drops import DROP_CHANNELS, DropAddress, drop_address, folder_below
from dateline.core.encodings import ENCODINGS, encoding_name, transcoded
from dateline.core.errors import BadInput

pytestmark = pytest.mark.unit
VALUES = {
    "slug": "acme-opens",
    "release": "k7m2x9qd4w",
    "language": "zh-Hant",
    "version": "2",
    "ext": "txt",
    "format": "text",
    "yyyy": "2026",
    "mm": "11",
    "dd": "24",
}


@pytest.mark.parametrize(
    ("written", "channel", "found"),
    [
        ("sftp://ana@h.example/in", "sftp", DropAddress("sftp", "h.example", 22, "ana", ("in",))),
        (
            "sftp://ana@h.example:2222/~/a/b/",
            "sftp",
            DropAddress("sftp", "h.example", 2222, "ana", ("a", "b"), home=True),
        ),
        (
            "sftp://dom%5Cana@h.example/a%20b",
            "sftp",
            DropAddress("sftp", "h.example", 22, "dom\\ana", ("a b",)),
        ),
        ("sftp://ana@[2001:db8::1]/", "sftp", DropAddress("sftp", "2001:db8::1", 22, "ana")),
        ("ftp://h.example", "ftp", DropAddress("ftp", "h.example", 21)),
        ("ftps://ana@h.example:990/in", "ftps", DropAddress("ftps", "h.example", 990, "ana", ("in",))),
        ("s3://press-drops/a/b", "s3", DropAddress("s3", "press-drops", folder=("a", "b"))),
        ("s3://press-drops", "s3", DropAddress("s3", "press-drops")),
    ],
)
def test_endpoints(written: str, channel: str, found: DropAddress) -> None:
    assert drop_address(written, channel) == found


@pytest.mark.parametrize(
    ("written", "channel", "words"),
    [
        ("", "sftp", "write sftp://USER@HOST"),
        ("h.example/in", "sftp", "write sftp://"),
        ("ftp://ana@h.example/", "sftp", "not an sftp address"),
        ("ftp://h.example/", "ftps", "not an ftps address"),
        ("sftp://h.example/in", "sftp", "names no user"),
        ("sftp://ana:pw@h.example/in", "sftp", "secret_ref"),
        ("ftp://ana:@h.example/in", "ftp", "secret_ref"),
        ("sftp://ana@h.example:99999/in", "sftp", "write sftp://"),
        ("sftp://ana@h.example:0/in", "sftp", "host and port"),
        ("sftp://ana@h.example/../etc", "sftp", "'..' part"),
        ("sftp://ana@h.example/a/%2e%2e/b", "sftp", "'..' part"),
        ("sftp://ana@h.example/a%0db", "sftp", "not allowed in names"),
        ("sftp://ana@h.example/a?b", "sftp", "? or #"),
        ("sftp://a%0dna@h.example/a", "sftp", "user name"),
        ("sftp://ana@h ost/in", "sftp", "write sftp://"),
        ("sftp://ana@[::1/in", "sftp", "write sftp://"),
        ("s3://UPPER/x", "s3", "bucket"),
        ("s3://key@bucket/x", "s3", "bucket"),
        ("s3:///x", "s3", "write s3://BUCKET"),
    ],
)
def test_bad_endpoints_say_what_to_write(written: str, channel: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        drop_address(written, channel)
    assert words in caught.value.message


@given(st.text(max_size=60), st.sampled_from([c for c in DROP_CHANNELS if c != "folder"]))
def test_any_text_is_an_address_or_a_plain_error(text: str, channel: str) -> None:
    """I14."""
    for written in (text, f"{channel}://{text}", f"{channel}://ana@h.example/{text}"):
        try:
            found = drop_address(written, channel)
        except BadInput:
            continue
        assert not {".", "..", ""} & set(found.folder)
        assert not any(char in part for part in found.folder for char in "/\\\n\r\x00")


def test_folders_lie_below_an_allowed_root() -> None:
    roots = (Path("/srv/drops"), Path("/mnt/share"))
    assert folder_below("/mnt/share/a/b", roots) == (roots[1], ("a", "b"))
    assert folder_below("/mnt/share", roots) == (roots[1], ())
    assert folder_below("desk/in", roots) == (roots[0], ("desk", "in"))
    for bad in ("/etc", "/srv/dropsy", "/srv/drops/../x", "../x", "a/../../x", "/srv", "a\x00b"):
        with pytest.raises(BadInput):
            folder_below(bad, roots)


# --- names ------------------------------------------------------------------------------------------------


def test_the_house_pattern() -> None:
    assert filled("", VALUES) == ("acme-opens-k7m2x9qd4w-zh-Hant-v2.txt",)
    assert keeps_versions_apart("") and checked_template(DEFAULT) == DEFAULT


def test_every_field_can_be_used() -> None:
    template = "{yyyy}/{mm}/{dd}/{format}/{slug}_{release}_{language}-v{version}.{ext}"
    assert set(FIELDS) == set(VALUES)
    assert filled(checked_template(template), VALUES) == (
        "2026",
        "11",
        "24",
        "text",
        "acme-opens_k7m2x9qd4w_zh-Hant-v2.txt",
    )
    assert not keeps_versions_apart("{release}-{language}.{ext}")


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("/in/{release}-{language}", "starts with /"),
        ("../{release}-{language}", "starts or ends with a dot"),
        ("a/../{release}-{language}", "starts or ends with a dot"),
        ("a//{release}-{language}", "is empty"),
        (".{release}-{language}", "starts or ends with a dot"),
        ("{release}-{language}/", "is empty"),
        ("{release}", "{language}"),
        ("{slug}-{language}.txt", "{release}"),
        ("{release}-{language}-{issuer}", "no field {issuer}"),
        ("{release}-{language}-v{version", "'{'"),
        ("{release}-{language}-{version}", "-v{version}"),
        ("-v{version}/{release}-{language}", "-v{version}"),
        ("{release}-{language}-v{version}-v{version}", "-v{version}"),
        ("{release}\\{language}", "'\\'"),
        ("{release}|{language}", "'|'"),
        ("{release}{language}" + "x" * 500, "at most 500"),
    ],
)
def test_bad_templates_say_what_to_write(template: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        checked_template(template)
    assert words in caught.value.message


@given(
    st.text(alphabet="abc./{}-v\\ \n~", max_size=40),
    st.fixed_dictionaries({name: st.text(max_size=30) for name in FIELDS}),
)
def test_no_template_and_no_value_leads_elsewhere(text: str, values: dict[str, str]) -> None:
    for template in (text, f"{text}{{release}}{{language}}", f"a/{{release}}-{{language}}{text}", ""):
        try:
            parts = filled(checked_template(template), values)
        except BadInput:
            continue
        assert parts
        for part in parts:
            assert part and not part.startswith(".") and "/" not in part and "\\" not in part
            assert part.isprintable() and len(part.encode()) <= 200


# --- encodings --------------------------------------------------------------------------------------------

SAMPLES = {
    "utf-16": "Kraków – 工場 😀",
    "iso-8859-1": "Besançon, Ærø, ½",
    "windows-1250": "Łódź – „Kraków“",
    "windows-1251": "Завод в Перми",
    "windows-1252": "Œuvre – €",
    "windows-1253": "Αθήνα",
    "windows-1254": "İstanbul",
    "windows-1255": "חיפה",
    "windows-1256": "مصنع",
    "windows-1257": "Rīga",
    "windows-1258": "Hà Nội".replace("ộ", "ô"),
    "shift_jis": "工場を開設",
    "euc-kr": "공장을 열다",
    "gb18030": "工厂开业 😀",
    "big5": "工廠開幕",
    "tis-620": "โรงงาน",
}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_what_an_encoding_has_comes_back_equal(name: str) -> None:
    data = transcoded(SAMPLES[name], name)
    codec = "utf-16" if name == "utf-16" else ENCODINGS[name][0]
    assert data.decode(codec) == SAMPLES[name]


def test_utf_16_begins_with_its_mark() -> None:
    assert transcoded("a", "utf-16") == b"\xff\xfea\x00" and transcoded("a", "utf-16be") == b"\x00a"


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("Łódź", "iso-8859-1", "U+0141 LATIN CAPITAL LETTER L WITH STROKE, U+017A LATIN SMALL LETTER Z"),
        ("100 ¥", "shift_jis", "U+00A5 YEN SIGN"),  # Python's codec would write a backslash's byte
        ("‾", "shift_jis", "U+203E OVERLINE"),
        ("😀", "big5", "U+1F600 GRINNING FACE"),
        ("".join(map(chr, range(0x400, 0x420))), "us-ascii", "and 27 more"),
    ],
)
def test_what_it_lacks_is_named_and_never_replaced(text: str, name: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        transcoded(text, name)
    assert words in caught.value.message and "utf-8" in caught.value.message


@pytest.mark.parametrize(
    ("written", "name"), [("", "utf-8"), ("Latin-1", "iso-8859-1"), ("CP1252", "windows-1252")]
)
def test_common_spellings(written: str, name: str) -> None:
    assert encoding_name(written) == name


@pytest.mark.parametrize("written", ["klingon", "rot13", "base64", "idna"])
def test_unknown_encodings_list_the_known(written: str) -> None:
    with pytest.raises(BadInput, match="shift_jis"):
        encoding_name(written)


@given(st.text(max_size=80), st.sampled_from(sorted(ENCODINGS)))
def test_any_text_comes_back_equal_or_is_refused(text: str, name: str) -> None:
    try:
        data = transcoded(text, name)
    except BadInput:
        return
    codec, mark = ENCODINGS[name]
    assert data.decode(codec) == mark + text
