"""The report as page, CSV and JSON, under one set of access rules."""

import csv
import io
import json

import pytest

from dateline.faces.portal.tests import kit
from dateline.faces.reporting.page import table

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.fixture(autouse=True)
def _house(db: None) -> None:
    kit.house()


def test_the_list_holds_what_is_out_and_ones_own() -> None:
    """T5"""
    released, waiting = kit.out(), kit.draft()
    mine = kit.signed_in("carl").get("/reports/").content.decode()
    assert f"/reports/{released}/" in mine and waiting not in mine
    theirs = kit.signed_in("dora").get("/reports/").content.decode()
    assert released not in theirs and "A report appears here" in theirs


def test_the_sentence_comes_first() -> None:
    release = kit.out()
    page = kit.signed_in("carl").get(f"/reports/{release}/").content.decode()
    assert page.index('class="sentence"') < page.index("Deliveries by state")
    assert "Version 1: released. Released" in page


def test_a_draft_has_no_report_yet() -> None:
    release = kit.draft()
    client = kit.signed_in("carl")
    assert (
        "The report begins once the release is locked." in client.get(f"/reports/{release}/").content.decode()
    )
    assert client.get(f"/reports/{release}/report.csv").status_code == 404
    assert client.get(f"/reports/{release}/report.json").status_code == 404


def test_downloads_carry_name_and_type() -> None:
    release = kit.out()
    client = kit.signed_in("carl")
    rows = client.get(f"/reports/{release}/report.csv")
    assert rows.headers["Content-Type"].startswith("text/csv")
    assert f'filename="report-{release}.csv"' in rows.headers["Content-Disposition"]
    assert next(csv.reader(io.StringIO(rows.content.decode()))) == ["by", "key", "state", "count"]
    document = client.get(f"/reports/{release}/report.json")
    assert json.loads(document.content)["release"] == release
    assert "no-store" in document.headers["Cache-Control"]


def test_tables_show_only_states_that_occur_largest_first() -> None:
    found = table({"mail": {"accepted": 2, "refused": 0}, "webhook": {"accepted": 5, "deferred": 1}})
    assert found.states == ("accepted", "deferred")
    assert [(group.key, group.counts, group.total) for group in found.groups] == [
        ("webhook", (5, 1), 6),
        ("mail", (2, 0), 2),
    ]
