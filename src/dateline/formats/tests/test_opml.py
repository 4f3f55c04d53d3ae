"""A reader's list of feeds: what is wrong with an address is said without its secrets."""

import pytest

from dateline.formats.opml import read_opml

pytestmark = pytest.mark.unit


def test_an_address_with_a_password_is_left_out_and_not_repeated() -> None:
    """I14: the finding is printed and logged."""
    outlines = '<outline xmlUrl="https://ana:geheim@a.example/feed"/><outline xmlUrl="file:///etc/passwd"/>'
    feeds, findings = read_opml(f'<opml version="2.0"><body>{outlines}</body></opml>'.encode())
    assert feeds == ()
    assert [f.code for f in findings] == ["address-left-out"] * 2
    assert "geheim" not in str(findings) and "a password; take it out" in findings[0].message
    assert "file:///etc/passwd" in findings[1].message
