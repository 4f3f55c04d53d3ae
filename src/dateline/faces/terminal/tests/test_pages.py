"""The terminal's page without its scripts: languages, filters, faults, list; and what its scripts ask for."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict

from dateline.core.errors import NotFound
from dateline.core.ids import ReleaseId
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.phrases.terminal import terminal_phrase, terminal_phrases
from dateline.core.phrases.terminal.en import PHRASES as ENGLISH
from dateline.core.tests.test_phrases import placeholders
from dateline.faces.terminal.asked import asked_of, chips_of
from dateline.faces.terminal.form import fields_of
from dateline.faces.tests import press
from dateline.wire import services as wire

LOOK = Path(__file__).parents[2] / "look" / "terminal"


@pytest.mark.unit
@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_every_word_is_there_in_every_language(language: str) -> None:
    words = terminal_phrases(language)
    assert set(words) == set(ENGLISH)
    for key, text in words.items():
        assert placeholders(text) == placeholders(ENGLISH[key]), (language, key)
        assert text.strip() == text and text
    if language != "en":
        shared = {"delay-median"}  # the same word in many languages
        same = [k for k, text in words.items() if text == ENGLISH[k] and len(text) > 12 and k not in shared]
        assert same == []


@pytest.mark.unit
def test_an_unknown_word_is_an_error() -> None:
    with pytest.raises(NotFound):
        terminal_phrase("no-such", "en")


@pytest.mark.unit
def test_values_are_written_one_way_and_faults_are_kept_apart() -> None:
    asked = asked_of(
        QueryDict("country=sg,JP&country=SG&sector=20000256&ticker=abc&class=urgent&keyword=%20&x=1")
    )
    assert asked.query == "country=SG,JP&sector=energy&ticker=ABC"
    assert [(fault.name, fault.value) for fault in asked.faults] == [("class", "urgent")]
    assert asked.typed["country"] == ("sg", "JP", "SG")


@pytest.mark.unit
def test_a_question_keeps_as_many_values_as_a_filter_may_have() -> None:
    words, tickers = (",".join(f"{name}{number}" for number in range(150)) for name in "wt")
    asked = asked_of(QueryDict(f"keyword={words}&ticker={tickers}&country=SG"))
    assert len(asked.good["keyword"]) + len(asked.good["ticker"]) == 199 and asked.good["country"] == ("SG",)
    assert not asked.faults and sum(len(values) for _, values in asked.wanted.wanted) == 200


@pytest.mark.unit
def test_a_chip_leads_to_the_page_without_it() -> None:
    chips = chips_of(asked_of(QueryDict("language=ja,en&country=SG")), "de")
    assert [(chip.words, chip.query) for chip in chips] == [
        ("Sprache: 日本語", "?language=en&country=SG"),
        ("Sprache: English", "?language=ja&country=SG"),
        ("Land, von dem die Nachricht handelt: Singapur", "?language=ja,en"),
    ]


@pytest.mark.unit
def test_the_form_keeps_what_was_typed_beside_the_fault() -> None:
    fields = {
        (f.name, bool(f.choices)): f
        for f in fields_of(asked_of(QueryDict("country=Utopia,SG&sector=energy")), "en")
    }
    country = fields["country", False]
    assert country.value == "Utopia, SG"
    assert country.faults == ("“Utopia” cannot be read in the field Country the news is about.",)
    assert [c.value for c in fields["sector", True].choices if c.chosen] == ["energy"]
    assert fields["sector", False].value == ""


@pytest.fixture
def releases(house: None) -> dict[str, str]:
    """One in three languages, one rich in English, one killed, one in Arabic alone."""
    made: dict[str, str] = {
        "plain": press.out(press.story(slug="plain"), press.story("ar"), press.story("ja")),
        "rich": press.out(press.rich(slug="rich")),
        "killed": press.out(press.story(slug="killed")),
        "arabic": press.out(press.story("ar", slug="arabic", original=True, translation=None)),
    }
    press.follow_up(wire.submit_kill(ReleaseId(made["killed"]), reason="Sent in error.", by="ana"))
    return made


def lines(page: Any) -> list[str]:
    """The lines of the list, as text."""
    return [
        " ".join(item.text_content().split())
        for item in press.parsed(page.content).xpath("//ol[@class='latest']/li")
    ]


@pytest.mark.room
@pytest.mark.django_db
def test_one_line_a_release_in_the_readers_language(anonymous: Any, releases: dict[str, str]) -> None:
    page = anonymous.get("/terminal/", HTTP_ACCEPT_LANGUAGE="ja")
    assert page.status_code == 200 and page["Content-Language"] == "ja"
    assert "Accept-Language" in page["Vary"]
    shown = lines(page)
    assert len(shown) == 4
    assert "配信停止" in shown[0] and "Sent in error." in shown[0] and "new hall" not in shown[0]
    assert "متحف الميناء" in shown[1]
    assert "Harbour museum opens" in shown[2] and "SGX:HMU" in shown[2] and "Meridian Feed" in shown[2]
    assert "港湾博物館" in shown[3] and shown[3].endswith("en ar")


@pytest.mark.room
@pytest.mark.django_db
def test_filters_work_without_scripts(anonymous: Any, releases: dict[str, str]) -> None:
    def count(query: str) -> int:
        return len(lines(anonymous.get(f"/terminal/en/?{query}")))

    assert count("language=ja") == 1
    assert count("language=ar,ja") == 2
    assert count("origin=third-party&country=SG") == 1
    assert count("ticker=hmu&class=normal") == 1
    assert count("ticker=hmu&class=regulated") == 0
    assert count("sector=energy") == 1
    assert count("issuer=harbour-museum") == 4
    assert count("keyword=MUSEUM") == 3  # the kill among them: it must reach whoever had the text


@pytest.mark.room
@pytest.mark.django_db
def test_a_long_list_goes_on_by_address(anonymous: Any, house: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.faces.terminal.latest.LINES", 2)
    made = [press.out(press.story(slug=f"n{n}", headline=f"Number {n} opens")) for n in range(5)]
    seen: list[str] = []
    query = "?country="
    while query:
        page = anonymous.get(f"/terminal/en/{query}")
        seen += lines(page)
        older = press.parsed(page.content).xpath("//a[@rel='next']/@href")
        query = older[0].partition("/terminal/en/")[2] if older else ""
    assert len(seen) == len(made)
    assert [line.split("Number ")[1][0] for line in seen] == ["4", "3", "2", "1", "0"]


@pytest.mark.room
@pytest.mark.django_db
def test_mistakes_are_answered(anonymous: Any) -> None:
    assert anonymous.get("/terminal/en/?country=Utopia").status_code == 400
    assert anonymous.get("/terminal/en/?before=nonsense").status_code == 404
    assert anonymous.get("/terminal/nl/").status_code == 404
    assert anonymous.post("/terminal/en/").status_code in {403, 405}
    empty = anonymous.get("/terminal/en/?keyword=%3Cscript%3E")
    assert b"<script>:" not in empty.content and b"Nothing that fits has come yet" in empty.content


@pytest.mark.room
@pytest.mark.django_db
def test_scripts_are_told_addresses_and_words(anonymous: Any) -> None:
    page = anonymous.get("/terminal/ar/?country=sg&keyword=%3C/script%3E")
    told = json.loads(press.parsed(page.content).xpath("//script[@id='terminal-config']/text()")[0])
    assert told["streams"] == ["http://127.0.0.1:8081/stream", "/stream"]
    assert told["query"] == "country=SG&keyword=%3C%2Fscript%3E"
    used = {key for path in LOOK.glob("*.js") for key in _keys(path.read_text(encoding="utf-8"))}
    assert used <= set(told["words"]), used - set(told["words"])
    assert "script-src 'self';" in page["Content-Security-Policy"]


def _keys(text: str) -> set[str]:
    return set(re.findall(r'words\("([a-z.-]+)"', text)) | set(
        re.findall(r'(?<!\.)\badd\("([a-z.-]+)"', text)
    )


@pytest.mark.room
@pytest.mark.django_db
def test_headlines_the_stream_did_not_bring(anonymous: Any, releases: dict[str, str]) -> None:
    def ask(query: str) -> Any:
        return anonymous.get(f"/terminal/headlines/?{query}").json()

    both = f"release={releases['plain']},{releases['killed']},nonesuch"
    assert set(ask(both)) == {releases["plain"]}  # of a killed one not a word
    assert ask(both)[releases["plain"]]["language"] == "en"
    assert ask(f"language=ja&{both}")[releases["plain"]]["headline"] == press.TEXTS["ja"][0]
    assert ask(f"language=ko&{both}") == {}
    assert anonymous.get("/terminal/headlines/?language=%00&release=x").status_code == 400
    assert ask("") == {}


@pytest.mark.room
@pytest.mark.django_db
def test_the_servers_clock(anonymous: Any) -> None:
    answer = anonymous.get("/terminal/now/")
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["now"] > 1_700_000_000_000


@pytest.mark.room
@pytest.mark.django_db
def test_the_list_asks_the_database_the_same_few_questions_whatever_its_length(
    anonymous: Any, house: None, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        press.out(press.story(slug=f"n{number}"), press.story("ar"))
    anonymous.get("/terminal/en/")
    with django_assert_max_num_queries(12):
        anonymous.get("/terminal/en/")
