"""Quoted-printable that begins amid a line: reads back, short lines, nothing for SMTP to trip over."""

import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.channels.mail.quoted import quoted

pytestmark = pytest.mark.unit
texts = st.text(
    st.one_of(
        st.sampled_from(". From=\n\t\u00a0é한字🎉"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\r"),
    ),
    max_size=400,
)


@given(st.one_of(texts, st.text(" =.Fab", max_size=400), st.text("=", max_size=100)))
def test_it_reads_back_in_lines_of_76(text: str) -> None:
    data, column = quoted(text)
    assert quopri.decodestring(data).decode().replace("\r\n", "\n") == text
    lines = data.split(b"\r\n")
    assert all(len(line) <= 76 for line in lines)
    assert column == len(lines[-1])
    assert b"\r" not in data.replace(b"\r\n", b"") and b"\n" not in data.replace(b"\r\n", b"")


@given(st.one_of(texts, st.text(" =.Fab", max_size=400)))
def test_no_line_begins_with_a_dot_or_from_or_ends_in_a_blank(text: str) -> None:
    """Dots would need stuffing, `From ` meets mbox, blanks at the end get lost under way (RFC 2045)."""
    for line in quoted(text)[0].split(b"\r\n"):
        assert not line.startswith((b".", b"From ")) and not line.endswith((b" ", b"\t"))


@given(texts, st.one_of(st.text("ab .한=", max_size=200), st.text("ab .=F", max_size=200)), texts)
def test_a_value_joins_a_text_encoded_before_it(before: str, value: str, after: str) -> None:
    head, column = quoted(before)
    middle, _ = quoted(value, column)
    data = head + middle + b"=\r\n" + quoted(after)[0]
    assert quopri.decodestring(data).decode().replace("\r\n", "\n") == before + value + after
    assert all(len(line) <= 76 and not line.startswith(b".") for line in data.split(b"\r\n"))
