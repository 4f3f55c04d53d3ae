"""`dateline provider import` takes the list of a feed reader."""

from pathlib import Path

import pytest

from dateline.cli.tests.wire_home import WireHome

pytestmark = pytest.mark.wire
LIST = """<opml version="2.0"><head><title>Feeds</title></head><body>
<outline text="Science"><outline text="Kyoto Wire" type="rss" xmlUrl="https://kyoto.example/feed.rss"/>
<outline text="\u79d1\u5b66" language="ja" xmlUrl="https://kagaku.example/feed.atom"/></outline>
<outline text="Kyoto Wire" xmlUrl="https://kyoto.example/other.rss"/>
<outline text="Odd" language="klingonish" xmlUrl="https://odd.example/feed"/>
<outline text="No feed"/></body></opml>"""


def test_every_feed_of_a_list_is_added_once(wire: WireHome, tmp_path: Path) -> None:
    """I14: what cannot be used is named with its reason, and the others are kept."""
    file = tmp_path / "feeds.opml"
    file.write_text(LIST, encoding="utf-8")
    given = ("provider", "import", str(file), "--language", "en", "--disclaimer", "Not ours.")
    tried = wire.json(*given, "--dry-run", schema="provider_import", code=1)
    assert (tried["added"], tried["known"], tried["rejected"]) == (3, 0, 1)
    assert wire.json("provider", "list", schema="provider_list") == []
    made = wire.json(*given, schema="provider_import", code=1)
    assert [(one["name"], one["state"]) for one in made["feeds"]] == [
        ("kyoto-wire", "added"),
        ("kagaku-example", "added"),
        ("kyoto-wire-2", "added"),
        ("Odd", "rejected"),
    ]
    assert "klingonish" in made["feeds"][3]["reason"]
    again = wire.json(*given, schema="provider_import", code=1)
    assert (again["added"], again["known"], again["rejected"]) == (0, 3, 1)
    shown = wire.json("provider", "show", "kagaku-example", schema="provider_show")
    assert (shown["label"], shown["language"]) == ("\u79d1\u5b66", "ja")


def test_what_is_no_list_is_refused(wire: WireHome, tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text("<opml><body/></opml>", encoding="utf-8")
    wire.run("provider", "import", str(file), "--language", "en", code=2)
    assert "feeds.opml" in wire.last_error and "no feed" in wire.last_error
