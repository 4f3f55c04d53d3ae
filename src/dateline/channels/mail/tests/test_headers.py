"""Header fields: every script, every length, and no way to smuggle a line in."""

import re
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.channels.mail.headers import (
    Unsendable,
    address_field,
    mailbox,
    message_id,
    unstructured,
    web_address,
)

pytestmark = pytest.mark.unit
one_line = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=300).map(
    lambda text: " ".join(text.split())
).filter(bool)  # fmt: skip


def value(field: bytes) -> str:
    """What a mail reader shows of a field."""
    found = BytesParser(policy=policy.compat32).parsebytes(field + b"\r\n")
    return str(make_header(decode_header(re.sub(r"\r?\n(?=[ \t])", "", next(iter(found.values()))))))


@given(one_line)
def test_a_subject_in_any_script_reads_back(text: str) -> None:
    field = unstructured("Subject", text)
    assert value(field) == text
    assert field.isascii() and field.endswith(b"\r\n")
    lines = field.decode().split("\r\n")[:-1]
    assert all(line.strip() for line in lines) and all(line.startswith(" ") for line in lines[1:])
    if b"=?utf-8?" in field:
        assert all(len(line) <= 76 for line in lines)
        assert all(len(word) <= 75 for line in lines for word in line.split())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Acme opens a plant", b"Subject: Acme opens a plant\r\n"),
        ("Die Größe des Werks", b"Subject: =?utf-8?q?Die_Gr=C3=B6=C3=9Fe_des_Werks?=\r\n"),
        ("에이크미", b"Subject: =?utf-8?b?7JeQ7J207YGs66+4?=\r\n"),
        ("What =? means in a headline", b"Subject: =?utf-8?q?What_=3D=3F_means_in_a_headline?=\r\n"),
    ],
)
def test_ascii_stays_readable_and_the_rest_takes_the_shorter_form(text: str, written: bytes) -> None:
    assert unstructured("Subject", text) == written


@given(one_line)
def test_a_display_name_reads_back(text: str) -> None:
    field = address_field("From", text, mailbox("news@wire.example"))
    parsed = BytesParser(policy=policy.default).parsebytes(field + b"\r\n")["From"].addresses[0]
    assert parsed.addr_spec == "news@wire.example"
    if text.isascii() and "=?" not in text and len(text) <= 60:
        assert parsed.display_name == text
    else:
        assert value(field) == f"{text} <news@wire.example>"


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\x00b", "a\x85b", "a\u2028b"])
def test_a_line_break_is_refused_in_every_field(bad: str) -> None:
    """I14, header injection."""
    with pytest.raises(Unsendable):
        unstructured("Subject", bad)
    with pytest.raises(Unsendable):
        address_field("From", bad, mailbox("news@wire.example"))
    with pytest.raises(Unsendable):
        mailbox(f"{bad}@wire.example")
    with pytest.raises(Unsendable):
        mailbox(f"news@wire.example{bad}")
    with pytest.raises(Unsendable):
        message_id(f"<{bad}@wire.example>")
    with pytest.raises(Unsendable):
        web_address(f"https://wire.example/{bad}", "List-Unsubscribe")


@pytest.mark.parametrize(
    "bad",
    ["", "a", "@b.example", "a@", "a b@c.example", "a@b@c.example", "<a@b.example>", "a@-b.example",
     "a@b..example", ".a@b.example", '"a b"@c.example', "a@[127.0.0.1]", "a@" + "x" * 64 + ".example",
     "y" * 65 + "@b.example", "a,b@c.example", "a@b.example>", "a\n@b.example",
     "a@b\n.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(Unsendable):
        mailbox(bad)


def test_a_domain_travels_in_ascii_and_a_local_part_needs_smtputf8() -> None:
    assert mailbox("ana@müller.example").address == "ana@xn--mller-kva.example"
    assert not mailbox("ana@müller.example").utf8
    assert mailbox("anä@müller.example").address == "anä@xn--mller-kva.example"
    assert mailbox("anä@müller.example").utf8
    assert mailbox("Ana.Lima+x@ACME.example").address == "Ana.Lima+x@acme.example"


@pytest.mark.parametrize(
    "bad", ["javascript:alert(1)", "ftp://a/", "https://a/>b", "https://a/ü", "https://a b", "https://a/\n"]
)
def test_a_stop_link_is_an_ascii_web_address(bad: str) -> None:
    with pytest.raises(Unsendable):
        web_address(bad, "stop_url")
