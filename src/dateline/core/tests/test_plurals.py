"""Numbers in reader-facing words take the plural form of their language."""

import string
from collections.abc import Iterator
from importlib import import_module

import pytest
from babel import Locale

from dateline.core import phrases
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.phrases.outlets import outlet_phrase, outlet_words
from dateline.core.phrases.plurals import FORMS, plural_form

pytestmark = pytest.mark.unit
CATEGORIES = {"ar": ("zero", "one", "two", "few", "many", "other"), "ru": ("one", "few", "many")}
WITHOUT = {"ko", "ja", "zh", "vi", "th", "id", "ms"}


def counted_forms(tag: str) -> Iterator[tuple[str, list[str]]]:
    module = import_module(f"dateline.core.phrases.{phrases._MODULES[tag]}")
    for key, text in {**module.PHRASES, **outlet_words(tag)}.items():
        for _, _, spec, _ in string.Formatter().parse(text):
            if spec:
                yield key, spec.split("|")


@pytest.mark.parametrize("tag", WIRE_LANGUAGES)
def test_a_phrase_has_as_many_forms_as_its_language(tag: str) -> None:
    base = tag.partition("-")[0]
    for key, forms in counted_forms(tag):
        assert base not in WITHOUT, (tag, key)
        assert len(forms) == FORMS.get(base, 2), (tag, key)
        assert all(form.strip() for form in forms), (tag, key)


@pytest.mark.parametrize("tag", ["en", "de", "fr", "es", "pt-BR", "ru", "ar"])
def test_the_form_is_the_one_of_the_cldr(tag: str) -> None:
    base = tag.partition("-")[0]
    names = CATEGORIES.get(base, ("one", "other"))
    rule = Locale.parse(tag.replace("-", "_")).plural_form
    for number in (*range(130), 200, 201, 211, 1000, 1001, 1011, 1021):
        assert names[plural_form(tag, number)] == rule(number), (tag, number)


@pytest.mark.parametrize(
    ("tag", "hours", "said"),
    [
        ("en", 1, "within 1 hour "), ("en", 24, "within 24 hours "), ("de", 1, "innerhalb von 1 Stunde,"),
        ("ru", 24, "в течение 24 часов,"), ("ru", 21, "в течение 21 часа,"),
        ("ar", 2, "خلال ساعتين "), ("ar", 5, "خلال 5 ساعات "), ("ar", 24, "خلال 24 ساعة "),
        ("ja", 24, "24時間以内"),
    ],
)  # fmt: skip
def test_a_number_says_its_form_in_mail_and_pages(tag: str, hours: int, said: str) -> None:
    assert said in phrases.phrase("preferences.join-sent", tag, hours=hours)


def test_outlets_read_their_days_in_the_right_form() -> None:
    assert "ещё 3 дня." in outlet_phrase("secret-hint", "ru", days=3)
    assert "مدة يومين." in outlet_phrase("secret-hint", "ar", days=2)


def test_a_number_that_was_not_given_stays_visible() -> None:
    assert "{hours}" in phrases.phrase("preferences.join-sent", "ru")
