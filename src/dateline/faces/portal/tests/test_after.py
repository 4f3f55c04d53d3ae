"""After T0: the report in place of the steps; correct, kill, withdraw and late editions, one click apart."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dateline.desk import services as desk
from dateline.faces.portal.tests import kit
from dateline.issuers import services as issuers
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.fixture(autouse=True)
def _house(db: None) -> None:
    kit.house()


def texts_in(page: str) -> dict[str, str]:
    """Name -> content of every text area."""
    found = re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    return {name: unescape(text) for name, text in found}


def test_after_t0_the_page_is_the_report() -> None:
    release = kit.out("en", "de")
    page = kit.signed_in("carl").get(f"/portal/{release}/").content.decode()
    assert "Version 1: released. Released" in page
    assert f"/reports/{release}/report.csv" in page
    assert f"/portal/{release}/kill/" not in page  # one click further away
    assert "Lock and submit" not in page


def test_after_t0_steps_of_a_draft_lead_back() -> None:
    release = kit.out()
    client = kit.signed_in("carl")
    for path, to in (("circuit/", ""), ("time/", ""), ("text/en/edit/", "correct/")):
        response = client.get(f"/portal/{release}/{path}")
        assert response.status_code == 302 and response.headers["Location"] == f"/portal/{release}/{to}"


def test_before_t0_nothing_can_be_corrected_or_killed() -> None:
    release = kit.draft()
    client = kit.signed_in("carl")
    assert client.get(f"/portal/{release}/kill/").status_code == 404
    assert client.post(f"/portal/{release}/kill/", {"reason": "x"}).status_code == 404
    assert client.get(f"/portal/{release}/after/").status_code == 302


def test_a_correction_changes_only_the_languages_that_were_changed() -> None:
    release = kit.out("en", "de")
    client = kit.signed_in("carl")
    page = client.get(f"/portal/{release}/correct/").content.decode()
    shown = texts_in(page)
    assert set(shown) == {"text-en", "text-de"}
    form = shown | {
        "text-en": shown["text-en"].replace("12 million", "13 million"),
        "reason": "The sum was wrong",
    }
    response = client.post(f"/portal/{release}/correct/", form, follow=True)
    assert "The correction is approved" in response.content.decode()
    kit.lift(release)
    english, german = wire.public_edition(release, "en"), wire.public_edition(release, "de")
    assert english is not None and german is not None
    assert (english.edition.version, german.edition.version) == (2, 1)
    assert "13 million" in english.edition.blocks[1].text
    assert english.edition.reason == "The sum was wrong"
    assert desk.show(release).state == "corrected"


def test_a_correction_by_file() -> None:
    release = kit.out("en", "de")
    client = kit.signed_in("carl")
    file = SimpleUploadedFile("de.md", kit.TEXTS["de"].replace("viele Gäste", "zahlreiche Gäste").encode())
    form = texts_in(client.get(f"/portal/{release}/correct/").content.decode())
    client.post(f"/portal/{release}/correct/", form | {"reason": "Wort falsch", "uploads": file})
    kit.lift(release)
    german = wire.public_edition(release, "de")
    assert german is not None and german.edition.version == 2 and german.edition.translation is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "No text was changed."),
        ({"reason": ""}, "This field is required."),
        ({"text-en": "---\nlanguage: en\nclass: huge\n---\nx"}, "front matter"),
    ],
)
def test_a_correction_that_cannot_be_keeps_what_was_typed(change: dict[str, str], words: str) -> None:
    release = kit.out()
    client = kit.signed_in("carl")
    form = texts_in(client.get(f"/portal/{release}/correct/").content.decode())
    response = client.post(f"/portal/{release}/correct/", form | {"reason": "a reason"} | change)
    page = response.content.decode()
    assert response.status_code == 422 and words in page
    if "reason" not in change:
        assert 'value="a reason"' in page
    assert desk.show(release).state == "released"


def test_a_correction_in_a_language_that_is_not_public_is_refused() -> None:
    release = kit.out()
    client = kit.signed_in("carl")
    form = texts_in(client.get(f"/portal/{release}/correct/").content.decode())
    file = SimpleUploadedFile("de.md", kit.TEXTS["de"].encode())
    response = client.post(f"/portal/{release}/correct/", form | {"reason": "x", "uploads": file})
    assert response.status_code == 422 and "no public text in de" in response.content.decode()


def test_a_kill_needs_a_reason_and_says_how_many_it_reaches() -> None:
    release = kit.out("en", "de")
    client = kit.signed_in("carl")
    page = client.get(f"/portal/{release}/kill/").content.decode()
    assert "will be told" in page and "This cannot be undone." in page
    assert client.post(f"/portal/{release}/kill/", {"reason": " "}).status_code == 422
    client.post(f"/portal/{release}/kill/", {"reason": "Published by mistake"})
    kit.lift(release)
    assert desk.show(release).state == "killed"
    public = wire.public_edition(release, "en")
    assert public is not None and public.state == "killed" and public.notice == "Published by mistake"
    page = client.get(f"/portal/{release}/").content.decode()
    assert "Killed" in page


def test_withdraw_after_t0_marks_the_page_with_the_reason() -> None:
    release = kit.out()
    client = kit.signed_in("carl")
    assert "will be told" in client.get(f"/portal/{release}/withdraw/").content.decode()
    assert client.post(f"/portal/{release}/withdraw/", {"reason": ""}).status_code == 422
    client.post(f"/portal/{release}/withdraw/", {"reason": "The deal fell through"})
    kit.lift(release)
    public = wire.public_edition(release, "en")
    assert public is not None and public.state == "withdrawn"
    assert client.get(f"/portal/{release}/").status_code == 200


def test_a_release_that_went_out_while_the_page_was_open_asks_again() -> None:
    """T10: exactly one of lift and withdrawal wins; the loser is told."""
    release = kit.draft()
    client = kit.signed_in("carl")
    client.get(f"/portal/{release}/withdraw/")
    wire.submit(release, by="carl")
    kit.lift(release)
    response = client.post(f"/portal/{release}/withdraw/", {})
    assert response.status_code == 422
    assert "will be told" in response.content.decode()
    assert desk.show(release).state == "released"


def test_a_late_edition_joins() -> None:
    release = kit.out()
    client = kit.signed_in("carl")
    assert "late edition" in client.get(f"/portal/{release}/language/").content.decode()
    response = client.post(f"/portal/{release}/language/", {"text": kit.TEXTS["de"]}, follow=True)
    assert "The late edition is approved" in response.content.decode()
    kit.lift(release)
    assert set(wire.public_languages(release)) == {"en", "de"}
    again = client.post(f"/portal/{release}/language/", {"text": kit.TEXTS["de"]})
    assert again.status_code == 422


def test_under_two_a_correction_waits_and_the_old_report_stays() -> None:
    issuers.add_person("eve", role="editor")
    release = kit.draft()
    wire.submit(release, by="carl")
    desk.approve(release, by="eve")
    kit.lift(release)
    client = kit.signed_in("carl")
    form = texts_in(client.get(f"/portal/{release}/correct/").content.decode())
    form |= {"text-en": form["text-en"].replace("12 million", "13 million"), "reason": "The sum"}
    page = client.post(f"/portal/{release}/correct/", form, follow=True).content.decode()
    assert "waiting for another person" in page
    assert "A further version (correction) is locked and waits for approval." in page
    assert "Version 1: released. Released" in page
