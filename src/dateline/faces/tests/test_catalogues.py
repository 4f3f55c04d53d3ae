"""The desks' pages in every language: catalogues without a gap, and no words that are not marked for them."""

import os
import re
import runpy
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from dateline.testing import catalogues

pytestmark = [pytest.mark.unit, pytest.mark.once]

_wanted = lru_cache(maxsize=1)(catalogues.template)
_DESKS = ("accounts", "console", "house", "portal", "reporting", "translations")
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_BLOCK = re.compile(
    r"\{% blocktranslate.*?endblocktranslate %\}|\{% block face %\}.*?\{% endblock %\}", re.DOTALL
)
_ELEMENT = re.compile(r"<(script|code|pre)\b.*?</\1>|<[^>]*>", re.DOTALL)
_SHOWN_ATTRIBUTE = re.compile(r'\b(?:aria-label|alt|placeholder|title|data-label)="([^"]*)"')
_SAME_EVERYWHERE = {"T0", "UTC", "CSV", "JSON", "TMX", "XLIFF", "ms", "MB", "h", "s"}


@pytest.mark.parametrize("folder", catalogues.PLURALS)
def test_no_message_is_missing_fuzzy_empty_or_differently_built(folder: str) -> None:
    """Run `make messages` after a change of pages; it says the same and keeps what is translated."""
    assert catalogues.faults(folder, _wanted()) == []


@pytest.mark.parametrize(
    ("folder", "entry", "fault"),
    [
        ("de", 'msgid "Save"\nmsgstr ""', "empty"),
        ("de", '#, fuzzy\nmsgid "Save"\nmsgstr "Sichern"', "fuzzy"),
        ("de", 'msgid "Use %(name)s"\nmsgstr "%(nome)s nehmen"', "placeholders"),
        ("de", 'msgid "by <bdi>%(by)s</bdi>"\nmsgstr "von %(by)s"', "mark-up"),
        ("ru", 'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s день"', "empty"),
        ("de", 'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[2] "%(n)s Tage"', "cannot be read"),
        ("ar", 'msgid "Other"\nmsgstr "x"', "missing: 'Save'"),
    ],
)
def test_each_fault_is_found(
    folder: str, entry: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogues, "LOCALES", tmp_path)
    path = catalogues.po_path(folder)
    path.parent.mkdir(parents=True)
    head = catalogues.merged(Catalog(), Catalog(), folder).decode()
    path.write_text(f"{head}\n{entry}\n", encoding="utf-8")
    wanted = Catalog()
    wanted.add("Save")
    assert any(fault in one for one in catalogues.faults(folder, wanted))


def test_merging_keeps_translations_drops_what_nobody_says_and_adds_what_is_new() -> None:
    head = catalogues.merged(Catalog(), Catalog(), "ru").decode()
    old = read_po(
        BytesIO(f'{head}\nmsgid "Save"\nmsgstr "Да"\n\nmsgid "Old"\nmsgstr "x"\n'.encode()), locale="ru"
    )
    wanted = Catalog()
    wanted.add("Save")
    wanted.add(("%(n)s day", "%(n)s days"))
    written = catalogues.merged(old, wanted, "ru")
    found = read_po(BytesIO(written), locale="ru")
    assert found["Save"].string == "Да" and "Old" not in found
    assert found[("%(n)s day", "%(n)s days")].string == ("", "", "")
    assert catalogues.merged(found, wanted, "ru") == written


def test_an_unfinished_catalogue_is_not_compiled(tmp_path: Path) -> None:
    build = runpy.run_path(str(Path(__file__).parents[4] / "scripts" / "build_messages.py"))["build"]
    path = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    head = catalogues.merged(Catalog(), Catalog(), "de").decode()
    path.write_text(f'{head}\nmsgid "Save"\nmsgstr "Sichern"\n', encoding="utf-8")
    assert list(build(tmp_path)) == [] and path.with_suffix(".mo").exists()
    path.write_text(f'{head}\nmsgid "Save"\nmsgstr ""\n', encoding="utf-8")
    path.with_suffix(".mo").touch()
    os.utime(path.with_suffix(".mo"), ns=(0, 0))
    assert list(build(tmp_path)) == [("de", 1)] and not path.with_suffix(".mo").exists()


@pytest.mark.parametrize("face", _DESKS)
def test_no_words_of_a_template_are_unmarked(face: str) -> None:
    """Letters outside tags, mark-up and code would stay English in every language."""
    assert {
        path.name: loose
        for path in sorted(catalogues.FACES.glob(f"{face}/templates/**/*.html"))
        if (loose := _loose_words(path.read_text(encoding="utf-8")))
    } == {}


def _loose_words(source: str) -> list[str]:
    without = _TAG.sub(" ", _BLOCK.sub(" ", source))
    shown = [*_SHOWN_ATTRIBUTE.findall(without), _ELEMENT.sub(" ", without)]
    words = re.findall(r"[A-Za-z][A-Za-z0-9]*", re.sub(r"&[a-z]+;", " ", " ".join(shown)))
    return [word for word in words if word not in _SAME_EVERYWHERE]


_SAID = re.compile(
    r"""(?:messages\.(?:success|warning|error|info)\(\s*request,|add_error\([^,]+,|(?:label|help_text)=)\s*f?["']""",
)


def test_no_words_of_a_view_are_unmarked() -> None:
    """What a view or form says in a literal of its own goes through gettext."""
    loose = [
        f"{path.name}: {found.group(0)}"
        for face in _DESKS
        for path in sorted((catalogues.FACES / face).rglob("*.py"))
        if "tests" not in path.parts
        for found in _SAID.finditer(path.read_text(encoding="utf-8"))
    ]
    assert loose == []
