"""Signatures that others verify: dkimpy and opendkim, every language, and never after a letter was
changed.
"""

import asyncio
import re
import shutil
import subprocess
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import settings as effort

from dateline.channels.mail import signing
from dateline.channels.mail.channel import MailChannel
from dateline.channels.mail.dkim_key import dns_record, key_path, load_key, make_key, zone_line
from dateline.channels.mail.headers import mailbox
from dateline.channels.mail.proof import SAMPLES, altered, fault_of, verifies
from dateline.channels.mail.signing import Signer, relaxed
from dateline.channels.mail.template import Draft, Message, Writer
from dateline.channels.mail.tests.servers import Library
from dateline.channels.tests.builders import PERSON, Feed, Receipts, edition, mail_parcel, mail_task, settings
from dateline.core.errors import BadInput, Unavailable
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.words import Edition, Task
from dateline.formats.tests.strategies import editions

NEWS = mailbox("news@wire.example")


@lru_cache(maxsize=1)
def key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def signer() -> Signer:
    return Signer("wire.example", "wire1", key())


def signed(task: Task, by: Signer | None = None) -> bytes:
    return (by or signer()).signed(Writer(NEWS).draft(task)).content


def record() -> bytes:
    return dns_record(key().public_key()).encode()


@pytest.mark.unit
@effort(max_examples=25, deadline=None)
@given(editions())
def test_dkimpy_accepts_every_edition_and_rejects_a_changed_letter(made: Edition) -> None:
    personal = PERSON | {"name": "  Zoë  =?x  ", "why": "“a  b” <b>&amp; 한국어 " * 5, "source": ".a=b.  "}
    content = signed(mail_task(1, mail_parcel(made), personal=personal))
    assert verifies(content, record())
    assert not verifies(altered(content, 0), record()) and not verifies(altered(content, 1), record())


@pytest.mark.unit
@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_the_check_before_a_release_passes_in_every_language(language: str) -> None:
    made = edition(language, headline="Größe 신공장 مصنع: Acme opens  a plant", type="corrected", version=2)
    assert fault_of(mail_parcel(made), NEWS, signer()) == "" and SAMPLES == 20


@pytest.mark.unit
def test_the_check_finds_a_signature_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A canonical form that is not quite the real one, and a signature that covers nothing."""
    monkeypatch.setattr(signing, "relaxed", lambda one: one)
    assert "does not verify" in fault_of(mail_parcel(), NEWS, signer())
    monkeypatch.undo()
    monkeypatch.setattr("dateline.channels.mail.proof.verifies", lambda *_: True)
    assert "a letter was changed" in fault_of(mail_parcel(), NEWS, signer())


@pytest.mark.unit
def test_a_repeat_is_byte_identical_and_the_signature_covers_what_it_must() -> None:
    """I5; RFC 8058 wants both List-Unsubscribe fields covered; a second From cannot be added."""
    task = mail_task(3, mail_parcel())
    content = signed(task)
    assert signed(replace(task, fence=9), Signer("wire.example", "wire1", key())) == content
    found = re.search(rb"h=([^;]*);", content)
    assert found is not None
    names = b"".join(found[1].split()).split(b":")
    assert names.count(b"from") == 2
    wanted = "to subject date message-id reply-to references mime-version content-type list-unsubscribe"
    assert {*wanted.encode().split(), b"list-unsubscribe-post"} <= set(names)
    assert not verifies(content.replace(b"\r\nFrom:", b"\r\nFrom: x@y.example\r\nFrom:", 1), record())
    assert b"l=" not in content.partition(b"\r\n\r\n")[0].partition(b"bh=")[0]
    head = content.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 110 for line in head.split(b"\r\n"))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("written", "form"),
    [
        (b"Subject: a  b\r\n", b"subject:a b\r\n"),
        (b"X:\r\n a\r\n\tb \r\n", b"x:a b\r\n"),
        ("To: anä@x.example\r\n".encode(), "to:anä@x.example\r\n".encode()),
    ],
)
def test_relaxed_form_of_a_field(written: bytes, form: bytes) -> None:
    assert relaxed(written) == form


# --- keys
# -----------------------------------------------------------------------------------------------------


@pytest.mark.unit
def test_a_key_is_made_once_kept_private_and_its_record_fits_the_dns(tmp_path: Path) -> None:
    wire = settings(home=tmp_path, dkim_selector="wire1")
    made = make_key(wire, "wire1")
    path = key_path(wire)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(wire).private_numbers() == made.private_numbers()
    with pytest.raises(BadInput, match="another selector"):
        make_key(wire, "wire1")
    line = zone_line("wire1", "wire.example", dns_record(made.public_key()))
    parts = re.findall(r'"([^"]*)"', line)
    assert all(len(part) <= 255 for part in parts) and "".join(parts) == dns_record(made.public_key())
    assert "PRIVATE" not in line + repr(Signer("wire.example", "wire1", made))
    path.chmod(0o644)
    with pytest.raises(Unavailable, match="chmod 600"):
        load_key(wire)


@pytest.mark.unit
def test_keys_that_cannot_sign_name_the_setting_and_show_nothing(tmp_path: Path) -> None:
    wire = settings(home=tmp_path, dkim_selector="wire1")
    with pytest.raises(BadInput, match="dateline dkim new --selector wire1"):
        MailChannel(wire)
    path = key_path(wire)
    path.parent.mkdir(parents=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for data, said in ((b"secret stuff", "PEM"), (pem, "RSA")):
        path.write_bytes(data)
        path.chmod(0o600)
        with pytest.raises(BadInput, match=said) as caught:
            MailChannel(wire)
        assert "DATELINE_DKIM_SELECTOR" in str(caught.value) and "secret stuff" not in str(caught.value)
    with pytest.raises(BadInput, match="hyphens"):
        key_path(settings(home=tmp_path, dkim_selector="../x"))


# --- on the wire
# ----------------------------------------------------------------------------------------------


def sent(wire_home: Path, tasks: list[Task], url: str, **values: str) -> Receipts:
    async def run() -> Receipts:
        receipts = Receipts()
        channel = MailChannel(settings(home=wire_home, smtp_url=url, dkim_selector="wire1", **values))
        await channel.send(aiter(Feed(tasks)), receipts)
        await channel.aclose()
        return receipts

    return asyncio.run(run())


@pytest.mark.wire
def test_what_arrives_at_a_server_verifies(tmp_path: Path) -> None:
    made = make_key(settings(home=tmp_path), "wire1")
    server = Library()
    try:
        parcels = [mail_parcel(edition(language)) for language in ("en", "ar", "ja")]
        tasks = [mail_task(n, parcels[n % 3], personal=PERSON if n % 2 else {}) for n in range(30)]
        receipts = sent(tmp_path, tasks, server.url, dkim_domain="mail.wire.example")
    finally:
        server.stop()
    assert [r.outcome for r in receipts.all] == ["accepted"] * 30
    found = dns_record(made.public_key()).encode()
    assert all(verifies(content, found) for content in server.messages())
    assert all(b"d=mail.wire.example;" in content for content in server.messages())


@pytest.mark.wire
def test_nothing_goes_out_under_a_signature_that_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deferred, not refused: the operator mends the key, and nobody has lost a mail."""
    make_key(settings(home=tmp_path), "wire1")
    real = Signer.signed

    def broken(self: Signer, draft: Draft) -> Message:
        message = real(self, draft)
        return replace(message, content=message.content.replace(b"bh=", b"bh=A", 1))

    monkeypatch.setattr(Signer, "signed", broken)
    server = Library()
    try:
        receipts = sent(tmp_path, [mail_task(n, mail_parcel()) for n in range(3)], server.url)
    finally:
        server.stop()
    assert {r.outcome for r in receipts.all} == {"deferred"} and server.taken() == []
    assert all("DKIM" in r.text for r in receipts.all)


@pytest.mark.wire
@pytest.mark.skipif(
    not shutil.which("opendkim"), reason="opendkim is not installed; scripts/setup_test.sh does it"
)
@pytest.mark.parametrize("language", ["en", "ar", "ja", "de", "zh-Hant"])
def test_opendkim_verifies_and_rejects_a_changed_letter(tmp_path: Path, language: str) -> None:
    """Debian's own verifier, which many receivers run; the key comes from a file instead of the DNS."""
    (tmp_path / "keys").write_text(f"wire1._domainkey.wire.example {record().decode()}\n", "ascii")
    conf = tmp_path / "opendkim.conf"
    conf.write_text(f"Mode v\nTestPublicKeys {tmp_path}/keys\nOn-BadSignature reject\n", "ascii")

    def judged(content: bytes) -> str:
        (tmp_path / "mail.eml").write_bytes(content)
        done = subprocess.run(
            ["opendkim", "-x", str(conf), "-t", str(tmp_path / "mail.eml"), "-v"],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    content = signed(mail_task(1, mail_parcel(edition(language))))
    assert "verification (s=wire1, d=wire.example, 2048-bit key) succeeded" in judged(content)
    assert "succeeded" not in judged(altered(content, 0))


@pytest.mark.wire
def test_a_signing_process_that_ends_costs_no_mail(tmp_path: Path) -> None:
    """Killed amid a release: this process signs what is left, and every mail verifies."""
    made = make_key(settings(home=tmp_path), "wire1")
    server = Library()

    async def run() -> Receipts:
        receipts, parcel = Receipts(), mail_parcel()
        channel = MailChannel(settings(home=tmp_path, smtp_url=server.url, dkim_selector="wire1"))
        await channel.send(aiter(Feed([mail_task(1, parcel)])), receipts)
        assert channel._signing is not None
        lines = channel._signing._signers._lines or []
        for line in lines:
            line.process.kill()
        await channel.send(aiter(Feed(mail_task(n, parcel) for n in range(2, 12))), receipts)
        await channel.aclose()
        assert lines and all(line.process.returncode is not None for line in lines)
        return receipts

    try:
        receipts = asyncio.run(run())
    finally:
        server.stop()
    assert [r.outcome for r in receipts.all] == ["accepted"] * 11
    assert all(verifies(content, dns_record(made.public_key()).encode()) for content in server.messages())
