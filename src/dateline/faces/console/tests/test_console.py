"""The editors' queue and the acts on one item."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from dateline.core.clock import FixedClock, Instant, SystemClock
from dateline.desk import services as desk
from dateline.faces.portal.tests import kit
from dateline.issuers import services as issuers
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.fixture(autouse=True)
def _house(db: None) -> None:
    kit.house()
    issuers.add_person("eve", role="editor")  # two of the desk: policy two


def waiting(**changes: object) -> str:
    """A release that carl submitted and that waits for another person."""
    release = kit.draft()
    if changes:
        desk.save_draft(release, replace(desk.drafts(release)[0], **changes), by="carl")  # type: ignore[arg-type]
    wire.submit(release, by="carl")
    return release


def version_in(page: str) -> str:
    found = re.search(r'name="version_id" value="([^"]+)"', page)
    assert found
    return found[1]


def test_people_of_an_issuer_may_not_open_the_console() -> None:
    release = waiting()
    client = kit.signed_in("carl")
    assert client.get("/console/").status_code == 403
    assert client.get(f"/console/{release}/").status_code == 403
    assert client.post(f"/console/{release}/", {"act": "approve"}).status_code == 403
    assert desk.show(release).state == "locked"


def test_the_queue_is_sorted_by_class_and_age() -> None:
    first, second = waiting(), waiting()
    urgent = waiting(release_class="regulated")
    page = kit.signed_in("eve").get("/console/").content.decode()
    places = [page.index(f'id="waiting-{release}"') for release in (urgent, first, second)]
    assert places == sorted(places)
    assert "1 of 2" in page


def test_the_other_person_approves_in_the_console() -> None:
    release = waiting()
    client = kit.signed_in("eve")
    page = client.get(f"/console/{release}/").content.decode()
    form = {"act": "approve", "version_id": version_in(page)}
    response = client.post(f"/console/{release}/", form, follow=True)
    assert "Approved." in response.content.decode()
    assert desk.show(release).state == "approved"


def test_one_person_cannot_give_both_approvals() -> None:
    """T18"""
    release = kit.draft(by="eve")
    wire.submit(release, by="eve")
    client = kit.signed_in("eve")
    page = client.get(f"/console/{release}/").content.decode()
    assert re.search(r'value="approve" disabled', page)
    response = client.post(
        f"/console/{release}/", {"act": "approve", "version_id": version_in(page)}, follow=True
    )
    assert "Another person must approve too." in response.content.decode()
    assert desk.show(release).state == "locked"


def test_an_approval_is_of_what_was_looked_at() -> None:
    release = waiting()
    client = kit.signed_in("eve")
    seen = version_in(client.get(f"/console/{release}/").content.decode())
    wire.submit(release, by="carl")  # a new lock while the editor was reading
    response = client.post(f"/console/{release}/", {"act": "approve", "version_id": seen})
    assert response.status_code == 422
    assert desk.show(release).state == "locked"


@pytest.mark.parametrize(("act", "state"), [("return", "returned"), ("spike", "spiked")])
def test_return_and_spike_need_a_word_of_reason(act: str, state: str) -> None:
    release = waiting()
    client = kit.signed_in("eve")
    response = client.post(f"/console/{release}/", {"act": act, "reason": "  "})
    assert response.status_code == 422
    assert f'id="reason-{act}_error"' in response.content.decode()
    assert desk.show(release).state == "locked"
    client.post(f"/console/{release}/", {"act": act, "reason": "The sum is wrong"})
    assert desk.show(release).state == state
    assert "The sum is wrong" in kit.signed_in("carl").get(f"/portal/{release}/history/").content.decode()


def test_a_blocking_finding_is_overridden_by_name_with_a_reason() -> None:
    """I9"""
    release = waiting(headline="")
    client = kit.signed_in("eve")
    page = client.get(f"/console/{release}/").content.decode()
    assert re.search(r'value="approve" disabled', page)
    sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', page)
    codes = re.findall(r'name="code" value="([^"]+)"', page)
    assert sha256 and codes
    form = {"act": "override", "sha256": sha256[1], "code": codes[0]}
    assert client.post(f"/console/{release}/", form | {"reason": ""}).status_code == 422
    for code in dict.fromkeys(codes):
        client.post(f"/console/{release}/", form | {"code": code, "reason": "Agreed with the issuer"})
    page = client.get(f"/console/{release}/").content.decode()
    assert "overridden" in page
    assert not re.search(r'value="approve" disabled', page)
    portal = client.get(f"/portal/{release}/").content.decode()
    assert "overridden" in portal and "Findings stop it" not in portal
    client.post(f"/console/{release}/", {"act": "approve", "version_id": version_in(page)})
    desk.approve(release, by="ops")
    assert desk.show(release).state == "approved"


def test_an_unknown_act_is_absent() -> None:
    release = waiting()
    assert kit.signed_in("eve").post(f"/console/{release}/", {"act": "publish"}).status_code == 404


def test_acts_need_their_token() -> None:
    release = waiting()
    response = kit.signed_in("eve", csrf=True).post(f"/console/{release}/", {"act": "spike", "reason": "x"})
    assert response.status_code == 403


def test_a_translation_stands_beside_its_original() -> None:
    release = kit.draft("en", "ar")
    wire.submit(release, by="carl")
    page = kit.signed_in("eve").get(f"/console/{release}/ar/").content.decode()
    assert "Harbour museum opens" in page and "متحف الميناء" in page
    assert 'class="pair-row same"' in page and 'dir="rtl"' in page


def test_a_correction_shows_what_changed_since_what_is_public() -> None:
    release = kit.draft()
    wire.submit(release, by="carl")
    desk.approve(release, by="eve")
    kit.lift(release)
    story = desk.drafts(release)[0]
    first = story.blocks[1]
    changed = replace(
        first, runs=(replace(first.runs[0], text=first.text.replace("12 million", "13 million")),)
    )
    mended = replace(story, blocks=(story.blocks[0], changed, *story.blocks[2:]))
    wire.submit_correction(release, [mended], reason="The sum", by="carl")
    page = kit.signed_in("eve").get(f"/console/{release}/").content.decode()
    rows = re.findall(r'class="pair-row changed">(.*?)\n</div>', page, re.DOTALL)
    assert len(rows) == 1 and "12 million" in rows[0] and "13 million" in rows[0]
    assert "(correction)" in page


def test_an_overdue_hold_waits_for_a_decision() -> None:
    """I2: a missed T0 never lifts by itself beyond the limit."""
    release = kit.draft(at=kit.soon(600))
    submitted = wire.submit(release, by="carl")
    desk.approve(release, by="eve")
    kit.work()
    late = FixedClock(Instant(SystemClock().now() + timedelta(hours=1)))
    kit.miss(submitted.version_id, late)
    page = kit.signed_in("eve").get("/console/").content.decode()
    assert "Overdue: decide" in page
    item = kit.signed_in("eve").get(f"/console/{release}/").content.decode()
    assert "Release it now" in item
    assert "Release it now" not in kit.signed_in("carl").get(f"/portal/{release}/").content.decode()
    kit.signed_in("eve").post(f"/console/{release}/", {"act": "decide"})
    assert wire.lift(submitted.version_id, clock=late)
    kit.work()
    assert desk.show(release).state == "released"


def test_the_queue_says_what_will_be_here_when_it_is_empty() -> None:
    page = kit.signed_in("eve").get("/console/").content.decode()
    assert "Nothing waits for approval." in page and "Nothing has gone out yet." in page


def test_what_is_out_leads_to_correct_and_kill_one_click_apart() -> None:
    release = kit.draft()
    wire.submit(release, by="carl")
    desk.approve(release, by="eve")
    kit.lift(release)
    page = kit.signed_in("eve").get(f"/console/{release}/").content.decode()
    assert f"/portal/{release}/after/" in page and f"/portal/{release}/kill/" not in page
