"""Fifteen languages from the command line: a release goes out, its translations join it, labelled."""

import json
from collections.abc import Iterator
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

import pytest

from dateline.cli.tests.test_up import Listener, get
from dateline.cli.tests.wire_home import OUTLET_COLUMNS, WireHome
from dateline.core.phrases import phrase
from dateline.testing.engine_stub import EngineStub

pytestmark = [pytest.mark.wire, pytest.mark.once]

HEAD = "Hanbit Robotics opens repair workshop for school robots"
FIRST = "Hanbit Robotics today opened a workshop where schools can repair their robots."
SECOND = "The workshop is open on weekdays from nine to five and lends tools to teachers free of charge."
ABOUT = "About Hanbit Robotics"
MAKES = "Hanbit Robotics makes robots for warehouses and schools."
SOURCE = (HEAD, FIRST, SECOND, ABOUT, MAKES)
SAID = {
    "id": (
        "Hanbit Robotics membuka bengkel perbaikan robot sekolah",
        "Hanbit Robotics hari ini membuka bengkel tempat sekolah dapat memperbaiki robot mereka.",
        "Bengkel buka pada hari kerja dari pukul sembilan sampai pukul lima dan meminjamkan peralatan "
        "kepada para guru tanpa biaya.",
        "Tentang Hanbit Robotics",
        "Hanbit Robotics membuat robot untuk gudang dan sekolah.",
    ),
    "ms": (
        "Hanbit Robotics membuka bengkel pembaikan robot sekolah",
        "Hanbit Robotics hari ini membuka sebuah bengkel yang membolehkan sekolah membaiki robot mereka.",
        "Bengkel itu dibuka pada hari bekerja dari pukul sembilan hingga pukul lima dan meminjamkan "
        "peralatan kepada guru secara percuma.",
        "Mengenai Hanbit Robotics",
        "Hanbit Robotics membuat robot untuk gudang dan sekolah.",
    ),
    "ar": (
        "شركة Hanbit Robotics تفتتح ورشة لإصلاح روبوتات المدارس",
        "افتتحت شركة Hanbit Robotics اليوم ورشة يمكن للمدارس أن تصلح فيها روبوتاتها.",
        "تفتح الورشة أبوابها في أيام العمل من التاسعة إلى الخامسة وتعير الأدوات للمعلمين مجانا.",
        "نبذة عن Hanbit Robotics",
        "تصنع شركة Hanbit Robotics الروبوتات للمستودعات والمدارس.",
    ),
    "zh-Hans": (
        "Hanbit Robotics开设学校机器人维修工坊",
        "Hanbit Robotics今天开设了一个工坊，学校可以在这里修理自己的机器人。",
        "工坊在工作日上午九点至下午五点开放，并向教师免费出借工具。",
        "关于Hanbit Robotics",
        "Hanbit Robotics为仓库和学校制造机器人。",
    ),
}
BOOK = {language: dict(zip(SOURCE, texts, strict=True)) for language, texts in SAID.items()}
ENGINES = """
[engine.stub]
kind = "openai"
model = "stub"
url = "{url}"
local = {local}
price_per_million = "2.50"
[[route]]
engines = ["stub"]
"""


TAGS = ("id", "ms", "ar", "zh-Hant")


def headline(tag: str) -> str:
    """What the edition in that language is headed with."""
    return "Hanbit Robotics開設學校機器人維修工坊" if tag == "zh-Hant" else SAID[tag][0]


def label(tag: str) -> str:
    """How it says that an engine made it."""
    return phrase("label.machine-translation", tag)


def unbroken(text: str) -> str:
    """Mark-up without the places where a headline may break."""
    return text.replace("<wbr>", "")


def heard_once(listener: Listener) -> bool:
    """Whether it was sent anything."""
    return len(listener.messages) > 0


@pytest.fixture
def stub(populated: WireHome) -> Iterator[EngineStub]:
    with EngineStub(BOOK) as server:
        set_up(populated, server)
        yield server


def set_up(wire: WireHome, stub: EngineStub, *, local: bool = True) -> None:
    file = Path(wire.environment["DATELINE_HOME"]) / "engines.toml"
    file.write_text(ENGINES.format(url=stub.url, local=str(local).lower()), encoding="utf-8")


def test_a_release_goes_out_at_once_and_its_translations_join_it_labelled(
    populated: WireHome, stub: EngineStub
) -> None:
    """I9, I10: each is checked and labelled, and the original waited for none of them."""
    set_up(populated, stub, local=False)
    populated.import_rows(
        "outlet",
        OUTLET_COLUMNS,
        [
            f"{name},{country},{tag},,site,webhook,{populated.hooks.url('/' + tag)},json"
            for name, country, tag in (
                ("Jakarta Kini", "ID", "id"),
                ("KL Harian", "MY", "ms"),
                ("Cairo Now", "EG", "ar"),
                ("Taipei News", "TW", "zh-Hant"),
            )
        ]
        + [f"Paper {tag},SG,{tag},,paper,mail,{tag}@paper.example," for tag in TAGS],
    )
    sent = populated.json("send", populated.release_file(), "--translate", ",".join(TAGS), schema="send")
    states = {row["language"]: row["state"] for row in sent["translations"]}
    assert states == dict.fromkeys(TAGS, "joined"), sent["translations"]
    report = populated.json("report", sent["release"], schema="report")
    for tag in TAGS:
        assert set(report["by_language"][tag]) == {"accepted"}, report["by_language"]
    entries = {e.path: populated.hooks.request(e) for e in populated.hooks.diary()}
    for tag, engine in (("id", "stub"), ("ar", "stub"), ("zh-Hant", "stub+opencc")):
        fact = json.loads(entries[f"/{tag}"][1])
        assert fact["type"] == "edition-added" and fact["original_language"] == "en"
        assert fact["translation"] == {"kind": "machine", "engine": engine, "reviewed_by": None}
    assert "維修工坊" in json.loads(entries["/zh-Hant"][1])["headline"]
    mails = {e.recipient: populated.sink.message(e) for e in populated.sink.diary()}
    for tag in TAGS:
        mail = message_from_bytes(mails[f"{tag}@paper.example"], policy=policy.default)
        assert mail["Subject"] == headline(tag)
        for kind in ("plain", "html"):
            part = mail.get_body((kind,))
            assert part is not None and label(tag) in part.get_content(), f"{kind} in {tag}"
    listed = populated.json("translations", "list", sent["release"], schema="translations")
    assert [row["engine"] for row in listed] == ["stub", "stub", "stub", "stub+opencc"]
    engines = populated.json("engines", schema="engines")
    (row,) = [row for row in engines if row["name"] == "stub"]
    assert row["ok"] and row["where"] == "remote" and row["characters_today"] > 1000
    logs = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in Path(populated.environment["DATELINE_HOME"]).rglob("*.log")
    )
    assert "membuka bengkel" not in logs, "sizes and names are logged, never text"


MENDED = "The workshop is open on Saturdays only."
BOOK["id"][MENDED] = "Bengkel hanya buka pada hari Sabtu."
BOOK["ms"][MENDED] = "Bengkel hanya dibuka pada hari Sabtu."
BOOK["ar"][MENDED] = "تفتح الورشة أبوابها أيام السبت فقط."
BOOK["zh-Hans"][MENDED] = "工坊仅在星期六开放。"


def test_editions_reach_every_face_and_follow_a_correction(populated: WireHome, stub: EngineStub) -> None:
    """I10: newsroom, feed, API and stream have each labelled; a correction re-translates what changed."""
    with populated.up() as up:
        listeners = {tag: Listener(up.url, tag) for tag in TAGS}
        sent = populated.json("send", populated.release_file(), "--translate", ",".join(TAGS), schema="send")
        release, page = sent["release"], sent["url"]
        assert {row["state"] for row in sent["translations"]} == {"joined"}
        pages = {tag: page.replace("/en/", f"/{tag}/") for tag in TAGS}
        for tag, listener in listeners.items():
            for text in (get(pages[tag])[1], get(f"{up.url}{tag}/feed.atom")[1]):
                assert unbroken(headline(tag)) in unbroken(text) and label(tag) in text, tag
            edition = json.loads(get(f"{up.url}api/v1/editions/{release}/1/{tag}")[1])["edition"]
            assert edition["headline"] == headline(tag), tag
            populated.wait_for(partial(heard_once, listener), f"the stream in {tag}")
            (fact,) = (message.event for message in listener.messages)
            assert (fact["type"], fact["headline"]) == ("edition-added", headline(tag))
            engine = "stub+opencc" if tag == "zh-Hant" else "stub"
            made = {"kind": "machine", "engine": engine, "reviewed_by": None}
            assert edition["translation"] == fact["translation"] == made, tag

        stub.asked.clear()
        text = Path(populated.release_file("mended.md")).read_text(encoding="utf-8")
        start, end = text.index("The workshop is"), text.index("## About")
        mended = populated.write("mended.md", f"{text[:start]}{MENDED}\n\n{text[end:]}")
        populated.run("release", "correct", release, mended, "--reason", "The opening hours were wrong.")
        populated.wait_for(lambda: BOOK["id"][MENDED] in get(pages["id"])[1], "the Indonesian correction")
        populated.wait_for(lambda: "工坊僅在星期六開放。" in get(pages["zh-Hant"])[1], "the Chinese one")
        asked = [(one.target, one.texts) for one in stub.asked]
        wanted = [(tag, (MENDED,)) for tag in ("ar", "id", "ms", "zh-Hans")]
        assert sorted(asked) == wanted, "only the changed block (once)"
        heard = listeners["zh-Hant"]
        populated.wait_for(lambda: heard.types() == ["edition-added", "corrected"], "the stream")


def test_together_waits_at_most_so_long_and_then_does_what_was_said(
    populated: WireHome, stub: EngineStub
) -> None:
    file = populated.release_file()
    sent = populated.json("send", file, "--translate", "id", "--together", "60", schema="send")
    assert sent["translations"][0]["state"] == "joined"
    first = [json.loads(populated.hooks.request(e)[1]) for e in populated.hooks.diary()]
    assert {fact["type"] for fact in first} == {"released"}
    assert first[0]["languages"] == ["en", "id"], "one release in two languages, at one instant"
    stub._always = "down"
    populated.run("send", file, "--translate", "ms", "--together", "1", "--otherwise", "stop", code=1)
    assert "is not sent: ms not ready" in populated.last_error
    for words, says in (
        (("--translate", "en"), "edition in en already"),
        (("--together", "5"), "--translate"),
        (("--translate", "ms", "--otherwise", "perhaps"), "go or stop"),
        (("--translate", "klingon!"), "--translate"),
    ):
        populated.run("send", file, *words, code=2)
        assert says in populated.last_error


def test_a_file_is_translated_taken_by_a_person_and_kept_in_memory(
    populated: WireHome, stub: EngineStub
) -> None:
    file, out = populated.release_file(), populated.folder / "out"
    set_up(populated, stub, local=False)
    rows = populated.json("translate", file, "--to", "id", "-o", str(out), schema="translate", code=1)
    assert rows[0]["state"] == "incomplete" and "not consented" in rows[0]["said"][0]
    populated.run("engines", "consent", "hanbit", "stub")
    assert populated.json("engines", "consents", schema="engine_consents")[0]["engine"] == "stub"
    (row,) = populated.json(
        "translate", file, "--from", "en", "--to", "id", "-o", str(out), schema="translate"
    )
    assert (row["state"], row["engine"]) == ("ready", "stub") and float(row["cost"]) > 0
    checked = populated.json("check", row["file"])
    assert checked["language"] == "id" and checked["headline"] == SAID["id"][0]
    text = Path(row["file"]).read_text(encoding="utf-8")
    assert "kind: machine" in text and "Terjemahan mesin" in text, "the label stays with the file"

    (sheet,) = populated.json("translate", file, "--to", "ms", "--engine", "human", "-o", str(out))
    assert sheet["state"] == "person" and sheet["file"].endswith("release.ms.xlf")
    populated.run("translate", file, "--take", sheet["file"], code=2)
    assert "has no translation" in populated.last_error
    tmx = populated.write(
        "m.tmx",
        '<tmx version="1.4"><header srclang="en"/><body><tu><tuv xml:lang="en"><seg>'
        f'{HEAD}</seg></tuv><tuv xml:lang="ms"><seg>{SAID["ms"][0]}</seg></tuv></tu></body></tmx>',
    )
    populated.json("memory", "import", tmx, schema="import_result")
    assert populated.json("memory", "search", "repair workshop", schema="memory_search")[0]["to"] == "ms"
    glossary = populated.write(
        "g.csv", "source_language,source,target_language,target\nen,workshop,ms,bengkel\n"
    )
    populated.json("glossary", "import", glossary, schema="import_result")
    listed = populated.json("glossary", "list", "--to", "ms", "--house", schema="glossary")
    assert listed[0]["target"] == "bengkel" and len(listed) > 50
