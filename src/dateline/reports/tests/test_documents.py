"""The report's documents: shapes, folded people, safe spreadsheets, one honest sentence."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dateline.core.clock import Instant
from dateline.dispatch.services import KeptBack, Paused
from dateline.reports.documents import csv_text, failures_document, report_document, send_document, sentence
from dateline.reports.report import Failure, Lift, Report

pytestmark = pytest.mark.unit

DUE = Instant(datetime(2026, 11, 24, 9, tzinfo=UTC))
AT = Instant(DUE + timedelta(milliseconds=12))
REPORT = Report(
    release="k7m2x9qd4w",
    version=1,
    state="released",
    url="https://wire.example/en/x-k7m2x9qd4w/",
    headline="A headline",
    manifest_hash="0" * 64,
    manifest_counts={"outlets": 2, "journalists": 3, "desktops": 4},
    lift=Lift(DUE, AT),
    deliveries={"accepted": 4, "refused": 1},
    by_channel={"mail": {"accepted": 2, "refused": 1}, "webhook": {"accepted": 2}},
    by_country={"KR": {"accepted": 4, "refused": 1}},
    by_language={"ko": {"accepted": 4, "refused": 1}},
    by_kind={"journalist": {"accepted": 2, "refused": 1}, "=site": {"accepted": 2}},
    skew_ms={"mail": 40.0},
    first_last={"mail": (AT, Instant(AT + timedelta(seconds=2)))},
    failures=(
        Failure("j_1", "Ada", "journalist", "mail", "refused", 550, "no such box ada@desk.example"),
        Failure("j_2", "Bob", "journalist", "mail", "refused", 550, "no such box"),
        Failure("o_1", "Courier", "site", "webhook", "expired", 503, "busy"),
    ),
    curve=(),
    languages=("ko",),
    settled=True,
)


def test_lateness_is_measured_from_t0() -> None:
    assert send_document(REPORT)["lift"] == {
        "due": "2026-11-24T09:00:00.000Z",
        "at": "2026-11-24T09:00:00.012Z",
        "late_ms": 12.0,
    }
    assert Lift(DUE, None).late_ms is None


def test_issuers_see_journalists_as_counts_only() -> None:
    """I15: neither name, id, number nor the server's words about an address."""
    rows = failures_document(REPORT, addresses=False)
    assert [(r["name"], r.get("count")) for r in rows] == [("Courier", None), ("", 10)]
    text = str(report_document(REPORT, addresses=False))
    assert "Ada" not in text and "ada@desk" not in text and "j_1" not in text
    assert "Ada" in str(report_document(REPORT))


def test_a_spreadsheet_runs_no_cell() -> None:
    rows = list(csv.reader(io.StringIO(csv_text(REPORT))))
    assert rows[0] == ["by", "key", "state", "count"]
    assert ["kind", "'=site", "accepted", "2"] in rows
    assert sum(int(r[3]) for r in rows[1:] if r[0] == "channel") == 5


def test_the_sentence_says_what_was_measured() -> None:
    said = sentence(REPORT)
    assert "4 of 5 deliveries accepted in 2.0 s" in said and "1 failed" in said and "12 ms after T0" in said
    assert "12 ms after T0, about 4 of 5 deliveries" in sentence(REPORT, about=True)  # I15
    assert "nothing has left" in sentence(replace(REPORT, lift=Lift(DUE, None), state="held"))


def test_what_is_paused_is_said_and_who_paused_it_to_the_desk_alone() -> None:
    pause = Paused("circuit", "asia", "ana", "a wrong figure", AT)
    waiting = replace(
        REPORT,
        deliveries={"accepted": 4, "waiting": 7},
        paused=(KeptBack(pause, "journalist", 5), KeptBack(pause, "site", 2)),
    )
    assert "7 paused (circuit asia, by ana: a wrong figure), 0 otherwise" in sentence(waiting)
    outlet = replace(pause, kind="endpoint", name="o_1")
    named = replace(waiting, paused=(KeptBack(outlet, "site", 7),), paused_names={"o_1": "Seoul Post"})
    assert "7 paused (endpoint Seoul Post, by ana: a wrong figure)" in sentence(named)
    assert "7 paused, " in sentence(waiting, about=True) and "ana" not in sentence(waiting, about=True)
    [told] = report_document(waiting)["paused"]
    assert (told["kind"], told["deliveries"], told["by"]) == ("circuit", 7, "ana")
    assert report_document(waiting, addresses=False)["paused"][0]["by"] == ""
