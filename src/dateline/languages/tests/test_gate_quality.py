"""What the gate promises to catch, on a few injected errors of each kind in every language;
docs/checks.md has the full measurement.
"""

from collections import defaultdict
from pathlib import Path

import pytest

from dateline.core.languages import WIRE_LANGUAGES
from dateline.languages.check import built_in, checks
from dateline.languages.injecting.catalogue import OPERATORS, PROMISES, spoiled
from dateline.languages.injecting.measuring import measured_recall, module_of, wilson
from dateline.languages.injecting.mtdata import public_rows
from dateline.languages.injecting.report import asked
from dateline.languages.injecting.samples import press_edition, press_pairs
from dateline.languages.reading import parts
from dateline.languages.services import check_edition
from dateline.testing.shared_data import shared

pytestmark = [pytest.mark.unit, pytest.mark.once]
_PAGE = Path(__file__).resolve().parents[4] / "docs" / "checks.md"


def test_promised_recall_holds_on_the_sample_release() -> None:
    """A few cases of each error in each language; the bench measures hundreds."""
    names = [operator.name for operator in OPERATORS if operator.group in PROMISES]
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in measured_recall(press_pairs(), 2, names):
        sums[one.group][0] += one.caught
        sums[one.group][1] += one.tried
    missed = {
        group: (caught, tried) for group, (caught, tried) in sums.items() if caught / tried < PROMISES[group]
    }
    assert missed == {} and set(sums) == set(PROMISES)


def test_every_error_finds_a_place_in_every_language() -> None:
    """543 years concern Thai alone, and English is nobody's literal rendering here."""
    nowhere = {
        (operator.name, edition.language)
        for operator in OPERATORS
        for source, edition in press_pairs()
        if not any(spoiled(operator, edition, source, seed) for seed in range(8))
    }
    expected = {("literal term", "en")} | {("543 added twice", tag) for tag in WIRE_LANGUAGES if tag != "th"}
    assert nowhere == expected


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_the_sample_release_is_clean_beside_its_source_and_alone(language: str) -> None:
    edition = press_edition(language)
    source = press_edition("ko") if language == "en" else press_edition("en")
    assert check_edition(edition, source) == ()
    assert check_edition(edition) == ()


def test_injecting_is_repeatable_and_leaves_the_original_alone() -> None:
    source, edition = press_pairs()[0]
    before = press_edition(edition.language)
    for operator in OPERATORS:
        assert spoiled(operator, edition, source, 3) == spoiled(operator, edition, source, 3)
    assert edition == before


def test_public_damage_is_caught_and_clean_translations_pass() -> None:
    """DEMETR: better than the prototype that came with the data (numbers 137 of 179, repeats all)."""
    rows = list(public_rows(shared("mtdata")))

    def sums(damage: str) -> tuple[int, int, int, int]:
        of = [row for row in rows if row.damage == damage]
        return (
            sum(r.caught for r in of),
            sum(r.tried for r in of),
            sum(r.clean for r in of),
            sum(r.of for r in of),
        )

    caught, tried, clean, of = sums("numbers_replaced")
    assert caught / tried > 0.9 and clean / of < 0.02
    caught, tried, _, _ = sums("repeat4")
    assert caught / tried >= 0.99
    assert sums("clean (block)")[2] <= 0.005 * sums("clean (block)")[3]
    assert sums("clean (all)")[2] <= 0.04 * sums("clean (all)")[3]


def test_the_page_lists_every_check_with_its_codes() -> None:
    page = _PAGE.read_text(encoding="utf-8")
    for check in asked():
        assert f"| `{check.file}` | {check.severity} |" in page, (
            f"run: dateline bench gate --quality --page {_PAGE.name}"
        )
        assert all(f"`{code}`" in page for code in check.codes), check.file


def test_every_check_names_its_codes_and_says_what_it_catches() -> None:
    assert [check.file for check in asked()] == list(built_in())
    for check in asked():
        assert check.codes and check.catches and check.about.endswith(".")


def test_findings_bear_codes_that_the_docstrings_name() -> None:
    named = {code for check in asked() for code in check.codes}
    said = {
        finding.code
        for operator in OPERATORS
        for source, edition in press_pairs()[:3]
        if (damaged := spoiled(operator, edition, source, 1))
        for finding in check_edition(damaged, source)
    }
    assert said <= named


def test_nothing_of_a_text_is_kept_after_measuring() -> None:
    measured_recall(press_pairs()[:1], 1, ["mark"])
    assert parts._RECENT.readings == [] and parts._RECENT.pairs == []


def test_intervals_are_honest_about_few_cases() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(19, 20)
    assert 0.7 < low < 0.95 < high < 1


def test_modules_of_built_in_checks_are_where_the_gate_looks() -> None:
    assert {module_of(check) for check in checks()} >= set(built_in())
