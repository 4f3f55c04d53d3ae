"""Saved messages made to keep their reader busy are refused before the parser of mail sees them (I14)."""

from collections.abc import Callable
from email.header import decode_header

import pytest

from dateline.core.errors import BadInput
from dateline.formats import rfc822
from dateline.formats.rfc822 import read_mail_file
from dateline.intake import services as intake

pytestmark = pytest.mark.unit
HEAD = b"From: A <a@b.example>\nDate: x\nMIME-Version: 1.0\n"
MIXED = b"Content-Type: multipart/mixed; boundary=B\n\n"


def nested(depth: int) -> bytes:
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=B%d\n\n--B%d\n" % (level, level) for level in range(depth)
    )


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (HEAD + MIXED + b"--B\n\nx\n" * 5_100, "boundaries"),
        (HEAD + nested(1_200), "containers"),
        (HEAD + b"Content-Type: message/rfc822\n\n" * 1_200, "containers"),
        (HEAD + b"Content-Type:\n\tMULTIPART/mixed; boundary=B\n\n" * 201, "containers"),
        (HEAD + nested(60) + b"\r" * 100_000, "containers"),
        (HEAD + b"Content-Type: text/plain" + b";" * 101 + b"\n\nx", "Content-Type"),
        (HEAD + b"\rcontent-disposition: x;\r\n " + b"a\r\n " * 1_000 + b"\n\nx", "content-disposition"),
    ],
)
def test_what_no_mail_program_writes_never_reaches_the_parser(
    message: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parsed(*_: object, **__: object) -> None:
        pytest.fail("the parser of mail was given it")

    monkeypatch.setattr(rfc822, "message_from_bytes", parsed)
    with pytest.raises(BadInput, match=words) as caught:
        intake.read_bytes(message, "a.eml", lang="en")
    assert caught.value.where == "a.eml" and "copy the release out" in str(caught.value)


@pytest.mark.parametrize("name", ["Subject", "From"])
def test_a_field_of_endless_encoded_words_is_not_decoded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []

    def counted(raw: str) -> list[tuple[bytes | str, str | None]]:
        given.append(len(raw))
        return decode_header(raw)

    monkeypatch.setattr(rfc822, "decode_header", counted)
    field = name.encode() + b":" + b" =?utf-8?q?a?= =?utf-8?b?YQ==?=" * 400
    with pytest.raises(BadInput, match=f"its {name} has more than"):
        read_mail_file(b"Date: x\nMIME-Version: 1.0\n" + field + b"\n\nWords.")
    assert all(length <= 10_000 for length in given)


def test_only_the_parts_that_are_used_are_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    walked = 0
    leaves: Callable[..., object] = rfc822._parts

    def counted(message: object) -> object:
        nonlocal walked
        for part in leaves(message):  # type: ignore[attr-defined]
            walked += 1
            yield part

    monkeypatch.setattr(rfc822, "_parts", counted)
    assert read_mail_file(HEAD + MIXED + b"--B\n\nx\n" * 1_000).text.count("x") == walked == 200


def test_parts_too_deep_for_the_walk_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def deep(*_: object) -> object:
        raise RecursionError

    monkeypatch.setattr(rfc822, "_parts", deep)
    with pytest.raises(BadInput, match="too deep"):
        read_mail_file(HEAD + b"\nWords.")


def test_a_tag_is_looked_for_from_its_own_bracket_only() -> None:
    """Each `<` that looked for its `>` over the others' took a second a megabyte."""
    page = b"--B\nContent-Type: text/html\n\n<p>" + (b"<" * 400 + b">") * 3 + b"\n"
    found = read_mail_file(HEAD + MIXED + b"--B\nContent-Type: text/plain\n\nWords.\n" + page + b"--B--\n")
    assert found.html and found.text.count("<") == 1_201


@pytest.mark.parametrize(("delsp", "line"), [("no", "one two"), ("yes", "onetwo")])
def test_flowed_lines_are_joined(delsp: str, line: str) -> None:
    kind = f"Content-Type: text/plain; format=flowed; delsp={delsp}\n\n".encode()
    assert read_mail_file(HEAD + kind + b"one \n two\n-- \nme \n").text == f"{line}\n--\nme"


def test_ordinary_mail_keeps_its_rulers_and_containers() -> None:
    text = b"Words.\n" + b"-----\n" * 500
    message = HEAD + nested(8) + b"Content-Type: text/plain\n\n" + text
    assert read_mail_file(message).text.startswith("Words.")
