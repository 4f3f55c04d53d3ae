"""The message a recipient gets: every mail rule of the design, in bytes that never change."""

import re
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import given, settings

from dateline.channels.mail import template
from dateline.channels.mail.headers import Mailbox, Unsendable, mailbox
from dateline.channels.mail.template import Writer
from dateline.channels.tests.builders import AT, PERSON, edition, mail_parcel, mail_task
from dateline.core.phrases import phrase
from dateline.core.words import Edition, OpenedParcel, Task
from dateline.formats.mail import SLOTS, Slot, filled, html_pieces, read_mail, text_pieces
from dateline.formats.tests.strategies import editions

pytestmark = pytest.mark.unit
NEWS = mailbox("news@wire.example")


def written(task: Task) -> bytes:
    return Writer(NEWS).message(task).content


def parsed(data: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(data)


def parts(message: EmailMessage) -> tuple[str, str]:
    """Text and HTML as a reader sees them."""
    text, html = message.iter_parts()
    found = []
    for part in (text, html):
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        found.append(data.decode().replace("\r\n", "\n"))
    return found[0], found[1]


def test_head_names_issuer_wire_contact_headline_and_instant() -> None:
    message = parsed(written(mail_task(7, mail_parcel())))
    sender = message["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Acme Corp. via Dateline", "news@wire.example")
    assert message["Reply-To"].addresses[0].addr_spec == "press@acme.example"
    assert message["To"].addresses[0].display_name == "Ana Lima"
    assert message["To"].addresses[0].addr_spec == "p7@readers.example"
    assert message["Subject"] == "Acme opens a plant"
    assert message["Date"].datetime == AT.replace(microsecond=0)
    assert message["Message-ID"] == "<d7@wire.example>"
    assert message["Content-Language"] == "en"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_one_click_stop_as_rfc_8058_says() -> None:
    message = parsed(written(mail_task(1, mail_parcel())))
    assert message["List-Unsubscribe"] == f"<{PERSON['stop_url']}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "mailto:" not in message["List-Unsubscribe"]


def test_nobody_who_gave_no_stop_link_gets_a_list_header() -> None:
    message = parsed(written(mail_task(1, mail_parcel(), personal={})))
    assert "List-Unsubscribe" not in message and "List-Unsubscribe-Post" not in message


@settings(max_examples=60, deadline=None)
@given(editions())
def test_both_parts_say_what_the_format_says(made: Edition) -> None:
    """I8: the spliced message equals the document filled in the slow way, in every script."""
    parcel = mail_parcel(made)
    personal = PERSON | {"why": "“Größe” <b>&amp; 한국어 " * 5, "source": ".a=b."}
    text, html = parts(parsed(written(mail_task(1, parcel, personal=personal))))
    document = read_mail(parcel.body)
    everything = frozenset(SLOTS)
    assert text.rstrip("\n") == filled(text_pieces(document, everything), personal).rstrip("\n")
    assert html.rstrip("\n") == filled(html_pieces(document, everything), personal, html=True).rstrip("\n")


@settings(max_examples=60, deadline=None)
@given(editions())
def test_every_line_is_fit_for_smtp(made: Edition) -> None:
    """RFC 5321: CRLF only, short, ASCII, and no line begins with a dot, so that nothing needs stuffing."""
    data = written(mail_task(1, mail_parcel(made)))
    assert data.isascii() and data.endswith(b"\r\n")
    bare = data.replace(b"\r\n", b"")
    assert b"\r" not in bare and b"\n" not in bare
    head, _, body = data.partition(b"\r\n\r\n")
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert all(len(line) <= 76 and not line.startswith(b".") for line in body.split(b"\r\n"))


@pytest.mark.parametrize("language", ["en", "ar", "ja", "ko", "th", "zh-Hant", "ru"])
def test_a_repeat_is_byte_identical(language: str) -> None:
    """I5: another process, another day, another order: the same bytes."""
    made = edition(language)
    first = written(mail_task(3, mail_parcel(made)))
    other = Writer(mailbox("news@wire.example"))
    other.message(mail_task(9, mail_parcel(edition("fr"))))
    other.message(mail_task(8, mail_parcel(made), personal={}))
    assert other.message(replace(mail_task(3, mail_parcel(made)), fence=4)).content == first


def test_two_people_differ_only_where_they_may() -> None:
    parcel = mail_parcel()
    one = written(mail_task(1, parcel))
    two = written(mail_task(2, parcel))
    assert re.sub(rb"(p|<d)1@", rb"\g<1>N@", one) == re.sub(rb"(p|<d)2@", rb"\g<1>N@", two)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("corrected", "mail.subject.correction"),
        ("killed", "mail.subject.kill"),
        ("withdrawn", "mail.subject.withdrawn"),
    ],
)
def test_a_later_version_joins_the_thread_of_its_release(kind: str, key: str) -> None:
    first = parsed(written(mail_task(1, mail_parcel(edition("ar")))))
    later = parsed(written(mail_task(2, mail_parcel(edition("ar", type=kind, version=2, reason="x")))))
    assert later["In-Reply-To"] == later["References"] == first["References"]
    assert first["In-Reply-To"] is None
    assert later["Subject"] == phrase(key, "ar", headline="Acme opens a plant")
    other = parsed(written(mail_task(3, mail_parcel(edition(release="zzzzzzzzzz")))))
    assert other["References"] != first["References"]


def test_arabic_is_right_to_left_with_a_localised_footer() -> None:
    message = parsed(written(mail_task(1, mail_parcel(edition("ar")), personal=PERSON | {"why": "ي"})))
    text, html = parts(message)
    assert '<html lang="ar" dir="rtl">' in html
    for words in (phrase("mail.stop", "ar"), phrase("mail.why", "ar", reason="ي")):
        assert words in text
    assert message["From"].addresses[0].display_name == phrase(
        "mail.from", "ar", issuer="Acme Corp.", wire="Dateline"
    )


def test_footer_tells_why_whence_and_how_to_stop() -> None:
    text, html = parts(parsed(written(mail_task(1, mail_parcel()))))
    foot = text.rpartition("\n--\n")[2]
    assert foot.splitlines() == [
        "You get this because your beats include energy.",
        "Your address came from: a fair in Oslo.",
        f"Fewer mails: {PERSON['preferences_url']}",
        f"Pause: {PERSON['preferences_url']}",
        f"Stop all mail: {PERSON['stop_url']}",
    ]
    assert f'<a href="{PERSON["stop_url"]}">Stop all mail</a>' in html


def test_labels_stand_above_the_text() -> None:
    made = edition(labels=("third-party",), origin="third-party", provider="Prov Inc", disclaimer="Not ours.")
    text, html = parts(parsed(written(mail_task(1, mail_parcel(made)))))
    for form in (text, html[html.index("<article") :]):
        assert form.index("Prov Inc") < form.index("Acme opens a plant")


@pytest.mark.parametrize(
    "change",
    [
        {"address": "a@b.example\r\nRCPT TO:<x@y.example>"},
        {"address": "nobody"},
        {"personal": PERSON | {"name": "Ana\r\nBcc: x@y.example"}},
        {"personal": PERSON | {"why": "a\nb"}},
        {"personal": PERSON | {"source": "a\x00b"}},
        {"personal": PERSON | {"stop_url": "https://wire.example/\r\nBcc: x"}},
        {"personal": PERSON | {"stop_url": "mailto:stop@wire.example"}},
        {"personal": PERSON | {"preferences_url": "javascript:alert(1)"}},
    ],
)
def test_what_could_smuggle_a_line_is_refused(change: dict[str, object]) -> None:
    """Header injection: no message is made."""
    with pytest.raises(Unsendable):
        written(mail_task(1, mail_parcel(), **change))  # type: ignore[arg-type]


def test_a_message_id_with_a_line_break_is_refused() -> None:
    with pytest.raises(Unsendable):
        written(replace(mail_task(1, mail_parcel()), message_id="<a@b>\r\nBcc: x@y.example"))


def test_a_parcel_that_was_not_opened_is_refused() -> None:
    """I1: without its instant there is nothing to send."""
    with pytest.raises(Unsendable, match="not opened"):
        written(mail_task(1, mail_parcel(at=None)))


def test_only_a_local_part_beyond_ascii_asks_for_smtputf8() -> None:
    writer = Writer(NEWS)
    parcel = mail_parcel()
    assert not writer.message(mail_task(1, parcel, "ana@müller.example")).utf8
    plain = writer.message(mail_task(1, parcel, "ana@müller.example"))
    assert plain.recipient == "ana@xn--mller-kva.example" and plain.content.isascii()
    wide = writer.message(mail_task(2, parcel, "anä@müller.example"))
    assert wide.utf8 and 'To: "Ana Lima" <anä@xn--mller-kva.example>'.encode() in wide.content


def test_templates_are_made_once_for_each_parcel_and_kind_of_recipient(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rendered once, spliced for each: thousands of messages cost two compilations."""
    made: list[OpenedParcel] = []
    real = template.compiled

    def counted(parcel: OpenedParcel, present: frozenset[Slot], sender: Mailbox) -> template.Template:
        made.append(parcel)
        return real(parcel, present, sender)

    monkeypatch.setattr(template, "compiled", counted)
    writer, parcel = Writer(NEWS), mail_parcel()
    for number in range(50):
        writer.message(mail_task(number, parcel))
        writer.message(mail_task(number, parcel, personal={}))
    assert len(made) == 2
