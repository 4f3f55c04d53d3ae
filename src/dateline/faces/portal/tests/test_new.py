"""Paste or upload, look, make the draft; what cannot be read is told beside its field."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from dateline.desk import services as desk
from dateline.faces.portal import tray
from dateline.faces.portal.tests import kit
from dateline.plant.db import vault_store

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.fixture(autouse=True)
def _house(db: None) -> None:
    kit.house()


def upload(name: str, data: bytes | str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)


def test_a_visitor_is_sent_to_the_sign_in_page() -> None:
    for path in ("/portal/", "/portal/new/", "/console/", "/reports/", "/portal/k7m2x9qd4w/"):
        response = Client().get(path)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/accounts/?next=")


def test_a_fragment_asked_for_without_a_session_reloads_the_page() -> None:
    response = Client().get("/portal/k7m2x9qd4w/live/", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response.headers["HX-Refresh"] == "true"


def test_a_pasted_text_is_recognised_and_becomes_a_draft() -> None:
    client = kit.signed_in("carl")
    response = client.post("/portal/new/", {"act": "read", "text": kit.TEXTS["en"]}, follow=True)
    page = response.content.decode()
    assert "Harbour museum opens its new hall" in page
    assert "SEOUL" in page and "What was recognised" in page
    assert desk.list_releases() == []  # nothing is a release yet
    number = tray.items("carl")[0].number
    form = {"act": "draft", "original": number, "issuer": "acme", "circuit": "all", "how": "approval"}
    response = client.post("/portal/new/", form)
    [card] = desk.list_releases()
    assert response.headers["Location"] == f"/portal/{card.release}/"
    assert (card.issuer, card.state, card.created_by, card.at) == ("acme", "draft", "carl", None)
    assert tray.items("carl") == []


def test_several_files_are_several_languages_and_one_is_the_original() -> None:
    client = kit.signed_in("ops")
    files = [upload("en.md", kit.TEXTS["en"]), upload("de.md", kit.TEXTS["de"])]
    client.post("/portal/new/", {"act": "read", "uploads": files})
    by_name = {item.name: item.number for item in tray.items("ops")}
    form = {
        "act": "draft",
        "original": by_name["de.md"],
        "issuer": "acme",
        "circuit": "dach",
        "how": "approval",
    }
    client.post("/portal/new/", form)
    [card] = desk.list_releases()
    assert (card.original_language, card.languages, card.circuit) == ("de", ("de", "en"), "dach")


def test_html_and_text_and_docx_are_read() -> None:
    client = kit.signed_in("carl")
    html = (
        "<!doctype html><html lang=fr><head><title>Le musée ouvre sa halle</title></head><body>"
        "<h1>Le musée du port ouvre sa nouvelle halle</h1><p>Le musée du port ouvre la semaine prochaine sa "
        "nouvelle halle et attend de nombreux visiteurs.</p></body></html>"
    )
    client.post(
        "/portal/new/", {"act": "read", "uploads": [upload("fr.html", html), upload("a.docx", docx())]}
    )
    assert sorted(item.story.language for item in tray.items("carl")) == ["es", "fr"]


def docx() -> bytes:
    """The smallest document of Word: a headline and a paragraph in Spanish."""
    headline = "El museo del puerto abre su nueva sala"
    words = (
        "El museo del puerto abre su nueva sala la próxima semana y espera muchos visitantes de la región. "
        "La directora dijo que el edificio se terminó dentro del presupuesto previsto."
    )
    open_xml = "http://schemas.openxmlformats.org"
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    kind = "application/vnd.openxmlformats"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in (headline, words))
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{open_xml}/package/2006/content-types">'
            f'<Default Extension="rels" ContentType="{kind}-package.relationships+xml"/>'
            '<Override PartName="/word/document.xml" '
            f'ContentType="{kind}-officedocument.wordprocessingml.document.main+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{open_xml}/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{open_xml}/officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": (
            f'<w:document xmlns:w="{open_xml}/wordprocessingml/2006/main">'
            f"<w:body>{body}</w:body></w:document>"
        ),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, head + text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.md", b"", "the file is empty"),
        ("old.doc", b"\xd0\xcf\x11\xe0" + b"x" * 200, "save it as .docx"),
        ("latin.md", "---\nlanguage: fr\n---\nÉté à Paris".encode("utf-16-be")[1:], "latin.md"),
        ("bomb.docx", b"PK\x03\x04 not an archive", "bomb.docx"),
        ("head.md", b"---\nlanguage: klingonisch\n---\nNothing", "language"),
    ],
)
def test_a_bad_file_is_named_beside_the_field_and_the_good_ones_stay(
    name: str, data: bytes, words: str
) -> None:
    """I14: the error names the place, and nothing stored is lost."""
    client = kit.signed_in("carl")
    response = client.post(
        "/portal/new/",
        {
            "act": "read",
            "text": kit.TEXTS["en"],
            "uploads": [upload(name, data), upload("de.md", kit.TEXTS["de"])],
        },
    )
    assert response.status_code == 422
    page = response.content.decode()
    error = re.search(r'<ul class="errorlist" id="id_uploads_error">(.*?)</ul>', page, re.DOTALL)
    assert error and words in error[1]
    assert 'aria-invalid="true"' in page
    assert {item.story.language for item in tray.items("carl")} == {"en", "de"}


def test_what_was_typed_stays_when_it_cannot_be_read() -> None:
    client = kit.signed_in("carl")
    typed = "---\nlanguage: en\nclass: urgent\n---\nSome words that nobody may lose"
    response = client.post("/portal/new/", {"act": "read", "text": typed})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Some words that nobody may lose" in page
    assert "front matter `class`" in page.replace("&#x27;", "'")


def test_nothing_at_all_is_told_beside_the_text() -> None:
    response = kit.signed_in("carl").post("/portal/new/", {"act": "read", "text": " "})
    assert response.status_code == 422
    assert "Paste a text or choose a file." in response.content.decode()


def test_a_second_text_in_the_same_language_is_refused() -> None:
    client = kit.signed_in("carl")
    client.post("/portal/new/", {"act": "read", "text": kit.TEXTS["en"]})
    response = client.post("/portal/new/", {"act": "read", "text": kit.TEXTS["en"]})
    assert "already a text in en" in response.content.decode()
    assert len(tray.items("carl")) == 1


@pytest.mark.parametrize(
    ("when", "zone", "field", "words"),
    [
        ("2026-01-01 09:00", "Asia/Seoul", "when", "past"),
        ("2030-01-01 09:00", "", "zone", "no zone"),
        ("2030-01-01 09:00", "Asia/Soul", "when", "IANA"),
        ("2030-03-31 02:30", "Europe/Berlin", "when", "skip"),
        ("2030-10-27 02:30", "Europe/Berlin", "when", "twice"),
        ("tomorrow", "Asia/Seoul", "when", "is not a time"),
        ("", "Asia/Seoul", "when", "Say when"),
    ],
)
def test_a_bad_time_is_told_beside_its_field_and_kept(when: str, zone: str, field: str, words: str) -> None:
    client = kit.signed_in("carl")
    client.post("/portal/new/", {"act": "read", "text": kit.TEXTS["en"]})
    number = tray.items("carl")[0].number
    form = {"act": "draft", "original": number, "issuer": "acme", "circuit": "all", "how": "at"}
    response = client.post("/portal/new/", form | {"when": when, "zone": zone})
    page = response.content.decode()
    assert response.status_code == 422
    error = re.search(rf'<ul class="errorlist" id="id_{field}_error">(.*?)</ul>', page, re.DOTALL)
    assert error and words in error[1]
    assert f'value="{when}"' in page or not when
    assert desk.list_releases() == []


def test_a_person_of_an_issuer_can_draft_for_that_issuer_alone() -> None:
    client = kit.signed_in("carl")
    client.post("/portal/new/", {"act": "read", "text": kit.TEXTS["en"]})
    number = tray.items("carl")[0].number
    form = {"act": "draft", "original": number, "issuer": "minato", "circuit": "all", "how": "approval"}
    assert client.post("/portal/new/", form).status_code == 422
    assert desk.list_releases() == []
    assert "Minato" not in client.get("/portal/new/").content.decode()


def test_trays_are_private_and_sealed() -> None:
    """T6: unreleased text lies in the vault alone, and what is thrown away is gone."""
    client = kit.signed_in("carl")
    client.post("/portal/new/", {"act": "read", "text": kit.TEXTS["en"]})
    assert "Harbour museum" not in kit.signed_in("dora").get("/portal/new/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM plant_vaultpart WHERE owner = 'tray:carl'")
        sealed = [bytes(row[0]) for row in cursor.fetchall()]
    assert sealed and all(b"Harbour" not in data for data in sealed)
    client.post("/portal/new/", {"act": "empty"})
    assert vault_store.names("tray:carl") == []


def test_a_text_is_taken_out_of_the_tray() -> None:
    client = kit.signed_in("carl")
    client.post(
        "/portal/new/", {"act": "read", "uploads": [upload(f"{t}.md", kit.TEXTS[t]) for t in ("en", "de")]}
    )
    number = next(item.number for item in tray.items("carl") if item.story.language == "en")
    client.post("/portal/new/", {"act": "remove", "number": number})
    assert [item.story.language for item in tray.items("carl")] == ["de"]


def test_pictures_come_along() -> None:
    client = kit.signed_in("carl")
    text = kit.TEXTS["en"].replace(
        "---\nSEOUL", "media:\n  - file: hall.png\n    alt: The new hall\n---\nSEOUL"
    )
    files = [upload("en.md", text), upload("hall.png", picture())]
    client.post("/portal/new/", {"act": "read", "uploads": files})
    [item] = tray.items("carl")
    assert [(m.name, m.alt) for m in item.story.media] == [("hall.png", "The new hall")]
    form = {"act": "draft", "original": item.number, "issuer": "acme", "circuit": "all", "how": "approval"}
    client.post("/portal/new/", form)
    [card] = desk.list_releases()
    [story] = desk.drafts(card.release)
    assert dict(story.attachments)["hall.png"] == picture()
    shown = client.get(f"/portal/{card.release}/media/{story.media[0].sha256}/")
    assert shown.content == picture() and shown.headers["Content-Type"] == "image/png"
    assert (
        kit.signed_in("dora").get(f"/portal/{card.release}/media/{story.media[0].sha256}/").status_code == 404
    )


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, "PNG")
    return out.getvalue()


def test_every_form_needs_its_token() -> None:
    client = kit.signed_in("carl", csrf=True)
    assert client.post("/portal/new/", {"act": "read", "text": kit.TEXTS["en"]}).status_code == 403
    assert tray.items("carl") == []


def test_an_upload_beyond_the_limit_is_refused_in_words(settings: object) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000  # type: ignore[attr-defined]
    client = kit.signed_in("carl")
    response = client.post("/portal/new/", {"act": "read", "uploads": [upload("big.md", b"x" * 5000)]})
    assert response.status_code == 422
    assert "larger than" in response.content.decode()


def test_pages_of_unreleased_text_are_never_cached() -> None:
    response = kit.signed_in("carl").get("/portal/new/")
    assert "no-store" in response.headers["Cache-Control"]
    assert "'unsafe-inline'" not in response.headers["Content-Security-Policy"]
