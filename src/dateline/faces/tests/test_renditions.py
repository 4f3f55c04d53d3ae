"""Pictures on pages: sized forms, words about their making, the original byte for byte; nothing before T0."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from dateline.core.words import Block, Media, sha256_hex
from dateline.desk import services as desk
from dateline.faces.newsroom.pictures import picture_html
from dateline.faces.tests import press
from dateline.intake import pictures
from dateline.plant.db import vault_store
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def big(**more: Any) -> tuple[Media, bytes]:
    data = BytesIO()
    Image.new("RGB", (700, 350), "teal").save(data, "JPEG", **more)
    found = pictures.measured("hall.jpg", data.getvalue(), alt="The hall", credit="Port")
    return found.media, found.data


def pictured(media: Media, data: bytes) -> Any:
    plain = press.story()
    return press.story(
        media=(media,),
        attachments=((media.name, data),),
        blocks=(*plain.blocks, Block("image", media=media.name)),
    )


def test_a_page_offers_sized_forms_and_the_original(house: None, anonymous: Client) -> None:
    media, data = big()
    release = press.out(pictured(media, data))
    page = press.parsed(anonymous.get(press.path(release)).content)
    (webp, jpeg) = page.xpath("//figure[@class='image']//source")
    assert f"/media/{media.sha256}/320.webp 320w" in webp.get("srcset")
    assert "/640.webp 640w" in webp.get("srcset") and "1280" not in jpeg.get("srcset")
    (original,) = page.xpath("//figcaption/a[@class='original']")
    assert anonymous.get(f"/media/{media.sha256}").content == data and original.get("download") is not None
    assert "Port" in page.xpath("//figcaption")[0].text_content()


def test_forms_are_made_once_and_served_with_their_type(house: None, anonymous: Client) -> None:
    media, data = big()
    release = press.out(pictured(media, data))
    version = desk.latest_version(release).version_id
    assert vault_store.names(version, "rendition/") == []
    response = anonymous.get(f"/media/{media.sha256}/320.webp")
    assert response.status_code == 200 and response["Content-Type"] == "image/webp"
    with Image.open(BytesIO(response.content)) as image:
        assert image.size == (320, 160)
    assert len(vault_store.names(version, "rendition/")) == 5
    assert anonymous.get(f"/media/{media.sha256}/640.jpg")["Content-Type"] == "image/jpeg"
    wider = anonymous.get(f"/media/{media.sha256}/1280.webp")
    assert wider.status_code == 302 and wider["Location"] == f"/media/{media.sha256}"


def test_a_picture_of_which_nothing_can_be_made_is_tried_once(house: None, anonymous: Client) -> None:
    data = b"\xff\xd8\xff\xe0 broken"
    media = Media("x.jpg", "image/jpeg", sha256_hex(data), len(data), alt="x", width=900, height=900)
    release = press.out(pictured(media, data))
    for _ in range(2):
        assert anonymous.get(f"/media/{media.sha256}/640.jpg").status_code == 302
    version = desk.latest_version(release).version_id
    assert [n.rpartition("/")[2] for n in vault_store.names(version, "rendition/")] == ["made"]


@pytest.mark.parametrize("name", ["640.png", "641.webp", "../640.webp", "640.webp/", "99999.jpg", "a.webp"])
def test_other_names_are_no_forms(house: None, anonymous: Client, name: str) -> None:
    media, data = big()
    press.out(pictured(media, data))
    assert anonymous.get(f"/media/{media.sha256}/{name}").status_code in {302, 404}


def test_nothing_of_a_held_or_killed_picture_is_there(house: None, anonymous: Client) -> None:
    """I1, T4"""
    media, data = big()
    release = desk.version(press.held(pictured(media, data))).release
    assert anonymous.get(f"/media/{media.sha256}/640.webp").status_code == 404
    assert wire.rendition(media.sha256, "640.webp") is None
    wire.lift(desk.latest_version(release).version_id)
    press.work()
    assert anonymous.get(f"/media/{media.sha256}/640.webp").status_code == 200
    press.follow_up(wire.submit_kill(release, reason="Wrong", by="ana"))
    assert anonymous.get(f"/media/{media.sha256}/640.webp").status_code == 404


def test_what_a_picture_says_of_its_making_is_shown_in_the_readers_language() -> None:
    media = Media(
        "a.jpg", "image/jpeg", "ab" * 32, 9, alt='"<x>', width=400, height=300, copyright="© Port",
        source="trainedAlgorithmicMedia", credentials=True, credit="Port",
    )  # fmt: skip
    html = picture_html(media, "/media/x", "de")
    assert "Mit KI erzeugtes Bild" in html and "Mit Inhaltsnachweisen" in html and "Originaldatei" in html
    assert html.count("Port") == 1 and "&quot;&lt;x&gt;" in html
    assert "<source" not in picture_html(Media("b", "image/png", "cd" * 32, 9), "/media/y", "ar")
