"""Reports of releases that really went through dispatch: figures add up, and issuers see no journalist."""

import json
import re

import pytest

from dateline.faces.portal.access import Viewer
from dateline.faces.portal.tests import kit
from dateline.faces.reporting.reach import reached
from dateline.testing.fake_channel import FakeChannel
from dateline.wire import services as wire

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger"]),
]
WORDS = "mailbox journalist1002@paper.example is closed"


def test_a_report_adds_up_and_hides_journalists_from_issuers() -> None:
    """I15, I3: failures of people are counts for issuers, in page, JSON and CSV; every row is final."""
    kit.house()
    kit.recipients(outlets=5, journalists=8)
    release = kit.draft("en", "de")
    mail = FakeChannel(answer=kit.refusing(3, WORDS), concurrency=1)
    webhook = FakeChannel(kind="webhook", answer=kit.refusing(1, "503 be back soon"), concurrency=1)
    with kit.running(mail=mail, webhook=webhook):
        assert wire.submit(release, by="carl").approved
        kit.until(release, "final")
    theirs, ours = kit.signed_in("carl"), kit.signed_in("ops")

    page = theirs.get(f"/reports/{release}/").content.decode()
    document = theirs.get(f"/reports/{release}/report.json").content.decode()
    rows = theirs.get(f"/reports/{release}/report.csv").content.decode()
    portal = theirs.get(f"/portal/{release}/").content.decode()
    for text in (page, document, rows, portal):
        assert not re.search(r"Journalist \d", text) and "@paper.example" not in text
    assert "≈ 10 journalists" in page and "Journalists are rounded." in page
    assert re.search(r"<bdi>Outlet \d+</bdi>", page)
    assert "503 be back soon" in page  # outlets by name, with the server's words

    desk_page = ours.get(f"/reports/{release}/").content.decode()
    assert "Journalist" in desk_page and WORDS in desk_page

    exactly = json.loads(ours.get(f"/reports/{release}/report.json").content)
    assert sum(exactly["deliveries"].values()) == 8 + 2 * 5  # a person once (I4), an outlet in each language
    assert exactly["deliveries"] == {"accepted": 14, "refused": 4}
    assert exactly["by_channel"]["mail"] == {"accepted": 5, "refused": 3}
    rounded = json.loads(document)
    assert rounded["by_channel"] == {
        "mail": {"accepted": 10, "refused": 10},
        "webhook": {"accepted": 9, "refused": 1},
    }
    assert rounded["deliveries"] == {"accepted": 19, "refused": 11}
    assert rounded["manifest"]["counts"]["journalists"] == 10
    assert "kind,journalist,refused,10" in rows and "kind,journalist,refused,3" not in rows
    assert 'data-plot-table="curve"' in page and "Skew by channel" in page
    assert reached(Viewer("ops", "operator"), release).total == 18


def test_live_lanes_count_up_to_final() -> None:
    kit.house()
    kit.recipients(outlets=2, journalists=3)
    release = kit.draft()
    client = kit.signed_in("carl")
    with kit.running(mail=FakeChannel(), webhook=FakeChannel(kind="webhook")):
        wire.submit(release, by="carl")
        kit.until(release, "final")
    live = client.get(f"/portal/{release}/live/?was=final", headers={"HX-Request": "true"})
    page = live.content.decode()
    assert '<progress max="10" value="10"' in page and '<progress max="2" value="2"' in page  # I15
    desks = kit.signed_in("ops").get(f"/portal/{release}/live/?was=final").content.decode()
    assert '<progress max="3" value="3"' in desks
    assert "every delivery is accounted for" in page
    assert "data-hx-get" not in page  # nothing left to ask for
    assert "HX-Refresh" not in live.headers
