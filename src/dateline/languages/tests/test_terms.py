"""The house list is whole: every term in every language, every rule pointing at a term."""

import csv
from importlib.resources import files

import pytest

from dateline.languages import terms

pytestmark = pytest.mark.unit

ROOT = files("dateline.languages.terms")


def rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader((ROOT / f"{table}.csv").read_text(encoding="utf-8").splitlines()))


def test_at_least_120_terms_in_fifteen_languages() -> None:
    assert len(terms.house_terms()) >= 120
    for term in terms.house_terms():
        assert list(term.targets) == list(terms.TAGS), term.name
        for tag, forms in term.targets.items():
            assert all(form and form == form.strip() for form in forms), (term.name, tag)
            assert len(set(forms)) == len(forms), (term.name, tag)


@pytest.mark.parametrize("table", terms.TABLES)
def test_no_line_has_a_cell_too_many_or_too_few(table: str) -> None:
    for row in rows(table):
        assert set(row) == {"name", "note", *terms.TAGS}, row["name"]
        assert None not in row.values(), row["name"]


def test_names_are_there_once_and_every_forbidden_form_has_its_term() -> None:
    names = [term.name for term in terms.house_terms()]
    assert len(set(names)) == len(names)
    for row in rows("forbidden"):
        assert row["name"] in names, row
        assert row["language"] in terms.TAGS, row
        assert row["alone"] in {"yes", "no"}, row


def test_no_form_is_both_accepted_and_forbidden() -> None:
    for term in terms.gate_terms():
        for tag, forms in term.forbidden.items():
            assert not set(forms) & set(term.targets[tag]), (term.name, tag)


def test_what_is_wrong_in_itself_is_told_apart() -> None:
    outlets = [term for term in terms.gate_terms() if term.name == "media outlet"]
    assert [term.alone for term in outlets] == [False, True]
    assert "媒体插座" in outlets[1].forbidden["zh-Hans"]
    assert "ổ cắm" in outlets[0].forbidden["vi"]


def test_forms_stand_in_the_script_of_their_language() -> None:
    """A cell that slipped one column over would have another script."""
    scripts = {"ko": ("가", "힣"), "ar": ("ء", "ي"), "th": ("ก", "๛"), "ru": ("А", "я"), "ja": ("ぁ", "龥")}
    for term in terms.house_terms():
        for tag, (first, last) in scripts.items():
            form = term.targets[tag][0]
            assert form.isupper() or any(first <= sign <= last for sign in form), (term.name, tag, form)
