"""A kill must never wait for a mark in words that it merely repeats (I7)."""

from dataclasses import replace

import pytest

from dateline.core.words import Contact
from dateline.languages import services
from dateline.languages.tests.editions import edition

pytestmark = pytest.mark.unit
MARKED = replace(edition(), contacts=(Contact("Yoon <b>Seo-jin</b>", "{{role}}"),), tickers=("no ticker!",))


def test_what_blocks_a_story_only_warns_on_its_notice() -> None:
    """Its contacts and tickers were out already, overridden by a named person or under older checks."""
    assert any(finding.severity == "block" for finding in services.check_edition(MARKED))
    for kind in ("killed", "withdrawn"):
        said = services.check_edition(replace(MARKED, type=kind, blocks=(), reason="Not from us."))
        assert said and {finding.severity for finding in said} == {"warn"}


def test_a_correction_is_a_story() -> None:
    corrected = replace(MARKED, type="corrected", reason="The hours were wrong.")
    assert any(finding.severity == "block" for finding in services.check_edition(corrected))
