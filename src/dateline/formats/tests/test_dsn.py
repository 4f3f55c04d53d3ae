"""Delivery reports in the shapes that common mail systems write; all invented."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.formats import dsn
from dateline.formats.enhanced_codes import code_in, code_of_reply, meaning
from dateline.formats.tests.returned_corpus import CORPUS, ENVELOPE, FOLDER, MESSAGE_ID, returned

pytestmark = pytest.mark.unit


def test_the_corpus_is_the_folder() -> None:
    assert {path.stem for path in FOLDER.glob("*.eml")} == set(CORPUS) and len(CORPUS) >= 25


@pytest.mark.parametrize("name", CORPUS)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_each_report_is_read(name: str, ends: bytes) -> None:
    kind, code, judged = CORPUS[name]
    found = dsn.read(returned(name).replace(b"\n", ends))
    assert (found.kind, found.code) == (kind, code)
    assert found.sent_to == (ENVELOPE,)
    if judged:
        assert meaning(found.code) == judged
        assert found.text and "\n" not in found.text


@pytest.mark.parametrize("name", [n for n, (kind, _, _) in CORPUS.items() if kind in {"failed"}])
def test_the_mail_returned_is_named(name: str) -> None:
    found = dsn.read(returned(name))
    assert found.message_id == MESSAGE_ID
    assert found.references == ("<k7m2x9qd4w.release@wire.example>",)
    assert found.recipients, "whom it was for"
    assert "ana@daily.example" in found.recipients


def test_an_original_recipient_comes_before_whom_it_was_forwarded_to() -> None:
    assert dsn.read(returned("postfix-headers-only-no-token")).recipients == (
        "ana@daily.example",
        "kim@other.example",
    )


def test_words_of_the_mail_itself_are_no_code() -> None:
    assert dsn.read(returned("exim-older-no-code")).code == ""
    assert "5.2.2" not in dsn.read(returned("qmail-no-mailbox")).text


def test_an_envelope_id_is_read() -> None:
    assert dsn.read(returned("japanese-user-unknown", envid="tok")).envelope_id == "tok"


def test_the_line_that_mbox_puts_in_front_is_left_out() -> None:
    data = b"From MAILER-DAEMON Tue Nov 24 09:05:00 2026\n" + returned("postfix-user-unknown")
    assert dsn.read(data).code == "5.1.1"


def test_a_report_cut_short_still_gives_its_facts() -> None:
    data = returned("postfix-user-unknown")
    cut = dsn.read(data[: data.index(b"Content-Type: message/rfc822")])
    assert (cut.kind, cut.code, cut.message_id) == ("failed", "5.1.1", "")


def test_control_characters_of_a_server_reach_nobody() -> None:
    data = returned("postfix-user-unknown").replace(b"User unknown", b"User \x1b[2J\x07unknown")
    assert dsn.read(data).text.isprintable()


def test_a_hostile_message_is_read_as_quickly_as_another() -> None:
    """The suite's own limit of time would end a reader that goes over and over the same bytes."""
    size = dsn.MOST_BYTES
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(5000))
    head = b"From: MAILER-DAEMON\nReturn-Path: <>\nSubject: failure notice\n"
    for data in (
        deep,
        head + b"To: " + b"a" * size,
        head + b"To: " + b"a@" * (size // 2),
        head + b"X-Failed-Recipients: " + b"a@b," * (size // 4),
        head + b"\n" + b"-" * size,
        head + b"\n" + b"<a@b" * (size // 4),
        head + b"\n" + b"<a@b>:\n" * (size // 7),
        head + b"\nReferences: " + b"<a>" * (size // 3) + b"!",
        head + b"\n" + b"5.1." * (size // 4),
    ):
        assert isinstance(dsn.read(data), dsn.Returned)


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert dsn.read(data).kind in {"failed", "delayed", "delivered", "automatic", "unknown"}


@settings(deadline=None)
@given(st.data())
def test_no_damage_to_a_report_breaks_the_reader(data: st.DataObject) -> None:
    whole = bytearray(returned(data.draw(st.sampled_from(sorted(CORPUS)))))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=6))
    assert isinstance(dsn.read(bytes(whole)), dsn.Returned)


@pytest.mark.parametrize(
    ("code", "judged"),
    [
        *((f"5.1.{n}", "gone") for n in (1, 2, 3, 4, 5, 6, 10)),
        ("5.1.7", "ours"),
        ("5.1.8", "ours"),
        ("5.7.0", "ours"),
        ("5.7.515", "ours"),
        ("5.2.2", "full"),
        ("4.2.2", "full"),
        *(
            (code, "other")
            for code in ("5.1.9", "5.1.0", "5.2.1", "4.1.1", "4.7.1", "2.1.5", "5.0.0", "", "5.1", "x")
        ),
    ],
)
def test_codes_mean_what_delivery_says(code: str, judged: str) -> None:
    assert meaning(code) == judged


def test_codes_are_told_from_addresses_and_versions() -> None:
    assert code_in("host 192.5.1.1 said 550 no") == ""
    assert code_in("smtp 5.1.1.7 no") == ""
    assert code_in("error 5.0.0: 550-5.1.1 gone, see 5.7.1") == "5.1.1"
    assert code_in("Status 5.1.10.") == "5.1.10"


def test_only_refusals_have_a_code_of_reply() -> None:
    assert code_of_reply("550 5.1.1 no such user") == "5.1.1"
    assert code_of_reply("550-5.1.1 no such user") == "5.1.1"
    assert code_of_reply("450 4.2.2 full") == ""
    assert code_of_reply("250 2.0.0 ok, was 550 5.1.1") == ""
    assert code_of_reply("410 Gone 5.1.1") == ""
