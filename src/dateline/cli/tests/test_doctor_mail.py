"""SPF, DKIM, DMARC and PTR as receivers see them, asked of a real DNS server; a silent DNS is a finding, no
crash.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dns.resolver
import jsonschema_rs
import pytest

import dateline.core
from dateline.channels.mail.services import dns_record, make_key
from dateline.cli import doctor_mail
from dateline.cli.doctor import Result
from dateline.cli.doctor_mail import examine_mail
from dateline.plant.settings import Settings
from dateline.testing.dns_server import DnsServer

pytestmark = pytest.mark.wire
Table = dict[tuple[str, str], Sequence[str]]
ADDRESS = "8.8.4.4"
GOOD: Table = {
    ("wire.test", "TXT"): ['"v=spf1 ip4:8.8.4.4 -all"', '"unrelated"'],
    ("_dmarc.wire.test", "TXT"): ['"v=DMARC1; p=reject; rua=mailto:d@wire.test"'],
    ("relay.test", "A"): [ADDRESS],
    ("4.4.8.8.in-addr.arpa", "PTR"): ["relay.test."],
}


def wire_of(**values: Any) -> Settings:
    return Settings(**values)


def asked(table: Table, tmp_path: Path, *, key: bool = True, **more: Any) -> dict[str, Result]:
    """The findings by check."""
    options = {name: more.pop(name) for name in ("silent", "broken") if name in more}
    values = {"mail_from": "news@wire.test", "smtp_url": "smtp://relay.test", "home": tmp_path} | more
    wire = wire_of(dkim_selector="wire1" if key else "", **values)
    if key and not (tmp_path / "keys").exists():
        made = make_key(wire, "wire1")
        record = dns_record(made.public_key())
        half = len(record) // 2
        table = {("wire1._domainkey.wire.test", "TXT"): [f'"{record[:half]}" "{record[half:]}"']} | table
    with DnsServer(table, **options) as server:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
        return {result.check: result for result in examine_mail(wire, resolver)}


def test_a_domain_in_order_has_nothing_to_mend(tmp_path: Path) -> None:
    found = asked(GOOD, tmp_path)
    assert {check: result.state for check, result in found.items()} == {
        "SPF": "ok", "DKIM": "ok", "DMARC": "ok", "PTR of relay.test": "ok",
    }  # fmt: skip
    assert not any(result.fix for result in found.values())


def test_an_empty_domain_says_what_to_publish(tmp_path: Path) -> None:
    found = asked({("relay.test", "A"): [ADDRESS]}, tmp_path, key=True)
    empty = asked({("relay.test", "A"): [ADDRESS]}, tmp_path)
    assert found["DKIM"].state == "ok" and empty["DKIM"].state == "bad"
    assert "wire1._domainkey.wire.test. IN TXT" in empty["DKIM"].fix and "p=MII" in empty["DKIM"].fix
    assert empty["SPF"].state == "bad" and "v=spf1" in empty["SPF"].fix
    assert empty["DMARC"].state == "bad" and "_dmarc.wire.test. IN TXT" in empty["DMARC"].fix
    assert empty["PTR of relay.test"].state == "bad"


@pytest.mark.parametrize(
    ("records", "state", "said"),
    [
        (['"v=spf1 +all"'], "bad", "anybody"),
        (['"v=spf1 all"'], "bad", "anybody"),
        (['"v=spf1 mx"'], "warn", "-all"),
        (['"v=spf1 mx -all"', '"v=spf1 a -all"'], "bad", "one"),
        (['"v=spf1 ' + "include:x.test " * 11 + '-all"'], "bad", "11 times"),
        (['"v=spf1 include:all.test ~all"'], "ok", ""),
        (['"v=spf1 redirect=_spf.test"'], "ok", ""),
    ],
)
def test_spf(tmp_path: Path, records: list[str], state: str, said: str) -> None:
    found = asked(GOOD | {("wire.test", "TXT"): records}, tmp_path)["SPF"]
    assert found.state == state and said in found.fix


@pytest.mark.parametrize(
    ("record", "state", "said"),
    [
        ('"v=DKIM1; k=rsa; p=MIIBother"', "bad", "another key"),
        ('"v=DKIM1; p="', "bad", "revoked"),
    ],
)
def test_dkim(tmp_path: Path, record: str, state: str, said: str) -> None:
    make_key(wire_of(home=tmp_path), "wire1")
    found = asked(GOOD | {("wire1._domainkey.wire.test", "TXT"): [record]}, tmp_path)["DKIM"]
    assert found.state == state and said in found.found


def test_a_wire_that_leaves_signing_to_its_relay_is_told_so(tmp_path: Path) -> None:
    assert asked(GOOD, tmp_path, key=False)["DKIM"].state == "warn"
    missing = asked(GOOD, tmp_path, dkim_domain="other.test")
    assert "wire1._domainkey.other.test" in missing["DKIM"].found


@pytest.mark.parametrize(
    ("table", "state"),
    [
        ({("_dmarc.wire.test", "TXT"): ['"v=DMARC1; p=none"']}, "warn"),
        ({("_dmarc.wire.test", "TXT"): ['"v=DMARC1; p=often"']}, "bad"),
        ({("_dmarc.wire.test", "TXT"): ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}, "bad"),
    ],
)
def test_dmarc(tmp_path: Path, table: Table, state: str) -> None:
    assert asked(GOOD | table, tmp_path)["DMARC"].state == state


def test_dmarc_of_a_domain_above_counts_with_its_rule_for_those_below(tmp_path: Path) -> None:
    table = GOOD | {("_dmarc.wire.test", "TXT"): ['"v=DMARC1; p=reject; sp=none"']}
    found = asked(table, tmp_path, mail_from="news@mail.wire.test")
    assert found["DMARC"].state == "warn" and "_dmarc.wire.test" in found["DMARC"].found


def test_ptr_must_lead_back(tmp_path: Path) -> None:
    wrong = asked(GOOD | {("4.4.8.8.in-addr.arpa", "PTR"): ["elsewhere.test."]}, tmp_path)
    assert wrong["PTR of relay.test"].state == "bad" and "lead back" in wrong["PTR of relay.test"].found
    private = asked(GOOD, tmp_path, smtp_url="smtp://127.0.0.1:2525 smtp://relay.test")
    assert private["PTR of 127.0.0.1"].state == "warn" and private["PTR of relay.test"].state == "ok"


@pytest.mark.parametrize("mood", ["silent", "broken"])
def test_a_dns_that_does_not_answer_is_one_clear_finding(
    tmp_path: Path, mood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_mail, "_PATIENCE_S", 0.3)
    found = asked(GOOD, tmp_path, **{mood: True})
    assert list(found) == ["mail DNS"] and found["mail DNS"].state == "warn"
    assert "resolv.conf" in found["mail DNS"].fix


def test_an_example_domain_is_not_looked_up(tmp_path: Path) -> None:
    found = asked(GOOD, tmp_path, mail_from="news@wire.example")
    assert list(found) == ["mail domain"] and "DATELINE_MAIL_FROM" in found["mail domain"].fix


def test_dkim_new_makes_a_key_once_and_show_repeats_its_record(tmp_path: Path) -> None:
    """The private key is never printed; the document keeps to its schema."""

    def dkim(*words: str) -> "subprocess.CompletedProcess[str]":
        argv = [sys.executable, "-m", "dateline", "dkim", *words, "--home", str(tmp_path / "home")]
        return subprocess.run(argv, capture_output=True, text=True, check=False)

    made = dkim("new", "--selector", "s1", "--json")
    document = json.loads(made.stdout)
    schema = json.loads((Path(dateline.core.__file__).parent / "schemas" / "dkim.json").read_text("utf-8"))
    jsonschema_rs.validate(schema, document)
    shown = dkim("show", "--selector", "s1", "--json")
    assert json.loads(shown.stdout) == document and "PRIVATE" not in made.stdout + shown.stdout
    again = dkim("new", "--selector", "s1")
    assert again.returncode == 2 and "another selector" in again.stderr
    assert dkim("show").returncode == 2
