"""`dateline glossary import` and files that are no UTF-8."""

import pytest

from dateline.cli.tests.wire_home import WireHome

pytestmark = [pytest.mark.wire, pytest.mark.once]


def test_a_file_that_is_no_utf_8_changes_nothing_and_names_the_byte(wire: WireHome) -> None:
    """I14: no character is replaced silently."""
    file = wire.folder / "terms.csv"
    file.write_bytes(b"source_language,source,target_language,target\nen,won,de,w\xf6n\n")
    wire.run("glossary", "import", str(file), code=2)
    assert "terms.csv" in wire.last_error and "save it as UTF-8" in wire.last_error
    assert wire.json("glossary", "list") == []
