"""What the readers make of HTML, text and front matter that others wrote."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.core.errors import BadInput, NotFound
from dateline.core.languages import Language
from dateline.core.words import Block, Contact, Run, Story
from dateline.formats import front_matter, registry
from dateline.formats.addresses import clean_href
from dateline.formats.block_reading import cleaned_html, read_html
from dateline.formats.text import read_text

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        " javascript:x",
        "foo",
        "/p",
        "//host/x",
        "data:text/html,x",
        "http://",
        "https:///x",
        "vbscript:x",
        "http://a b@evil.example/",
        "https://user:pw@evil.example/",
        "mailto:",
        "mailto:a\nb",
        "http://[::1",
        "https://exa mple:99999/",
    ],
)
def test_only_absolute_harmless_addresses_survive(href: str) -> None:
    assert clean_href(href) in {"", "mailto:ab"} and not clean_href(href).startswith("javascript")


def test_addresses_come_out_in_one_form() -> None:
    assert clean_href("HTTPS://例え.jp/ä?q=ü") == "https://xn--r8jz45g.jp/%C3%A4?q=%C3%BC"
    assert clean_href(clean_href("https://a.example/(x)[y]")) == clean_href("https://a.example/(x)[y]")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = cleaned_html(text)
    assert cleaned_html(once) == once


def test_html_becomes_blocks_and_says_what_it_left_out() -> None:
    read = read_html(
        "<html lang='de'><head><title>T &amp; U</title><style>p{}</style></head><body><h1>Head</h1><p onclick=x>One <b>two</b><br>three"  # noqa: E501
        "<script>alert(1)</script></p><ul><li>a<ul><li>b</li></ul></li></ul><blockquote><p>Q</p><p>— Ana</p></blockquote>"  # noqa: E501
        "<table><tr><th>h</th></tr><tr><td>1</td></tr></table><img src='https://x.example/a.png'></body></html>"
    )
    assert read.language == "de" and read.title == "T & U"
    kinds = [block.kind for block in read.blocks]
    assert kinds == ["heading", "paragraph", "list", "quote", "table"]
    assert read.blocks[1].runs == (Run("One "), Run("two", strong=True), Run("\nthree"))
    assert read.blocks[3] == Block("quote", runs=(Run("Q"),), attribution="Ana")
    assert any("script" in note for note in read.notes) and any("onclick" in note for note in read.notes)
    assert any("image" in note for note in read.notes)


def test_deep_html_is_refused() -> None:
    """I14."""
    with pytest.raises(BadInput, match="nests"):
        read_html("<div>" * 5_000 + "x")


TEXT = """FOR IMMEDIATE RELEASE
Section: Top Story, Daily News

Harbour museum opens hall

By Ana Lima

BUSAN, Nov. 24, 2026 (Museum Wire) -- The museum opens a hall
today, with 40 rooms.

* one
* two

> We are glad.
> — Kim, director

About the Museum
The museum keeps ships.

Media Contact: Ana Lima, Press Office, press@museum.example, +82 51 555 0100

-30-
"""


def test_plain_text_is_sorted_into_parts() -> None:
    story = read_text(TEXT.replace("FOR IMMEDIATE RELEASE\n", "FOR IMMEDIATE RELEASE\n\n"), Language("en"))
    assert story.headline == "Harbour museum opens hall"
    assert story.byline == "Ana Lima"
    assert story.sections == ("Top Story", "Daily News")
    assert story.dateline is not None
    assert (story.dateline.place, story.dateline.date, story.dateline.source) == (
        "BUSAN",
        "2026-11-24",
        "Museum Wire",
    )
    assert [b.kind for b in story.blocks] == ["paragraph", "list", "quote"]
    assert story.blocks[2].attribution == "Kim, director"
    assert "keeps ships" in story.boilerplate[0].text
    assert story.contacts == (Contact("Ana Lima", "Press Office", "press@museum.example", "+82 51 555 0100"),)


def test_a_heading_about_something_amid_the_text_is_no_boilerplate() -> None:
    story = _markdown(
        "# Head\n\nSEOUL, Nov. 24, 2026 /Wire/ -- Text.\n\n## About the plan\n\nMore.\n\n## Results\n\nGood.\n\n## About Acme\n\nMakes."  # noqa: E501
    )
    assert [b.text for b in story.boilerplate] == ["About Acme", "Makes."]
    assert [b.text for b in story.blocks] == ["Text.", "About the plan", "More.", "Results", "Good."]


def test_a_disclaimer_at_the_end_is_seen() -> None:
    story = _markdown(
        "---\nheadline: H\norigin: third-party\nprovider: P\n---\nText.\n\nThis content was supplied by a third party."  # noqa: E501
    )
    assert story.disclaimer == "This content was supplied by a third party."
    assert [b.text for b in story.blocks] == ["Text."]


def _markdown(text: str) -> Story:
    return registry.codec("markdown").read(text.encode())


@pytest.mark.parametrize(
    ("head", "named"),
    [
        ("paid: maybe", "`paid`"),
        ("sectors: {a: b}", "`sectors`"),
        ("sectors: [nonsense-x]", "`sectors`"),
        ("countries: [XX]", "`countries`"),
        ("language: klingonish-", "`language`"),
        ("class: urgent", "`class`"),
        ("headline: [a]", "`headline`"),
        ("media: [{alt: x}]", "`media`"),
        ("contacts: [{fax: 1}]", "`contacts`"),
        ("slug: Bad Slug", "`slug`"),
        ("release_type: gossip", "`release_type`"),
        ("origin: me", "`origin`"),
        ("a: *b", "front matter"),
        ("a: 1\na: 2", "twice"),
        ("a: [1", "front matter"),
        ("- x", "front matter"),
    ],
)
def test_wrong_front_matter_names_its_key(head: str, named: str) -> None:
    """I14."""
    with pytest.raises(BadInput) as caught:
        _markdown(f"---\n{head}\n---\n# H\n\nText.")
    assert named in str(caught.value)


def test_norway_is_no_boolean_and_unknown_keys_warn() -> None:
    values, rest = front_matter.split("---\ncountries: [NO, KR]\ncolour: red\n---\nText")
    fields, findings = front_matter.typed(values)
    assert fields["countries"] == ("NO", "KR") and rest == "Text"
    assert [(f.code, f.severity) for f in findings] == [
        ("front-matter-unknown", "warn")
    ] and "colour" in findings[0].message


def test_deep_yaml_is_refused() -> None:
    with pytest.raises(BadInput):
        front_matter.split("---\na: " + "[" * 5_000 + "\n---\n")


def test_unknown_formats_are_named() -> None:
    with pytest.raises(NotFound, match="markdown"):
        registry.codec("telex")
