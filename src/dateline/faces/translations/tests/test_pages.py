"""The pages of the translation desk: who may see what, the editor's form, and the translator's link."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dateline.core.languages import Language
from dateline.core.words import Finding, Translation
from dateline.desk import services as desk
from dateline.faces.portal.tests import kit
from dateline.issuers import services as issuers
from dateline.languages import gating, limits
from dateline.languages.services import translation_desk as work
from dateline.testing.engine_stub import EngineStub
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
ID = Language("id")
HOME = "/translator/"


@pytest.fixture(autouse=True)
def _house(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.house()
    issuers.add_person("eve", role="editor")
    monkeypatch.setattr(gating.Gate.__init__, "__defaults__", (lambda *_: (), lambda *_: ()))


@pytest.fixture
def engine(home: Path) -> Iterator[EngineStub]:
    limits._BREAKERS.clear()
    file = home / "engines.toml"
    with EngineStub({"id": {"Harbour museum opens its new hall": "Museum membuka aula"}}) as stub:
        own = f'[engine.stub]\nkind = "libretranslate"\nurl = "{stub.url}"\nlocal = true\n'
        file.write_text(f'{own}[[route]]\nengines = ["stub"]\n', encoding="utf-8")
        yield stub
    file.unlink()


def fields(page: str) -> dict[str, str]:
    """What the editor's form holds, its boxes as they stand."""
    found = dict(re.findall(r'<input type="hidden" name="([ps]-\d+)" value="([^"]*)"', page))
    texts = re.findall(r'<textarea [^>]*name="(t-\d+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    return found | dict(texts)


def number_of(form: dict[str, str], place: str) -> str:
    return next(name[2:] for name, value in form.items() if name.startswith("p-") and value == place)


def opened(client: Client, where: str) -> dict[str, str]:
    answer = client.get(where)
    assert answer.status_code == 200, where
    assert "no-store" in answer["Cache-Control"]
    return fields(answer.content.decode())


def all_filled(form: dict[str, str]) -> dict[str, str]:
    for name in list(form):
        if name.startswith("t-"):
            form[name] = f"Kata {name[2:]}."
    return form


def test_issuers_see_their_own_and_nobody_else_sees_anything() -> None:
    """T5: another issuer's release does not exist."""
    release = kit.draft("en", "de")
    for path in ("", "de/", "id/", "de/sheet.xlf"):
        where = f"/translations/{release}/{path}"
        assert kit.signed_in("carl").get(where).status_code == 200, where
        assert kit.signed_in("eve").get(where).status_code == 200
        assert kit.signed_in("dora").get(where).status_code == 404
        assert Client().get(where).status_code == 302
        assert kit.signed_in("dora").post(where, {"act": "save"}).status_code in {404, 405}
    assert kit.signed_in("dora").post(f"/translations/{release}/id/link/", {"act": "draw"}).status_code == 404
    assert str(release) in kit.signed_in("carl").get("/translations/?state=all").content.decode()
    assert str(release) not in kit.signed_in("dora").get("/translations/?state=all").content.decode()
    assert kit.signed_in("carl").get(f"/translations/{release}/en/").status_code == 404, "the original's own"


def test_forms_need_their_token() -> None:
    release = kit.draft()
    client = kit.signed_in("carl", csrf=True)
    assert client.post(f"/translations/{release}/id/", {"act": "save"}).status_code == 403
    assert Client(enforce_csrf_checks=True).post(f"{HOME}in/x/").status_code == 403


def test_a_block_is_saved_and_given_as_an_edition() -> None:
    release = kit.draft()
    client, where = kit.signed_in("carl"), f"/translations/{release}/id/"
    form = all_filled(opened(client, where)) | {"act": "check"}
    assert "Ana Lima" not in form.values(), "names of people are not translated"
    assert client.post(where, form).status_code == 302
    page = client.get(where).content.decode()
    assert "Ready to be given." in page
    assert "human translation" in page
    client.post(where, fields(page) | {"act": "finish"})
    told = {s.language: s for s in desk.drafts(release)}
    assert told[ID].translation == Translation("human")
    assert "in the drafts" in client.get("/translations/?state=machine").content.decode()


def test_what_was_typed_comes_back_with_the_reason() -> None:
    """Nothing typed is lost, and the slot is named."""
    release = kit.draft()
    client, where = kit.signed_in("carl"), f"/translations/{release}/id/"
    form = opened(client, where)
    n = number_of(form, "blocks[0]")
    form[f"t-{n}"], form[f"t-{number_of(form, 'headline')}"] = "Teks [[7]] <b>saya</b>", "Judul"
    answer = client.post(where, form | {"act": "save"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "slot 7 is not of this text" in page
    assert "Teks ⟦7⟧ &lt;b&gt;saya&lt;/b&gt;" in page
    assert work.open_sheet(release, ID).row("headline").kept.text == "Judul"
    assert client.post(where, {"p-0": "blocks[99]", "t-0": "x", "act": "save"}).status_code == 422
    assert client.post(where, {"act": "nonsense"}).status_code == 404


def test_the_later_of_two_sees_both_texts() -> None:
    release = kit.draft()
    where = f"/translations/{release}/id/"
    carl, eve = kit.signed_in("carl"), kit.signed_in("eve")
    first, second = opened(carl, where), opened(eve, where)
    n = number_of(first, "headline")
    assert carl.post(where, first | {f"t-{n}": "Judul Carl", "act": "save"}).status_code == 302
    answer = eve.post(where, second | {f"t-{n}": "Judul Eve", "act": "save"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Judul Carl" in page
    assert fields(page)[f"t-{n}"] == "Judul Eve"
    assert eve.post(where, fields(page) | {"act": "save"}).status_code == 302
    assert work.open_sheet(release, ID).row("headline").kept.text == "Judul Eve"


def test_engines_are_asked_for_open_blocks_and_their_answer_is_taken_by_hand(engine: EngineStub) -> None:
    release = kit.draft()
    client, where = kit.signed_in("carl"), f"/translations/{release}/id/"
    form = opened(client, where)
    n = number_of(form, "headline")
    client.post(where, form | {f"t-{n}": "Judul saya", "act": "save"})
    client.post(where, opened(client, where) | {"act": f"ask:{n}"})
    page = client.get(where).content.decode()
    assert "Museum membuka aula" in page
    key = re.search(rf'value="use:{n}:([0-9a-f]+)"', page)
    assert key
    client.post(where, fields(page) | {"act": f"use:{n}:{key[1]}"})
    assert work.open_sheet(release, ID).row("headline").state == "machine"
    client.post(where, opened(client, where) | {"act": "ask:open"})
    assert work.open_sheet(release, ID).counts["machine"] >= 1


def test_an_accepted_finding_carries_name_and_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    release = kit.draft()
    finding = Finding("term-forbidden", "hold", "blocks[0]", "'toko media' is no rendering")
    monkeypatch.setattr(gating.Gate.__init__, "__defaults__", (lambda *_: (), lambda *_: (finding,)))
    client, where = kit.signed_in("carl"), f"/translations/{release}/id/"
    client.post(where, all_filled(opened(client, where)) | {"act": "check"})
    key = work.finding_key(finding)
    page = client.get(where).content.decode()
    assert f'value="accept:{key}"' in page
    refused = client.post(where, fields(page) | {"act": "finish"})
    assert refused.status_code == 422
    assert "term-forbidden" in refused.content.decode()
    assert client.post(where, fields(page) | {"act": f"accept:{key}"}).status_code == 422
    client.post(where, fields(page) | {"act": f"accept:{key}", f"reason-{key}": "their own name"})
    assert "their own name" in client.get(where).content.decode()
    assert client.post(where, fields(page) | {"act": "finish"}).status_code == 302


def test_a_forbidden_rendering_and_a_term_are_marked_in_place() -> None:
    release = kit.draft()
    work.import_csv(
        "source_language,source,target_language,target,forbidden\nen,museum,id,museum seni,gedung antik\n",
        by="eve", issuer="acme", where="t.csv",
    )  # fmt: skip
    client, where = kit.signed_in("carl"), f"/translations/{release}/id/"
    form = opened(client, where)
    client.post(where, form | {f"t-{number_of(form, 'headline')}": "Gedung Antik dibuka", "act": "save"})
    page = client.get(where).content.decode()
    assert '<mark class="term">museum</mark>' in page
    assert '<mark class="wrong" lang="id">gedung antik</mark>' in page


def test_languages_are_wanted_and_wanted_no_more_here(engine: EngineStub) -> None:
    release = kit.draft()
    client, where = kit.signed_in("carl"), f"/translations/{release}/"
    assert client.post(where, {"act": "order"}).status_code == 422
    assert client.post(where, {"act": "order", "languages": ["id", "ja"]}).status_code == 302
    assert "waits for an engine" in client.get(where).content.decode()
    assert client.post(where, {"act": "cancel", "language": "ja"}).status_code == 302
    assert client.post(where, {"act": "else"}).status_code == 404
    assert {c.standing for c in work.worklist([desk.show(release)])} == {"waiting", "cancelled"}


def upload(client: Client, where: str, data: bytes, field: str = "file", **more: str) -> Any:
    return client.post(where, {field: SimpleUploadedFile("a.file", data), **more}, follow=True)


def test_a_sheet_goes_out_and_comes_back_as_xliff() -> None:
    release = kit.draft()
    client, where = kit.signed_in("carl"), f"/translations/{release}/id/"
    client.post(where, all_filled(opened(client, where)) | {"act": "save"})
    answer = client.get(f"{where}sheet.xlf")
    assert answer["Content-Disposition"] == f'attachment; filename="{release}.id.xlf"'
    assert "no-store" in answer["Cache-Control"]
    page = upload(client, where, answer.content.replace(b"Kata 0.", b"Kata baru."), "sheet").content.decode()
    assert "1 block taken from the file." in page
    refused = upload(client, where, b"<no", "sheet", act="import")
    assert refused.status_code == 422
    too_large = upload(client, where, b"x" * (5 * 1024 * 1024 + 1), "sheet")
    assert "larger than 5 MB" in too_large.content.decode()


def test_memory_and_glossary_of_another_issuer_are_neither_read_nor_written() -> None:
    head = b"source_language,source,target_language,target,issuer\n"
    carl, eve = kit.signed_in("carl"), kit.signed_in("eve")
    page = upload(carl, "/translations/glossary/", head + b"en,hall,id,aula,\nen,boat,id,kapal,minato\n")
    assert "1 new" in page.content.decode()
    assert "not yours to change" in page.content.decode()
    assert [t.issuer for t in work.list_terms()] == ["acme"]
    assert b"aula" not in kit.signed_in("dora").get("/translations/glossary.csv?issuer=acme").content
    assert b"aula" in eve.get("/translations/glossary.csv?issuer=acme").content
    assert "aula" in eve.get("/translations/glossary/?issuer=acme").content.decode()
    assert eve.get("/translations/glossary/?issuer=nobody").status_code == 422
    tmx = carl.get("/translations/memory.tmx").content
    entry = (
        b'<tu><prop type="x-issuer">minato</prop><tuv xml:lang="en"><seg>Hall</seg></tuv>'
        b'<tuv xml:lang="id"><seg>Aula</seg></tuv></tu></body>'
    )
    strange = tmx.replace(b"</body>", entry)
    assert "belong to another issuer" in upload(carl, "/translations/memory/", strange).content.decode()
    mine = strange.replace(b'<prop type="x-issuer">minato</prop>', b"")
    assert "1 new" in upload(carl, "/translations/memory/", mine).content.decode()
    assert "Aula" in carl.get("/translations/memory/?q=Hall").content.decode()
    assert "Aula" not in kit.signed_in("dora").get("/translations/memory/?q=Hall").content.decode()
    assert "choose a file" in carl.post("/translations/memory/", {}).content.decode()


# --- the translator ---------------------------------------------------------------------------------------


def bare(answer: Any) -> str:
    """A page without its form's token."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())


def drawn(release: str) -> str:
    """The path of a link that eve draws for Budi."""
    form = {"act": "draw", "translator": "Budi", "days": "3"}
    page = kit.signed_in("eve").post(f"/translations/{release}/id/link/", form).content.decode()
    found = re.search(r'value="[^"]*(/translator/in/[a-z0-9]+/)"', page)
    assert found
    return found[1]


def test_a_translator_sees_one_edition_and_nothing_else() -> None:
    """I1: the link opens one text, once; looking at it changes nothing."""
    release, other = kit.draft(), kit.draft("de")
    link = drawn(release)
    budi, late = Client(), Client()
    for _ in range(2):
        looked = budi.get(link)
        assert looked.status_code == 200
        assert "Harbour" not in looked.content.decode()
        assert "no-store" in looked["Cache-Control"]
    assert bare(looked) == bare(budi.get("/translator/in/unknown/"))
    assert budi.get(HOME).status_code == 403
    assert budi.post(link)["Location"] == HOME
    assert late.post(link).status_code == 403, "once"
    page = budi.get(HOME).content.decode()
    assert "Harbour museum" in page
    assert "Hafen" not in page
    assert "ask:" not in page
    for where in ("/portal/", f"/translations/{release}/id/", f"/translations/{other}/id/", "/console/"):
        assert budi.get(where).status_code == 302, where
    assert budi.post(HOME, fields(page) | {"act": "finish"}).status_code == 404
    assert budi.post(HOME, fields(page) | {"act": "ask:open"}).status_code == 404
    form = all_filled(fields(page))
    assert (
        "Some blocks have no text"
        in budi.post(HOME, fields(page) | {"act": "hand-in"}, follow=True).content.decode()
    )
    assert budi.post(HOME, form | {"act": "save"}).status_code == 302
    assert budi.get(f"{HOME}sheet.xlf").status_code == 200
    assert work.open_sheet(release, ID).row("headline").kept.by == "translator Budi"
    assert "Thank you" in budi.post(HOME, opened(budi, HOME) | {"act": "hand-in"}).content.decode()
    assert budi.get(HOME).status_code == 403
    listed = kit.signed_in("eve").get("/translations/?state=person").content.decode()
    assert "handed in by the translator" in listed
    assert "Budi" in listed


def test_two_texts_in_one_browser_are_kept_apart() -> None:
    """I1: what was typed for one release never lands in another's sheet; no link costs the other its task."""
    first, second = kit.draft(), kit.draft()
    budi = Client()
    budi.post(drawn(first))
    page = budi.get(HOME).content.decode()
    [number] = set(re.findall(r'name="task" value="(\d+)"', page))
    budi.post(drawn(second))
    form = fields(page) | {"task": number, "t-0": "Kata pertama", "act": "save"}
    assert budi.post(HOME, form)["Location"].endswith(f"?task={number}")
    assert work.open_sheet(first, ID).row("headline").kept.text == "Kata pertama"
    assert not work.open_sheet(second, ID).row("headline").kept.text
    assert "Kata pertama" in budi.get(f"{HOME}?task={number}").content.decode()
    assert "Kata pertama" not in budi.get(HOME).content.decode(), "the newest, where none is named"
    assert budi.get(f"{HOME}?task=999999").status_code == 403
    assert first in budi.get(f"{HOME}sheet.xlf?task={number}")["Content-Disposition"]
    kit.signed_in("eve").post(f"/translations/{second}/id/link/", {"act": "end"})
    assert "Kata pertama" in budi.get(HOME).content.decode(), "the other goes on"
    budi.post(f"{HOME}out/", {"task": number})
    assert budi.get(f"{HOME}?task={number}").status_code == 403
    assert budi.get(HOME).status_code == 403


def test_the_page_that_shows_a_link_saves_and_downloads_where_the_editor_does() -> None:
    """Its address draws links: what is typed there must not be lost to it."""
    where = f"/translations/{kit.draft()}/id/"
    form = {"act": "draw", "translator": "Budi", "days": "3"}
    page = kit.signed_in("eve").post(f"{where}link/", form).content.decode()
    assert re.search(rf'<form method="post" id="sheet-form" action="{where}"', page)
    assert re.search(rf'<form method="post" action="{where}" enctype', page)
    assert f'href="{where}sheet.xlf"' in page


def test_a_number_that_is_none_shows_the_first_page() -> None:
    release = kit.draft()
    assert kit.signed_in("carl").get(f"/translations/{release}/id/?from=²").status_code == 200


def test_an_ended_link_ends_the_work() -> None:
    release = kit.draft()
    budi = Client()
    budi.post(drawn(release))
    assert budi.get(HOME).status_code == 200
    eve = kit.signed_in("eve")
    page = eve.get(f"/translations/{release}/id/").content.decode()
    assert "at work since" in page
    eve.post(f"/translations/{release}/id/link/", {"act": "end"})
    assert budi.get(HOME).status_code == 403
    assert budi.post(HOME, {"act": "save"}).status_code == 403
    assert eve.post(f"/translations/{release}/id/link/", {"act": "end"}).status_code == 404
    refused = eve.post(f"/translations/{release}/id/link/", {"act": "draw", "days": "x"}, follow=True)
    assert "name" in refused.content.decode()
    left = Client()
    left.post(drawn(release))
    left.post(f"{HOME}out/")
    assert left.get(HOME).status_code == 403


def test_a_public_edition_is_corrected_from_here_with_a_reason() -> None:
    release = kit.draft("en", "de")
    wire.submit(release, by="carl")
    desk.approve(release, by="eve")
    kit.lift(release)
    client, where = kit.signed_in("carl"), f"/translations/{release}/de/"
    page = client.get(where).content.decode()
    assert "Correct this edition" in page
    assert work.open_sheet(release, Language("de")).counts["outdated"] == 0
    form = all_filled(fields(page)) | {"act": "finish"}
    assert client.post(where, form).status_code == 422, "a correction needs a reason"
    again = fields(client.get(where).content.decode())
    page = client.post(where, again | {"act": "finish", "reason": "a word"}, follow=True).content.decode()
    assert "Locked. It waits:" in page
    assert desk.versions(release)[-1].kind == "correction"
