"""Real engines, where they exist: Apertium behind its web service, a Firefox model, CTranslate2, OpenCC."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dateline.languages.segments import segments_of
from dateline.languages.tests.engine_help import asked, health, segments, settings
from dateline.languages.tests.test_translating import STORY
from dateline.languages.translator import EngineFault, Segment, Slot
from dateline.testing.apertium_server import ApertiumServer, need_apertium
from dateline.testing.firefox_model import need_firefox_model

pytestmark = pytest.mark.wire
LINKED = Segment(
    "blocks[0]",
    'See <g id="1">the museum</g> at <x id="2"/> on Monday.',
    (Slot(1, "open", '{"strong": true}'), Slot(2, "url", "https://a.example")),
)


@pytest.fixture(scope="module")
def apertium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApertiumServer]:
    need_apertium()
    with ApertiumServer(tmp_path_factory.mktemp("apertium")) as server:
        yield server


@pytest.mark.once
def test_apertium_translates_and_names_its_pairs(apertium: ApertiumServer) -> None:
    engine = settings("apertium", url=apertium.url, local=True)
    (plain, linked) = asked(engine, *segments("The museum has 12 rooms. It is new."), LINKED, target="es")
    assert plain.text == "El museo tiene 12 salas. Es nuevo." and plain.model == "eng|spa"
    assert linked.text == 'Ve <g id="1">el museo</g> en <x id="2"/> el lunes.'
    (malay,) = asked(engine, *segments("Museum dibuka pada hari Senin."), source="id", target="ms")
    assert malay.text.startswith("Muzium dibuka pada hari")
    (brazil,) = asked(engine, *segments("El museo abre."), source="es", target="pt-BR")
    assert brazil.model == "spa|por_BR" and brazil.text == "O museu abre."
    told = health(engine)
    assert told.ok and ("id", "ms") in told.pairs and ("es", "pt-BR") in told.pairs
    with pytest.raises(EngineFault) as fault:
        asked(engine, *segments("The museum"), target="ja")
    assert fault.value.kind == "pair"


@pytest.mark.once
def test_a_firefox_model_translates_a_whole_story() -> None:
    engine = settings("firefox", folder=str(need_firefox_model()), pairs=("en>pt-BR",))
    assert health(engine).ok
    found = asked(engine, *segments_of(STORY), LINKED, target="pt-BR")
    assert all(result.finish == "ok" and result.text for result in found)
    assert "museu" in found[0].text.lower()
    assert '<x id="2"/>' in found[-1].text and '<g id="1">' in found[-1].text
    assert found[0].model == "enpt-1693087644"


@pytest.mark.once
def test_a_folder_without_a_model_is_said(tmp_path: Path) -> None:
    for kind in ("firefox", "ctranslate2"):
        engine = settings(kind, folder=str(tmp_path), pairs=("en>pt-BR",))
        told = health(engine)
        assert not told.ok and tmp_path.name in told.said
        with pytest.raises(EngineFault) as fault:
            asked(engine, *segments("The museum"), target="pt-BR")
        assert fault.value.kind == "setting"


@pytest.mark.once
def test_a_ctranslate2_folder_is_run_here(tmp_path: Path) -> None:
    """A model of random numbers: what it says means nothing, but it is asked, answers, and ends."""
    from dateline.languages.tests.tiny_model import write_tiny_model

    write_tiny_model(tmp_path / "tiny")
    engine = settings("ctranslate2", folder=str(tmp_path / "tiny"), options={"threads": 1})
    assert health(engine).ok
    found = asked(engine, *segments("a b c", "d e", "a " * 300), target="id")
    assert [result.segment_id for result in found] == ["blocks[0]", "blocks[1]", "blocks[2]"]
    assert all(result.finish in {"ok", "truncated", "failed"} for result in found)
    assert all((result.finish == "ok") == bool(result.text) for result in found)
    (tmp_path / "tiny" / "model.bin").write_bytes(b"no model")
    other = settings("ctranslate2", folder=str(tmp_path / "tiny"), options={"threads": 2})
    assert not health(other).ok


@pytest.mark.once
def test_opencc_converts_words_and_quotation_marks_and_leaves_slots() -> None:
    slots = (Slot(1, "url", "https://a.example"),)
    text = Segment("headline", '“软件”<x id="1"/>的鼠标 O’Neill', slots)
    engine = settings("opencc")
    (taiwan,) = asked(engine, text, source="zh-Hans", target="zh-Hant")
    assert (taiwan.text, taiwan.model) == ('「軟體」<x id="1"/>的滑鼠 O’Neill', "s2twp")
    (hong_kong,) = asked(engine, text, source="zh-Hans", target="zh-Hant-HK")
    assert hong_kong.text.startswith("「軟件」")
    (back,) = asked(engine, Segment("b", taiwan.text, slots), source="zh-Hant", target="zh-Hans")
    assert back.text == '“软件”<x id="1"/>的鼠标 O’Neill'
    with pytest.raises(EngineFault):
        asked(engine, text, source="en", target="zh-Hant")
