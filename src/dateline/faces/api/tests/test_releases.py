"""Releases over the API: every way in, what is read of them, and every act."""

import base64
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from dateline.core.clock import iso_z
from dateline.desk import services as desk
from dateline.faces.api.tests.program import Program, edition, release
from dateline.faces.portal.tests import kit
from dateline.faces.tests.press import PICTURE
from dateline.formats.facts import PageFacts
from dateline.formats.registry import codec
from dateline.issuers import services as issuers
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]

GERMAN = (
    "SEOUL, 24. November 2026 /Dateline/ -- Das Hafenmuseum öffnet nächste Woche seine neue Halle und "
    "erwartet viele Gäste aus der ganzen Region.\n\n"
    "Die Direktorin sagte, dass der Bau im Rahmen des Budgets fertig wurde."
)


def test_a_release_from_json_goes_out(acme: Program) -> None:
    made = acme.post(
        "/releases",
        release(
            editions=[
                edition(sectors=["01000000"], contacts=[{"name": "Ana Lima", "email": "press@acme.example"}]),
                {"language": "de", "headline": "Hafenmuseum öffnet seine neue Halle", "body": GERMAN},
            ]
        ),
        201,
    )
    name = made.document["release"]
    assert made.headers["Location"] == f"/api/v1/releases/{name}"
    assert made.document["state"] == "draft" and made.document["issuer"] == "acme"
    assert made.document["languages"] == ["en", "de"] and made.document["lock"] is None
    assert made.document["created_by"] == "carl"
    submitted = acme.post(f"/releases/{name}/submit").document
    assert submitted["approved"] and not submitted["blocked"], submitted["findings"]
    assert submitted["release"]["lock"]["approvals"] == ["carl"]
    kit.lift(name)
    assert acme.get(f"/releases/{name}").document["state"] == "released"
    rows = acme.get(f"/releases/{name}/editions").document["editions"]
    assert [(row["language"], row["original"], row["public"]) for row in rows] == [
        ("en", True, True),
        ("de", False, True),
    ]
    told = acme.get(f"/releases/{name}/editions/en?format=markdown").response.content.decode()
    assert "Harbour museum opens its new hall" in told and "press@acme.example" in told
    assert "Hafenmuseum" in acme.get(f"/releases/{name}/editions/de?format=text").response.content.decode()


@pytest.mark.parametrize(
    ("data", "kind", "query"),
    [
        (kit.TEXTS["en"].encode(), "text/markdown", ""),
        (kit.TEXTS["en"].encode(), "text/plain; charset=utf-8", "?name=release.md"),
        (kit.TEXTS["de"].encode("utf-16"), "application/octet-stream", "?name=r.md&encoding=utf-16"),
        (
            b"<h1>Harbour museum opens</h1><p>SEOUL -- The museum opens its hall.</p>",
            "text/html",
            "?language=en",
        ),
    ],
)
def test_a_file_as_it_is_becomes_a_draft(acme: Program, data: bytes, kind: str, query: str) -> None:
    made = acme.post(f"/releases{query}", status=201, data=data, content_type=kind).document
    assert made["state"] == "draft" and made["headline"]


def test_what_the_house_writes_it_takes_back_in_any_format(acme: Program) -> None:
    """Every format that `convert` reads is a way in."""
    public = wire.public_edition(kit.out(), "en")
    assert public is not None
    for name in ("newsml-g2", "nitf", "ninjs", "json", "rss"):
        made = codec(name)
        data = made.render(public.edition, PageFacts("https://wire.example", "Dateline", public.at, ("en",)))
        file = {"name": f"release{made.extension}", "data": base64.b64encode(data).decode()}
        taken = acme.post("/releases", {"editions": [{"language": "en", "file": file}]}, 201)
        assert taken.document["headline"] == public.edition.headline, name


def test_a_form_brings_languages_and_pictures(acme: Program) -> None:
    text = kit.TEXTS["en"].replace("---\nSEOUL", "media:\n  - file: hall.png\n    alt: The hall\n---\nSEOUL")
    fields = {
        "edition": [
            SimpleUploadedFile("en.md", text.encode()),
            SimpleUploadedFile("de.md", kit.TEXTS["de"].encode()),
        ],
        "media": SimpleUploadedFile("hall.png", PICTURE),
        "circuit": "all",
    }
    made = acme.post(
        "/releases", status=201, data=encode_multipart(BOUNDARY, fields), content_type=MULTIPART_CONTENT
    ).document
    assert made["languages"] == ["en", "de"]
    (picture,) = acme.get(f"/releases/{made['release']}/media").document["media"]
    assert picture["name"] == "hall.png" and picture["alt"] == "The hall" and picture["language"] == "en"


@pytest.mark.parametrize(
    ("document", "status", "where"),
    [
        ({}, 422, "editions"),
        ({"editions": []}, 422, "editions"),
        (release(colour="red"), 422, "colour"),
        (release(circuit="nowhere"), 422, "circuit"),
        (release(circuit="\x00"), 422, "circuit"),
        (release(at="soon"), 422, "at"),
        (release(at="2026-11-24T09:00"), 422, "at"),
        (release(at="2020-01-01T09:00Z"), 422, "at"),
        (release(editions=[edition(sectors=["nonsense"])]), 422, "editions[0].sectors"),
        (release(editions=[edition(countries=["ZZ"])]), 422, "editions[0].countries"),
        (release(editions=[edition(), edition()]), 422, "editions"),
        (
            release(editions=[edition(media=[{"file": "a.png", "data": "%%%"}])]),
            422,
            "editions[0].media a.png",
        ),
        (release(editions=[{"file": {"text": "a", "data": "YQ=="}}]), 422, "editions[0].file"),
        (release(editions=[edition(file={"text": "a"})]), 422, "editions[0].headline"),
        (release(editions=[{"language": "en", "file": {"name": "../a", "text": "a"}}]), 422, "name"),
        ([], 422, "body"),
        (release(issuer="minato"), 403, None),
    ],
)
def test_what_cannot_be_used_names_its_place(
    acme: Program, document: object, status: int, where: str
) -> None:
    """I14; nothing of it is kept."""
    found = acme.post("/releases", document, status)
    assert found.document.get("where") == where
    assert acme.get("/releases").document["releases"] == []


@pytest.mark.parametrize(
    ("data", "kind", "status", "name"),
    [
        (b"{", "application/json", 400, "bad-json"),
        (b'{"editions": NaN}', "application/json", 422, "bad-input"),
        (b"[" * 100_000, "application/json", 400, "bad-json"),
        (b'{"editions": "\\ud800"}', "application/json", 400, "bad-json"),
        (b"\xff\xfe", "application/json", 400, "bad-json"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (b"GIF", "video/mp4", 415, "unsupported-media-type"),
        (b"x", "", 415, "unsupported-media-type"),
        (b"nonsense", "multipart/form-data; boundary=x", 422, "bad-input"),
        (b"nonsense", "multipart/form-data", 400, "bad-request"),
        (b"%PDF-1.4", "application/octet-stream", 422, "bad-input"),
        (b"", "text/markdown", 422, "bad-input"),
        (b"x" * (21 * 1024 * 1024), "text/markdown", 413, "too-large"),
    ],
)
def test_bodies_that_cannot_be_read(acme: Program, data: bytes, kind: str, status: int, name: str) -> None:
    found = acme.post("/releases", status=status, data=data, content_type=kind)
    assert found.kind == name and found.document["detail"]


def test_lists_are_read_page_by_page(acme: Program) -> None:
    names = [kit.draft() for _ in range(5)][::-1]
    kit.draft(issuer="minato", by="dora")
    read, path = [], "/releases?limit=2"
    while path:
        page = acme.get(path)
        read += [row["release"] for row in page.document["releases"]]
        link = page.headers.get("Link", "")
        assert bool(link) == bool(page.document["next"])
        path = link.partition(">")[0].removeprefix("</api/v1") if link else ""
    assert read == names
    assert acme.get("/releases?state=draft&limit=1").document["next"] == names[0]
    assert acme.get("/releases?state=killed").document == {"releases": [], "next": None}
    for query in (
        "limit=0",
        "limit=x",
        "limit=201",
        "state=new",
        "after=zzzzzzzzzz",
        "colour=red",
        "issuer=minato",
    ):
        assert acme.get(f"/releases?{query}", 422).document["where"] == query.partition("=")[0]
    assert acme.get("/releases?after=%00", 422).document["where"] == "after"


def test_a_draft_is_changed_text_by_text(acme: Program) -> None:
    name = kit.draft()
    path = f"/releases/{name}/editions"
    made = acme.ask("PUT", f"{path}/de", {"headline": "Hafenmuseum", "body": "Die Halle öffnet."})
    assert made.status == 201 and made.document["languages"] == ["en", "de"]
    assert (
        acme.ask("PUT", f"{path}/en", data=kit.TEXTS["en"].encode(), content_type="text/markdown").status
        == 200
    )
    assert acme.ask("PUT", f"{path}/en", {"language": "de", "body": "x"}).document["where"] == "language"
    assert acme.ask("DELETE", f"{path}/de").document["languages"] == ["en"]
    assert acme.ask("DELETE", f"{path}/de").status == 404
    assert acme.ask("DELETE", f"{path}/en").status == 422
    changed = acme.ask("PATCH", f"/releases/{name}", {"circuit": "europe", "at": iso_z(kit.soon())}).document
    assert changed["circuit"] == "europe" and changed["at"]
    assert acme.ask("PATCH", f"/releases/{name}", {"at": None}).document["at"] is None
    assert acme.get(f"{path}/en?which=draft&format=json").document["edition"]["language"] == "en"
    assert acme.get(f"{path}/ko", 404) and acme.get(f"{path}/xx-nonsense", 404)
    assert acme.get(f"{path}/en?which=public", 404) and acme.get(f"{path}/en?which=locked", 409)
    assert acme.get(f"{path}/en?format=nonsense", 422).document["where"] == "format"
    assert acme.get(f"{path}/en?version=x", 422).document["where"] == "version"
    acts = [line["act"] for line in acme.get(f"/releases/{name}/history").document["history"]]
    assert acts[0] == "added" and "circuit chosen" in acts


def test_steps_one_by_one_with_the_hash_that_was_read(acme: Program) -> None:
    name = kit.draft(at=kit.soon())
    assert acme.post(f"/releases/{name}/hand-in").document["state"] == "in review"
    locked = acme.post(f"/releases/{name}/lock").document
    lock = locked["release"]["lock"]
    assert locked["release"]["state"] == "locked" and not locked["approved"]
    assert acme.post(f"/releases/{name}/approve", {"hash": "0" * 64}, 409)
    assert acme.post(f"/releases/{name}/approve", {"hash": "0"}, 422).document["where"] == "hash"
    approved = acme.post(f"/releases/{name}/approve", {"hash": lock["hash"]}).document
    assert approved == {"have": 1, "needed": 1, "complete": True}
    assert acme.get(f"/releases/{name}/editions/en").document["sha256"] == lock["editions"][0]["sha256"]
    assert "en" in acme.get(f"/releases/{name}/findings").document["findings"]
    moved = acme.post(f"/releases/{name}/schedule", {"at": iso_z(kit.soon(7200))}).document
    assert moved["release"]["state"] == "locked" and moved["release"]["lock"]["hash"] != lock["hash"]
    gone = acme.post(f"/releases/{name}/withdraw", {"reason": "not yet"}).document
    assert gone["before_t0"] and wire.public_languages(name) == {}


def test_policy_two_counts_persons_and_not_keys(acme: Program) -> None:
    """T18: a person with two keys, and a browser, is one person."""
    from dateline.faces.api.tests.program import program

    issuers.add_person("eve", role="editor")  # the second person of the desk: policy two
    name = kit.draft()
    assert not acme.post(f"/releases/{name}/submit").document["approved"]
    hash_ = acme.get(f"/releases/{name}").document["lock"]["hash"]
    for who in (acme, program("carl")):
        found = who.post(f"/releases/{name}/approve", {"hash": hash_}, 202).document
        assert found == {"have": 1, "needed": 2, "complete": False}
    assert desk.approve(name, by="carl").have == 1
    other = program("eve", wire=True)
    assert other.post(f"/releases/{name}/approve", {"hash": hash_}).document["complete"]


def test_a_language_joins_what_is_out(acme: Program) -> None:
    name = kit.draft()
    german = {"language": "de", "headline": "Hafenmuseum öffnet seine neue Halle", "body": GERMAN}
    assert acme.post(f"/releases/{name}/late-editions", german, 409).kind == "conflict"
    out = acme.post("/releases", release(), 201).document["release"]
    assert acme.post(f"/releases/{out}/submit").document["approved"]
    kit.lift(out)
    added = acme.post(f"/releases/{out}/late-editions", german).document
    assert added["approved"], added["findings"]
    kit.lift(out)
    rows = acme.get(f"/releases/{out}/editions").document["editions"]
    assert [(row["language"], row["public"]) for row in rows] == [("en", True), ("de", True)]
    assert acme.post(f"/releases/{out}/late-editions", german, 409)


def test_what_is_out_is_corrected_withdrawn_and_killed(acme: Program) -> None:
    name = kit.out()
    assert acme.ask("PUT", f"/releases/{name}/editions/en", edition()).status == 409
    new = edition(headline="Harbour museum opens its second hall")
    assert (
        acme.post(f"/releases/{name}/correct", {"reason": "", "editions": [new]}, 422).document["where"]
        == "reason"
    )
    done = acme.post(f"/releases/{name}/correct", {"reason": "It is the second", "editions": [new]}).document
    assert done["approved"], done["findings"]
    kit.lift(name)
    found = acme.get(f"/releases/{name}/editions/en").document["edition"]
    assert found["headline"] == new["headline"] and found["version"] == 2 and found["contacts"]
    assert acme.get(f"/releases/{name}/editions/en?version=1").document["edition"]["version"] == 1
    assert acme.post(f"/releases/{name}/correct", {"reason": "x", "editions": [edition(language="ko")]}, 422)
    gone = acme.post(f"/releases/{name}/withdraw", {"reason": "Not ours"}).document
    assert not gone["before_t0"] and gone["approved"]
    kit.lift(name)
    assert acme.post(f"/releases/{name}/kill", {"reason": "Forged"}).document["approved"]
    kit.lift(name)
    notice = acme.get(f"/releases/{name}/editions/en").document["edition"]
    assert notice["reason"] == "Forged" and not notice["blocks"]
    assert acme.get(f"/releases/{name}/media", 404)
    assert acme.post(f"/releases/{name}/kill", {"reason": "Forged"}, 409)


def test_pictures_are_sent_read_and_removed(acme: Program) -> None:
    name = kit.draft()
    path = f"/releases/{name}/media"
    sent = acme.post(
        f"{path}?name=hall.png&alt=The%20hall", status=201, data=PICTURE, content_type="image/png"
    )
    row = sent.document
    assert row["alt"] == "The hall" and (row["width"], row["height"]) == (1, 1)
    found = acme.get(row["url"].partition("/api/v1")[2])
    assert found.response.content == PICTURE and found.headers["Content-Type"] == "image/png"
    # the text may now show it, and a new text keeps it
    body = f"{edition()['body']}\n\n![The hall](hall.png)"
    assert acme.ask("PUT", f"/releases/{name}/editions/en", edition(body=body)).status == 200
    assert len(acme.get(path).document["media"]) == 1
    out = kit.draft()
    acme.post(
        f"/releases/{out}/media?name=hall.png&alt=Hall", status=201, data=PICTURE, content_type="image/png"
    )
    assert acme.ask("PUT", f"/releases/{out}/editions/en", edition(body=body)).status == 200
    assert acme.post(f"/releases/{out}/submit").document["approved"]
    kit.lift(out)
    corrected = {"reason": "A word", "editions": [edition(language="EN", body=body)]}
    assert acme.post(f"/releases/{out}/correct", corrected).document["approved"]
    kit.lift(out)
    assert acme.get(f"/releases/{out}/editions/en").document["edition"]["version"] == 2
    assert len(acme.get(f"/releases/{out}/media").document["media"]) == 1, "however its language is written"
    assert acme.ask("DELETE", f"{path}/{row['sha256']}").document == {"media": []}
    assert acme.ask("DELETE", f"{path}/{row['sha256']}").status == 404
    assert acme.get(f"{path}/{row['sha256']}", 404)


@pytest.mark.parametrize(
    ("query", "data", "kind", "status", "where"),
    [
        ("", PICTURE, "image/png", 422, "name"),
        ("?name=a/b.png", PICTURE, "image/png", 422, "name"),
        ("?name=a.png&colour=red", PICTURE, "image/png", 422, "colour"),
        ("?name=a.png&language=ko", PICTURE, "image/png", 422, "language"),
        ("?name=a.png&alt=" + "x" * 1001, PICTURE, "image/png", 422, "alt"),
        ("?name=a.png", b"", "image/png", 422, "media a.png"),
        ("?name=a.png", b"no picture", "image/png", 422, "media a.png"),
        ("?name=a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", 422, "media a.png"),
        ("?name=a.png", PICTURE, "image/svg+xml", 415, "Content-Type"),
        ("?name=a.png", PICTURE, "application/json", 415, "Content-Type"),
        ("?name=a.png", b"x" * (21 * 1024 * 1024), "image/png", 413, "body"),
    ],
)
def test_pictures_that_are_none_are_refused(
    acme: Program, query: str, data: bytes, kind: str, status: int, where: str
) -> None:
    name = kit.draft()
    found = acme.post(f"/releases/{name}/media{query}", status=status, data=data, content_type=kind)
    assert found.document["where"] == where


def test_the_wire_log_and_the_rest_still_need_no_key(house: None) -> None:
    client = Client()
    for path in ("", "wire", "openapi.json", "asyncapi.json", "docs", "desktop/keys"):
        assert client.get(f"/api/v1/{path}").status_code == 200, path
    assert json.loads(client.get("/api/v1/openapi.json").content)["openapi"] == "3.1.0"
