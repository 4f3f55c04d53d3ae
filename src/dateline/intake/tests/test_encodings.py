"""Character sets of the field: told by mark, declaration or guess, said in a finding, never replaced."""

import unicodedata
from functools import lru_cache

import pytest

from dateline.core.words import Story
from dateline.demo.releases import main_releases
from dateline.intake import services as intake
from dateline.intake.decoding import decoded
from dateline.intake.errors import Unreadable

pytestmark = pytest.mark.unit
SETS = [
    ("de", "cp1252"), ("fr", "cp1252"), ("es", "cp1252"), ("pt-BR", "cp1252"), ("ru", "cp1251"),
    ("ru", "koi8-r"),
    ("ar", "cp1256"), ("ja", "cp932"), ("ja", "euc_jp"), ("ko", "cp949"), ("zh-Hans", "gb18030"),
    ("zh-Hant", "big5hkscs"), ("th", "cp874"), ("vi", "cp1258"), ("ja", "utf-16-le"), ("ar", "utf-16-be"),
    ("en", "utf-16-le"),
]  # fmt: skip


@lru_cache(maxsize=1)
def _stories() -> tuple[Story, ...]:
    return tuple(main_releases()[0].stories())


def _text(language: str, codec: str) -> str:
    """A sample release in the letters that the set has."""
    story = next(s for s in _stories() if s.language == language)
    text = "\n\n".join([story.headline, *(b.text for b in story.blocks)])
    if codec == "cp1258":  # it writes Vietnamese tones as marks of their own
        text = "".join(c if c.encode(codec, "ignore") else unicodedata.normalize("NFD", c) for c in text)
    return text.encode(codec, "ignore").decode(codec)


@pytest.mark.parametrize(("language", "codec"), SETS)
def test_a_file_without_a_word_about_its_set_is_read_right_and_says_it_guessed(
    language: str, codec: str
) -> None:
    text = _text(language, codec)
    found = decoded(text.encode(codec), "release.txt")
    assert found.text == text
    assert [f.code for f in found.findings] == ["encoding-guessed"]
    assert decoded(text.encode(codec), "release.txt", lang=language).text == text


@pytest.mark.parametrize(("language", "codec"), [s for s in SETS if not s[1].startswith("utf-16")])
def test_a_page_that_declares_its_set_is_read_by_it(language: str, codec: str) -> None:
    labels = {"cp932": "x-sjis", "cp949": "ks_c_5601-1987", "gb18030": "gb2312", "big5hkscs": "big5",
              "cp874": "tis-620", "cp1252": "iso-8859-1"}  # fmt: skip
    label = labels.get(codec, codec.replace("cp", "windows-").replace("_", "-"))
    text = _text(language, codec)
    page = f'<html lang="{language}"><meta charset="{label}"><h1>{text[:20]}</h1><p>{text}</p>'
    found = decoded(page.encode(codec), "page.html")
    assert found.text == page
    assert [f.code for f in found.findings] == ["encoding-declared"]
    assert intake.read_bytes(page.encode(codec), "page.html").language == language


def test_too_little_text_is_refused_with_the_place_and_a_remedy() -> None:
    with pytest.raises(Unreadable, match=r"byte 5 \(0xe9\).*--encoding.*save it as UTF-8"):
        decoded(b"# Caf\xe9", "x.md")
    assert decoded(b"# Caf\xe9", "x.md", default="latin-1").text == "# Café"
    with pytest.raises(Unreadable, match="is not UTF-8, which was asked for"):
        decoded(b"# Caf\xe9", "x.md", default="utf-8")


def test_a_false_declaration_is_said() -> None:
    data = '<meta charset="us-ascii-7"><p>Größe</p>'.encode()
    found = decoded(data, "x.html")
    assert "Größe" in found.text and [f.code for f in found.findings] == ["encoding-unknown"]
    wrong = '<meta charset="shift_jis"><p>Größe und mehr</p>'.encode() + b"\x85"
    found = decoded(wrong, "x.html", lang="de")
    assert [f.code for f in found.findings] == ["encoding-wrong", "encoding-guessed"]
    assert "�" not in found.text


def test_sets_of_central_europe_are_told_from_the_western_one() -> None:
    text = "Poznań: Spółka ogłosiła wyniki za trzeci kwartał, które są lepsze niż oczekiwali analitycy."
    assert decoded(text.encode("cp1250"), "x.txt").text == text
