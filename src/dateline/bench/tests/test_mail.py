"""The mail bench: its figures, its document, and one small run of the real thing."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import dateline.core
from dateline.bench import mail
from dateline.bench.mail_peers import PEERS, Took, sample
from dateline.bench.mail_round import Sent
from dateline.core.errors import BadInput
from dateline.testing.counts import reduced
from dateline.testing.postfix import has_postfix

SCHEMA = json.loads((Path(dateline.core.__file__).parent / "schemas" / "bench.json").read_text("utf-8"))


def checked(document: dict[str, Any]) -> dict[str, Any]:
    """The document as JSON has it; fails where it is not of the schema."""
    read: dict[str, Any] = json.loads(json.dumps(document))
    jsonschema_rs.validate(SCHEMA, read)
    return read


@pytest.mark.unit
def test_ratios_are_taken_within_a_round() -> None:
    rounds = []
    for speed in (1.0, 2.0, 4.0):  # the machine is slower in the later rounds, for everybody
        names = ("smtp-source", "channel", *mail.LIBRARIES)
        took = {name: Took(100, speed, speed / 10) for name in names}
        rounds.append(mail.Round({case: Sent(100, 2 * speed, speed / 5, 50.0) for case in mail.OURS}, took))
    rows = mail.rows(rounds, 100)
    ours = [row for row in rows if row["case"] == "whole path, relay signs"]
    rate = next(row for row in ours if row["metric"] == "rate" and row["peer"].startswith("smtp-source"))
    assert (rate["median"], rate["min"], rate["max"], rate["ratio"]) == (25.0, 12.5, 50.0, 0.5)
    cpu = next(row for row in ours if row["metric"] == "CPU of dispatch per mail")
    assert (cpu["median"], cpu["ratio"]) == (4000.0, 2.0)
    assert {"smtplib", "aiosmtplib"} <= {str(row["peer"]).partition(" ")[0] for row in ours}
    checked({"bench": "mail", "machine": "x", "rounds": 3, "rows": rows})


@pytest.mark.unit
def test_what_cannot_be_measured_is_refused() -> None:
    for bad in ({"recipients": 1}, {"size": 1}):
        with pytest.raises(BadInput, match="--"):
            mail.run(**bad)


@pytest.mark.unit
def test_the_sample_is_a_message_of_some_17_kb() -> None:
    assert 15_000 < len(sample()) < 20_000


@pytest.mark.wire
@pytest.mark.skipif(not has_postfix(), reason="postfix is not installed; scripts/setup_test.sh does it")
def test_a_small_run_delivers_everything_and_prints_its_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole path, signed here; the rest of the cases only in the full count."""
    recipients = reduced(60, 20_000)
    if recipients == 60:
        monkeypatch.setattr(mail, "OURS", {"whole path, RSA-2048 signed here": mail.SELECTOR})
        monkeypatch.setattr(mail, "LIBRARIES", ())
        monkeypatch.setattr(mail, "PEERS", {"channel": PEERS["channel"]})
    document = checked(mail.run(recipients=recipients, rounds=1, size=20))
    accepted = [row["median"] for row in document["rows"] if row["metric"] == "accepted"]
    assert accepted == [recipients] * len(mail.OURS)
    memory = [row["median"] for row in document["rows"] if row["metric"] == "peak memory of dispatch"]
    assert len(memory) == len(mail.OURS) and all(mib > 0 for mib in memory)
