"""The pure parts of the page's scripts, run by the browser that runs them in life, without a wire."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from dateline.faces.terminal.views import MODULES

pytestmark = pytest.mark.face
LOOK = Path(__file__).parents[2] / "look" / "terminal"
Run = Callable[..., Any]


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = {".js": "text/javascript", ".html": "text/html"}

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def run(chromium: Browser) -> Iterator[Run]:
    """`run("csv", "m.watchlistOf(a)", text)`: the value of an expression over a module and an argument."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(LOOK)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")

    def value(module: str, expression: str, argument: Any = None) -> Any:
        return page.evaluate(
            f"async (a) => {{ const m = await import('/{module}.js'); return {expression}; }}", argument
        )

    yield value
    page.close()
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_page_asks_for_every_script_at_once() -> None:
    assert set(MODULES) == {path.stem for path in LOOK.glob("*.js")}


# --- the watchlist ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("isin", "good"),
    [
        ("US0378331005", True),
        ("AU0000XVGZA3", True),
        ("GB0002634946", True),
        ("US0378331006", False),
        ("us0378331005", False),
        ("US037833100", False),
        ("", False),
    ],
)
def test_isins_by_their_check_digit(run: Run, isin: str, good: bool) -> None:
    assert run("isin", "m.isIsin(a)", isin) is good


@pytest.mark.parametrize(
    ("text", "values", "faults"),
    [
        ("AAPL\nSGX:HMU\n", ["AAPL", "SGX:HMU"], []),
        ("\ufeffTicker,Name\r\naapl,Apple\r\n", ["AAPL"], []),
        ("isin;ticker\nUS0378331005;AAPL\n", ["US0378331005", "AAPL"], []),
        ("isin\tname\nUS0378331005\tx\n", ["US0378331005"], []),
        ('ticker,name\n"BRK.B","a, ""b""\nc"\nMSFT,d\n', ["BRK.B", "MSFT"], []),
        ("\n\nAAPL\nUS0378331006\nno ticker\n", ["AAPL"], [(4, "isin"), (5, "ticker")]),
        ('ticker\nAAPL\n"MSFT\n', ["AAPL"], [(3, "quote")]),
        ("AAPL\nAAPL\n", ["AAPL"], []),
        ("", [], []),
        ("ticker\n" * 20_001, [], [(0, "large")]),
    ],
)
def test_a_watchlist_file(run: Run, text: str, values: list[str], faults: list[tuple[int, str]]) -> None:
    """I14: the good lines are kept, each bad one is named by its line."""
    found = run("csv", "m.watchlistOf(a)", text)
    assert found["values"] == values
    assert [(fault["line"], fault["kind"]) for fault in found["faults"]] == faults


# --- words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "text", "hit"),
    [
        ("AI", "She said so", False),
        ("AI", "Rules for AI, at last", True),
        ("ferry", "Ferries", False),
        ("ferr*", "Two ferries", True),
        ("C++ (new)", "On c++ (NEW) today", True),
        ("profit warning", "Profit  warning", True),
        ("überfall", "ÜBERFALL!", True),
        ("банк", "Банкир", False),
        ("電池", "新電池工場", True),
        ("삼성", "삼성전자는", True),
        ("طاقة", "والطاقة", True),
        ("*", "anything", False),
        ("ＡＢＣ", "abc", True),
    ],
)
def test_alert_words(run: Run, word: str, text: str, hit: bool) -> None:
    assert run("match", "m.alertTest(a[0])(m.fold(a[1]))", [word, text]) is hit


# --- the stream ---------------------------------------------------------------------------------------------


FRAMES = """(() => {
  const reader = new m.Reader();
  return [a.flatMap((piece) => reader.feed(piece)), reader.lastId, reader.retryMs];
})()"""


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_frames_however_they_are_cut(run: Run, size: int) -> None:
    text = (
        ": hello\n\nretry: 2000\n\nid: a\n\nid: b\r\ndata: one\r\n\r\n"
        "event: reset\ndata: {}\n\ndata: two\ndata:three\r\r: beat\n\nid: c\n\ndata: cut off"
    )
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    found = run("sse", FRAMES, pieces)
    assert found == [
        [
            {"id": "b", "event": "message", "data": "one"},
            {"id": "b", "event": "reset", "data": "{}"},
            {"id": "b", "event": "message", "data": "two\nthree"},
        ],
        "c",
        2000,
    ]


def event(**changes: Any) -> dict[str, Any]:
    """A wire event with what rows look at."""
    return {
        "id": "evt_1", "type": "released", "release": "r1", "version": 1, "language": "en",
        "languages": ["en", "ja"], "original_language": "en", "headline": "One", "summary": "",
        "at": "2026-11-24T00:00:00.012Z", "reason": None, "issuer": {"slug": "a", "name": "A"},
        "tickers": ["TSE:MNTX"], "isins": [], "labels": [],
    } | changes  # fmt: skip


FOLDED = """(() => {
  const s = new m.Store({ most: 10, strict: a.strict ?? false, languages: a.languages ?? null });
  const kinds = a.events.map((e) => s.take(e)?.kind ?? null);
  const wanted = a.wanted ?? ["en"];
  const line = (r) => [r.release, r.state, r.version, [...r.editions.values()].map((e) => e.headline),
    m.edition(r, wanted)?.headline ?? null, m.notice(r, wanted).text];
  return { kinds, rows: s.rows.map(line) };
})()"""


def folded(run: Run, *events: dict[str, Any], **options: Any) -> Any:
    return run("store", FOLDED, {"events": list(events), **options})


def test_events_of_a_release_fold_into_one_row(run: Run) -> None:
    found = folded(
        run,
        event(),
        event(id="evt_2", language="ja", headline="一"),
        event(id="evt_2", language="ja", headline="一"),
        event(id="evt_3", release="r2", headline="Two"),
        event(id="evt_4", type="corrected", version=2, headline="One, corrected", reason="A figure."),
        wanted=["ja"],
    )
    assert found["kinds"] == ["added", "changed", None, "added", "changed"]
    assert found["rows"][0] == ["r1", "corrected", 2, ["One, corrected", "一"], "一", "A figure."]
    assert [line[0] for line in found["rows"]] == ["r1", "r2"]


def test_a_kill_takes_every_word_and_nothing_late_brings_one_back(run: Run) -> None:
    """I7."""
    found = folded(
        run,
        event(),
        event(id="evt_2", language="ja", headline="一"),
        event(id="evt_3", type="killed", version=2, headline="One", summary="One", reason="Error."),
        event(id="evt_4", type="edition-added", language="ko", headline="하나"),
        event(id="evt_5", type="corrected", version=2, headline="One again"),
    )
    assert found["kinds"][-2:] == [None, None]
    assert found["rows"] == [["r1", "killed", 2, [], None, "Error."]]


def test_an_old_version_does_not_overtake_a_new_one(run: Run) -> None:
    found = folded(run, event(version=2, headline="New"), event(id="evt_0", headline="Old"))
    assert found["rows"] == [["r1", "released", 2, ["New"], "New", ""]]


def test_a_withdrawn_text_stays_and_is_marked(run: Run) -> None:
    found = folded(
        run, event(), event(id="evt_2", type="withdrawn", version=2, summary="", reason="They asked.")
    )
    assert found["rows"] == [["r1", "withdrawn", 2, ["One"], "One", "They asked."]]


def test_of_fifteen_languages_only_those_that_may_be_shown_are_kept(run: Run) -> None:
    tongues = ("ko", "en", "de", "ja", "th")
    events = [event(id=f"evt_{tag}", language=tag, headline=tag, languages=list(tongues)) for tag in tongues]
    found = folded(run, *events, languages=["ja"], wanted=["ja"])
    assert found["rows"] == [["r1", "released", 1, ["ko", "en", "ja"], "ja", ""]]  # en is the original


def test_rows_are_bounded_and_strange_notices_are_left_out_under_a_filter_on_words(run: Run) -> None:
    many = [event(id=f"evt_{n}", release=f"r{n}") for n in range(25)]
    assert [line[0] for line in folded(run, *many)["rows"]] == [f"r{n}" for n in range(15, 25)]
    assert folded(run, event(type="killed", reason="x"), strict=True)["rows"] == []
    assert folded(run, event(type="killed", reason="x"))["rows"] == [["r1", "killed", 1, [], None, "x"]]


# --- the list -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("top", "count", "span"),
    [(0, 0, [0, 0]), (0, 3, [0, 3]), (0, 10_000, [0, 38]), (2800, 10_000, [92, 138]), (9e9, 50, [50, 50])],
)
def test_only_rows_in_sight_are_drawn(run: Run, top: float, count: int, span: list[int]) -> None:
    question = {"top": top, "height": 840, "row": 28, "count": count}
    assert run("window", "m.windowOf(a)", question) == span


def test_a_row_is_found_by_its_order(run: Run) -> None:
    rows = [{"order": n} for n in (1, 5, 9)]
    assert run("window", "[1, 4, 5, 9, 12].map((o) => m.placeOf(a, o))", rows) == [0, 1, 1, 2, 3]


# --- the clock ----------------------------------------------------------------------------------------------


def test_the_shortest_way_tells_the_clock(run: Run) -> None:
    samples = [
        {"sent": 1000, "server": 5000, "got": 1400},
        {"sent": 2000, "server": 2510, "got": 2020},
        {"sent": 3000, "server": 9000, "got": 3090},
    ]
    assert run("clock", "m.estimate(a)", samples) == {"offset": -500, "error": 10}
    assert run("clock", "[m.median([3, 1, 2]), m.median([])]") == [2, None]
