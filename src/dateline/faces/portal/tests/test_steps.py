"""The steps of one release before T0: text, languages, circuit, time, preview, submit, withdraw."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from dateline.core.clock import SystemClock
from dateline.core.words import Block, Run
from dateline.desk import services as desk
from dateline.faces.portal.tests import kit
from dateline.issuers import services as issuers
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.fixture(autouse=True)
def _house(db: None) -> None:
    kit.house()


def markdown_in(page: str) -> str:
    """The text area's content."""
    found = re.search(r'<textarea name="text"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def test_the_list_shows_state_time_and_languages() -> None:
    at = kit.soon()
    release = kit.draft("en", "de", at=at)
    page = kit.signed_in("carl").get("/portal/").content.decode()
    assert f"/portal/{release}/" in page
    assert "draft" in page and "Harbour museum" in page
    assert at.strftime("%H:%M:%S UTC") in page
    assert ">de<" in page


def test_the_list_of_another_issuer_is_empty_and_says_what_to_do() -> None:
    """T5: no headline, id or count of another issuer's releases."""
    release = kit.draft()
    page = kit.signed_in("dora").get("/portal/").content.decode()
    assert release not in page and "Harbour" not in page
    assert "Paste or upload the first one" in page


def test_the_page_of_a_draft_shows_parts_findings_and_the_next_act() -> None:
    release = kit.draft("en", "de")
    page = kit.signed_in("carl").get(f"/portal/{release}/").content.decode()
    for name in ("headline", "subhead", "dateline", "blocks-0", "boilerplate-0", "contacts-0"):
        assert f'id="{name}"' in page
    assert "Lock and submit. It goes out as soon as it is approved." in page
    assert f"/portal/{release}/text/de/" in page


def test_a_finding_jumps_to_its_place() -> None:
    release = kit.draft()
    old = desk.drafts(release)[0]
    bad = replace(
        old, blocks=(Block("paragraph", runs=(Run("Lorem ipsum [insert quote here] TODO"),)), *old.blocks)
    )
    desk.save_draft(release, bad, by="carl")
    page = kit.signed_in("carl").get(f"/portal/{release}/text/en/").content.decode()
    assert 'href="#blocks-0"' in page
    assert 'class="state bad"' in page or 'class="state waiting"' in page


def test_the_text_is_edited_as_markdown_and_comes_back_equal() -> None:
    """I8: what the editor shows reads back as the same story."""
    release = kit.draft()
    client = kit.signed_in("carl")
    before = desk.drafts(release)[0]
    typed = markdown_in(client.get(f"/portal/{release}/text/en/edit/").content.decode())
    response = client.post(f"/portal/{release}/text/en/edit/", {"text": typed.replace("\n", "\r\n")})
    assert response.headers["Location"] == f"/portal/{release}/text/en/"
    after = desk.drafts(release)[0]
    for name in ("headline", "subhead", "dateline", "blocks", "boilerplate", "contacts", "sectors"):
        assert getattr(after, name) == getattr(before, name), name
    client.post(f"/portal/{release}/text/en/edit/", {"text": typed.replace("next week", "next month")})
    assert "next month" in desk.drafts(release)[0].blocks[0].text


def test_an_edit_that_cannot_be_read_keeps_what_was_typed() -> None:
    release = kit.draft()
    client = kit.signed_in("carl")
    typed = "---\nlanguage: en\nsectors: [no-such-thing]\n---\nMy precious words"
    response = client.post(f"/portal/{release}/text/en/edit/", {"text": typed})
    page = response.content.decode()
    assert response.status_code == 422
    assert "My precious words" in page and 'id="id_text_error"' in page
    assert "Harbour museum" in desk.drafts(release)[0].headline


def test_the_edit_of_one_language_cannot_change_its_language() -> None:
    release = kit.draft("en", "de")
    response = kit.signed_in("carl").post(f"/portal/{release}/text/en/edit/", {"text": kit.TEXTS["de"]})
    assert response.status_code == 422
    assert desk.drafts(release)[0].language == "en"


def test_a_file_takes_the_place_of_a_text() -> None:
    release = kit.draft()
    text = kit.TEXTS["en"].replace("its new hall", "its second hall")
    file = SimpleUploadedFile("new.md", text.encode())
    kit.signed_in("carl").post(f"/portal/{release}/text/en/edit/", {"text": "", "file": file})
    assert "second hall" in desk.drafts(release)[0].headline


def test_a_language_is_added_and_taken_out() -> None:
    release = kit.draft()
    client = kit.signed_in("carl")
    response = client.post(f"/portal/{release}/language/", {"text": kit.TEXTS["ar"]})
    assert response.headers["Location"] == f"/portal/{release}/text/ar/"
    page = client.get(f"/portal/{release}/text/ar/").content.decode()
    assert 'lang="ar" dir="rtl"' in page
    again = client.post(f"/portal/{release}/language/", {"text": kit.TEXTS["ar"]})
    assert again.status_code == 422 and "already a text in this language" in again.content.decode()
    client.post(f"/portal/{release}/text/ar/remove/")
    assert desk.show(release).languages == ("en",)
    client.post(f"/portal/{release}/text/en/remove/")
    assert desk.show(release).languages == ("en",)  # the original stays


def test_a_language_that_is_not_there_is_absent() -> None:
    release = kit.draft()
    client = kit.signed_in("carl")
    for path in ("text/ja/", "text/ja/edit/", "preview/ja/page/", "preview/ja/page.html", "preview/en/fax/"):
        assert client.get(f"/portal/{release}/{path}").status_code == 404


def test_the_circuit_is_counted_before_it_is_chosen() -> None:
    kit.recipients(outlets=4, journalists=6)
    release = kit.draft("en", "de")
    client = kit.signed_in("carl")
    page = client.get(f"/portal/{release}/circuit/?circuit=dach").content.decode()
    assert "Germany" in page and "Korea" not in page.split('id="reach"')[1].split("<table")[1]
    assert desk.show(release).circuit == "all"
    fragment = client.get(f"/portal/{release}/circuit/?circuit=dach", headers={"HX-Request": "true"})
    assert fragment.content.decode().lstrip().startswith('<section id="reach"')
    client.post(f"/portal/{release}/circuit/", {"circuit": "dach"})
    assert desk.show(release).circuit == "dach"
    assert client.post(f"/portal/{release}/circuit/", {"circuit": "mars"}).status_code == 422


def test_issuers_see_journalists_rounded_and_the_desk_exactly() -> None:
    """I15"""
    kit.recipients(outlets=3, journalists=14)
    release = kit.draft()
    theirs = kit.signed_in("carl").get(f"/portal/{release}/circuit/").content.decode()
    ours = kit.signed_in("ops").get(f"/portal/{release}/circuit/").content.decode()
    assert '<span class="count">≈ 10</span> journalists' in theirs and "Journalists are rounded." in theirs
    assert '<span class="count">14</span> journalists' in ours


def test_time_is_chosen_with_its_zone_and_shown_on_the_clocks() -> None:
    release = kit.draft()
    client = kit.signed_in("carl")
    form = {"how": "at", "when": "2030-01-01 09:00", "zone": "Asia/Seoul"}
    client.post(f"/portal/{release}/time/", form)
    at = desk.show(release).at
    assert at is not None and at.isoformat() == "2030-01-01T00:00:00+00:00"
    page = client.get(f"/portal/{release}/time/").content.decode()
    assert "09:00:00 UTC+09:00" in page and "00:00:00 UTC" in page and "data-viewer-clock" in page
    client.post(f"/portal/{release}/time/", {"how": "approval"})
    assert desk.show(release).at is None


@pytest.mark.parametrize(
    ("when", "zone", "words"),
    [
        ("2020-01-01T00:00Z", "", "past"),
        ("2030-01-01 09:00", "", "no zone"),
        ("soon", "UTC", "is not a time"),
    ],
)
def test_a_time_that_cannot_be_is_told_and_kept(when: str, zone: str, words: str) -> None:
    release = kit.draft()
    client = kit.signed_in("carl")
    response = client.post(f"/portal/{release}/time/", {"how": "at", "when": when, "zone": zone})
    page = response.content.decode()
    assert response.status_code == 422 and words in page and f'value="{when}"' in page
    fragment = client.get(
        f"/portal/{release}/time/", {"when": when, "zone": zone}, headers={"HX-Request": "true"}
    )
    assert words in fragment.content.decode()
    assert desk.show(release).at is None


@pytest.mark.parametrize("kind", ["page", "mail", "mail-text", "text"])
def test_previews_of_every_rendering(kind: str) -> None:
    release = kit.draft("en", "ar")
    client = kit.signed_in("carl")
    page = client.get(f"/portal/{release}/preview/ar/{kind}/").content.decode()
    if kind in {"page", "mail"}:
        assert 'sandbox="allow-same-origin"' in page
        document = client.get(f"/portal/{release}/preview/ar/{kind}.html")
        assert "متحف الميناء" in document.content.decode()
        policy = document.headers["Content-Security-Policy"]
        assert "sandbox" in policy and "script-src" not in policy and "default-src 'none'" in policy
        assert document.headers["X-Frame-Options"] == "SAMEORIGIN"
    else:
        assert "متحف الميناء" in page and 'dir="rtl"' in page


def test_submit_approves_under_solo_and_is_held_until_t0() -> None:
    release = kit.draft("en", "de", at=kit.soon(45))
    client = kit.signed_in("carl")
    response = client.post(f"/portal/{release}/submit/", follow=True)
    assert "Locked and approved." in response.content.decode()
    kit.work()
    page = client.get(f"/portal/{release}/").content.decode()
    assert "held until T0" in page and "data-countdown" in page
    assert 'data-hx-trigger="every 1s"' in page


def test_submit_with_a_blocking_finding_is_not_approved() -> None:
    """I9"""
    release = kit.draft()
    desk.save_draft(release, replace(desk.drafts(release)[0], headline=""), by="carl")
    client = kit.signed_in("carl")
    page = client.get(f"/portal/{release}/").content.decode()
    assert re.search(r"<button disabled>Lock and submit", page)
    response = client.post(f"/portal/{release}/submit/", follow=True)
    assert "findings stop it" in response.content.decode()
    assert desk.show(release).state == "locked"


def test_submit_after_t0_is_refused_in_words() -> None:
    release = kit.draft(at=kit.soon(1))
    past = SystemClock().now() - timedelta(minutes=5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE desk_release SET due_at = %s WHERE release = %s", [past, release])
    client = kit.signed_in("carl")
    assert "T0 has passed. Choose a later time." in client.get(f"/portal/{release}/").content.decode()
    response = client.post(f"/portal/{release}/submit/", follow=True)
    assert "past" in response.content.decode()
    assert desk.show(release).state == "locked"


def test_under_two_the_submitter_waits_for_another_person() -> None:
    issuers.add_person("eve", role="editor")  # the second of the desk switches the policy
    release = kit.draft()
    client = kit.signed_in("carl")
    response = client.post(f"/portal/{release}/submit/", follow=True)
    page = response.content.decode()
    assert "waiting for another person" in page
    assert "Waiting for another person to approve it. 1 of 2 approvals." in page
    assert desk.show(release).state == "locked"
    assert "Open in the console" not in page
    editor = kit.signed_in("eve").get(f"/portal/{release}/").content.decode()
    assert "waiting for your approval" in editor and f"/console/{release}/" in editor


def test_a_held_release_is_moved_and_needs_a_new_approval() -> None:
    release = kit.draft(at=kit.soon())
    wire.submit(release, by="carl")
    kit.work()
    client = kit.signed_in("carl")
    form = {"how": "at", "when": "2031-05-05 09:00", "zone": "Asia/Seoul"}
    response = client.post(f"/portal/{release}/time/", form, follow=True)
    assert "needs a new approval" in response.content.decode()
    card = desk.show(release)
    assert card.state == "locked" and card.at is not None and card.at.year == 2031


def test_editing_a_held_release_warns_and_takes_the_approval_back() -> None:
    release = kit.draft(at=kit.soon())
    wire.submit(release, by="carl")
    kit.work()
    client = kit.signed_in("carl")
    page = client.get(f"/portal/{release}/text/en/edit/").content.decode()
    assert "Saving takes the approval and the hold back" in page
    client.post(f"/portal/{release}/text/en/edit/", {"text": markdown_in(page)})
    assert desk.show(release).state == "draft"


def test_withdraw_before_t0_leaves_nothing_public() -> None:
    """T10"""
    release = kit.draft(at=kit.soon())
    submitted = wire.submit(release, by="carl")
    kit.work()
    client = kit.signed_in("carl")
    page = client.get(f"/portal/{release}/withdraw/").content.decode()
    assert "Nothing of it will become public" in page
    assert desk.show(release).state == "held"  # looking is not acting
    client.post(f"/portal/{release}/withdraw/")
    kit.work()
    assert desk.show(release).state == "withdrawn"
    page = client.get(f"/portal/{release}/").content.decode()
    assert "Withdrawn." in page and "Lock and submit" not in page and "data-hx-trigger" not in page
    assert not wire.lift(submitted.version_id)
    assert wire.public_languages(release) == {}


def test_a_draft_that_was_never_locked_is_withdrawn_too() -> None:
    release = kit.draft()
    client = kit.signed_in("carl")
    response = client.post(f"/portal/{release}/withdraw/", follow=True)
    assert "Nothing of it became public." in response.content.decode()
    assert desk.show(release).state == "spiked"


def test_a_translation_previews_with_what_a_lock_will_add() -> None:
    """I10: the label of a translation is there before the lock, and the saved text stays as it was typed."""
    release = kit.draft("en", "de")
    client = kit.signed_in("carl")
    document = client.get(f"/portal/{release}/preview/de/page.html").content.decode()
    assert 'data-kind="human"' in document and "press@acme.example" in document
    assert "press@acme.example" not in client.get(f"/portal/{release}/text/de/edit/").content.decode()
    client.post(f"/portal/{release}/submit/")
    locked = desk.edition(desk.latest_version(release).version_id, "de")
    assert locked.translation is not None and locked.contacts


def test_a_draft_is_handed_in_for_review() -> None:
    release = kit.draft()
    response = kit.signed_in("carl").post(f"/portal/{release}/hand-in/", follow=True)
    assert "An editor will read it." in response.content.decode()
    assert desk.show(release).state == "in review"


def test_history_names_who_did_what() -> None:
    release = kit.draft()
    wire.submit(release, by="carl")
    page = kit.signed_in("carl").get(f"/portal/{release}/history/").content.decode()
    assert "carl" in page and "approved" in page


def test_live_before_the_lock_says_what_will_be_here() -> None:
    release = kit.draft()
    page = kit.signed_in("carl").get(f"/portal/{release}/live/").content.decode()
    assert "appear here once the release is locked" in page
    assert "http-equiv" not in page


def test_live_counts_down_and_refreshes_itself_without_scripts() -> None:
    release = kit.draft(at=kit.soon(300))
    wire.submit(release, by="carl")
    kit.work()
    client = kit.signed_in("carl")
    page = client.get(f"/portal/{release}/live/").content.decode()
    assert 'data-hx-trigger="every 10s"' in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert "data-countdown" in page and ">Refresh<" in page
    fragment = client.get(f"/portal/{release}/live/?was=before", headers={"HX-Request": "true"})
    part = fragment.content.decode()
    assert '<div id="live"' in part and "<html" not in part
    assert 'data-hx-swap-oob="true">held until T0' in part  # the state in the head of the page follows
    assert "HX-Refresh" not in fragment.headers


def test_live_reloads_the_page_when_the_release_goes_out() -> None:
    release = kit.out()
    fragment = kit.signed_in("carl").get(
        f"/portal/{release}/live/?was=before", headers={"HX-Request": "true"}
    )
    assert fragment.headers["HX-Refresh"] == "true"
