"""What stands on the site after each version: one post, labelled, kept up to date, found again (I5)."""

from collections.abc import Iterator

import pytest

from dateline.channels.tests.builders import edition
from dateline.channels.wordpress.tests.posting import (
    PICTURE,
    PNG,
    corrected,
    killed,
    one,
    release,
    sent,
    task,
    withdrawn,
)
from dateline.core.languages import Language
from dateline.core.words import Contact, Translation
from dateline.testing.wordpress_site import SiteOptions, SiteRule, WordpressSite

pytestmark = pytest.mark.wire


@pytest.fixture
def site() -> Iterator[WordpressSite]:
    with WordpressSite() as made:
        yield made


def only(site: WordpressSite) -> dict[str, object]:
    """The one post there is."""
    (post,) = site.posts.values()
    return post


def test_a_release_becomes_one_published_post(site: WordpressSite) -> None:
    receipt = one(release(disclaimer="Acme alone answers for this."), site)
    post = only(site)
    assert (receipt.outcome, receipt.code) == ("accepted", 201)
    assert receipt.published_url == f"{site.url}/acme-opens-k7m2x9qd4w-en/"
    assert (post["status"], post["title"]) == ("publish", "Acme opens a plant")
    text = str(post["content"])
    assert text.startswith("<!-- wp:html -->") and text.rstrip().endswith("<!-- /wp:html -->")
    assert "<h1" not in text, "the title is the post's own"
    assert text.index("Paid content") < text.index("Acme opened a plant today")
    assert text.index("Acme opened a plant today") < text.index("Acme alone answers for this.")
    assert 'href="https://wire.example/en/acme-opens-k7m2x9qd4w/"' in text, "the wire's own page is named"
    assert "SHA-256" in text, "I8"


def test_its_picture_is_uploaded_once_with_its_words(site: WordpressSite) -> None:
    one(release(), site)
    (item,) = site.media.values()
    assert (item["data"], item["mime_type"]) == (PNG, "image/png")
    assert (item["alt_text"], item["caption"]) == ("The plant at night", "Opening day (Kari Nordmann)")
    post = only(site)
    assert post["featured_media"] == item["id"]
    assert f'src="{item["source_url"]}"' in str(post["content"])
    assert f"wp-image-{item['id']}" in str(post["content"])
    one(release(slug="other", release="zzz2x9qd4w"), site)
    assert len(site.posts) == 2 and len(site.media) == 1, "the same bytes are found again by their hash"


def test_labels_of_a_machine_translation_from_a_third_party_stand_above_the_text(site: WordpressSite) -> None:
    made = release(
        language=Language("ko"),
        origin="third-party",
        provider="Acme News",
        labels=("paid", "third-party", "state-affiliated"),
        translation=Translation("machine", "marian"),
    )
    one(made, site)
    text = str(only(site)["content"])
    top = text[: text.index('class="body"')]
    for label in ("paid", "third-party", "state-affiliated"):
        assert f'data-label="{label}"' in top
    assert 'class="translation"' in top and "Acme News" in top
    assert 'lang="ko"' in text and "https://wire.example/en/" in text, "the original is linked"


def test_a_draft_is_the_default_and_has_no_public_address(site: WordpressSite) -> None:
    receipt = one(release(), site, path="")
    assert receipt.outcome == "accepted" and receipt.published_url == ""
    assert only(site)["status"] == "draft" and "(draft)" in receipt.text


def test_the_same_version_again_writes_nothing(site: WordpressSite) -> None:
    """I5: a repeat after a crash finds the post."""
    for path in ("", "publish"):
        one(release(), site, path=path)
        before = len(site.diary)
        receipt = one(release(), site, path=path)
        assert receipt.outcome == "accepted" and "had it already" in receipt.text
        assert {method for method, _, _ in site.diary[before:]} == {"GET"}
        assert len(site.posts) == 1


@pytest.mark.parametrize("kind", ["hang", "reset"])
def test_made_and_never_answered_is_lost_and_the_repeat_makes_no_second_post(kind: str) -> None:
    from dateline.channels.http_requests import Patience

    with WordpressSite(rules=[SiteRule(kind, "POST", "/wp/v2/posts", times=1)]) as site:
        receipt = one(release(), site, patience=Patience(2.0, 1.0))
        assert receipt.outcome == "lost" and "sent" in receipt.text
        assert len(site.posts) == 1
        assert one(release(), site).outcome == "accepted"
        assert len(site.posts) == 1


def test_a_post_is_known_by_its_mark_when_the_editor_changed_its_address(site: WordpressSite) -> None:
    one(release(), site)
    only(site)["slug"] = "our-own-words"
    receipt = one(corrected(), site)
    assert receipt.outcome == "accepted" and "updated" in receipt.text
    assert only(site)["slug"] == "our-own-words"
    assert "yesterday" in str(only(site)["content"])


def test_a_correction_updates_the_same_post_and_says_so(site: WordpressSite) -> None:
    one(release(), site)
    only(site)["categories"] = [7]
    receipt = one(corrected(), site)
    post, text = only(site), str(only(site)["content"])
    assert receipt.published_url == f"{site.url}/acme-opens-k7m2x9qd4w-en/"
    assert "Correction" in text and "The day was wrong." in text and "today" not in text
    assert text.index("The day was wrong.") < text.index('class="body"')
    assert post["title"] == "Acme opens a plant"
    assert post["categories"] == [7], "what the editor chose stays"


def test_a_correction_leaves_the_status_to_the_editor(site: WordpressSite) -> None:
    one(release(), site, path="draft")
    only(site)["status"] = "publish"
    one(corrected(), site, path="draft")
    assert only(site)["status"] == "publish"
    only(site)["status"] = "trash"
    receipt = one(corrected(version=3, reason="Again."), site)
    assert receipt.outcome == "accepted" and "trash" in receipt.text
    assert len(site.posts) == 1 and "Again." not in str(only(site)["content"])


def test_an_older_version_never_overwrites_a_newer_one(site: WordpressSite) -> None:
    """I7."""
    one(corrected(), site)
    receipt = one(release(), site)
    assert receipt.outcome == "accepted" and "has version 2 already" in receipt.text
    assert "yesterday" in str(only(site)["content"])


def test_a_correction_of_what_the_site_never_got_makes_the_post(site: WordpressSite) -> None:
    one(corrected(), site)
    assert "The day was wrong." in str(only(site)["content"])


@pytest.mark.parametrize(
    ("path", "trash", "status", "says"),
    [
        ("publish", True, "draft", "set to draft"),
        ("status=publish&kill=trash", True, "trash", "put into the trash"),
        ("status=publish&kill=trash", False, "draft", "keeps no trash"),
    ],
)
def test_a_kill_empties_the_post_and_takes_it_off_the_site(
    path: str, trash: bool, status: str, says: str
) -> None:
    with WordpressSite(SiteOptions(trash=trash)) as site:
        one(release(), site, path=path)
        receipt = one(killed(), site, path=path)
        post = only(site)
        assert (receipt.outcome, receipt.published_url) == ("accepted", "")
        assert says in receipt.text
        assert post["status"] == status
        text = str(post["content"])
        assert "opened a plant" not in text and "press@acme.example" not in text
        assert "This release has been killed." in text and "Not true." in text
        assert post["excerpt"] == "" and post["featured_media"] == 0
        again = one(killed(), site, path=path)
        assert again.outcome == "accepted" and len(site.posts) == 1


def test_a_kill_that_was_cut_before_the_trash_is_finished_by_its_repeat() -> None:
    with WordpressSite(rules=[SiteRule("503", "DELETE", times=1, before=True)]) as site:
        path = "status=publish&kill=trash"
        one(release(), site, path=path)
        assert one(killed(), site, path=path).outcome == "deferred"
        assert only(site)["status"] == "draft", "the text is off the site already"
        assert one(killed(), site, path=path).outcome == "accepted"
        assert only(site)["status"] == "trash"


def test_a_kill_reaches_into_the_trash_and_makes_no_post(site: WordpressSite) -> None:
    receipt = one(killed(), site)
    assert receipt.outcome == "accepted" and "nothing to take back" in receipt.text and not site.posts
    one(release(), site)
    only(site)["status"] = "trash"
    only(site)["slug"] = f"{only(site)['slug']}__trashed"
    one(killed(), site)
    assert only(site)["status"] == "trash" and "opened a plant" not in str(only(site)["content"])


def test_a_withdrawal_marks_the_post_and_keeps_its_text(site: WordpressSite) -> None:
    one(release(), site)
    for _ in range(2):
        receipt = one(withdrawn(), site)
        assert receipt.outcome == "accepted"
        text = str(only(site)["content"])
        assert only(site)["status"] == "publish"
        assert only(site)["title"] == "WITHDRAWN: Acme opens a plant"
        assert text.count("By the issuer.") == 1
        assert text.index("Withdrawn") < text.index("opened a plant today")
    assert "had it already" in receipt.text


def test_sectors_become_categories_and_tags_where_the_site_has_them() -> None:
    options = SiteOptions(categories={"science-technology": 4, "13000000": 5, "sport": 6}, tags={"x": 9})
    with WordpressSite(options) as site:
        one(release(), site)
        assert 5 in only(site)["categories"]  # type: ignore[operator]
        assert 6 not in only(site)["categories"] and only(site)["tags"] == []  # type: ignore[operator]
    with WordpressSite() as site:
        one(release(), site)
        assert only(site)["categories"] == [1], "the site's own default"


@pytest.mark.parametrize(
    ("language", "code"), [("ko", "ko"), ("pt-BR", "br"), ("zh-Hans", "zh"), ("de", "en")]
)
def test_the_language_goes_where_the_site_offers_one(language: str, code: str) -> None:
    offered = [("en", "en_GB"), ("ko", "ko_KR"), ("br", "pt_BR"), ("zh", "zh_CN")]
    with WordpressSite(SiteOptions(languages=offered)) as site:
        receipt = one(edition(language), site)
        assert only(site)["lang"] == code
        assert ("no language de" in receipt.text) == (language == "de")
        assert one(edition(language), site).outcome == "accepted" and len(site.posts) == 1
        two = edition("en" if language != "en" else "ko")
        one(two, site)
        assert len(site.posts) == 2, "one post for each language"


def test_meta_goes_only_into_keys_the_site_has_registered() -> None:
    with WordpressSite(SiteOptions(meta=["dateline_url", "_yoast_wpseo_canonical"])) as site:
        one(release(), site)
        url = "https://wire.example/en/acme-opens-k7m2x9qd4w/"
        assert only(site)["meta"] == {"dateline_url": url, "_yoast_wpseo_canonical": url}


@pytest.mark.parametrize(("role", "path"), [("author", "publish"), ("contributor", "draft")])
def test_lesser_roles_keep_every_mark(role: str, path: str) -> None:
    """WordPress filters what they write; what we send survives it, so that a correction finds it."""
    with WordpressSite(SiteOptions(role=role)) as site:  # type: ignore[arg-type]
        receipt = one(release(), site, path=path)
        assert receipt.outcome == "accepted"
        assert ("picture plant.png not taken" in receipt.text) == (role == "contributor")
        assert (
            f'src="https://wire.example/media/{PICTURE.sha256}"' in str(only(site)["content"]) or site.media
        )
        assert "updated" in one(corrected(), site, path=path).text


def test_an_authors_text_says_the_same_as_an_editors() -> None:
    """Isolation of names and numbers in it survives (`bdi` would not)."""
    made = release(
        language=Language("ar"),
        original_language=Language("en"),
        contacts=(Contact("Kari Nordmann", phone="+47 22 22 22 22"),),
    )
    texts = []
    for role in ("editor", "author"):
        with WordpressSite(SiteOptions(role=role)) as site:
            one(made, site)
            texts.append(str(only(site)["content"]).replace(site.url, ""))
    assert texts[0] == texts[1]
    assert '<span class="phone" dir="auto">+47 22 22 22 22</span>' in texts[0]


def test_a_picture_the_site_will_not_have_does_not_hold_back_the_text() -> None:
    with WordpressSite(SiteOptions(types=["image/gif"])) as site:
        receipt = one(release(), site)
        assert receipt.outcome == "accepted" and "not taken" in receipt.text
        assert f'src="https://wire.example/media/{PICTURE.sha256}"' in str(only(site)["content"])


def test_a_hostile_headline_stays_text(site: WordpressSite) -> None:
    one(release(headline="A <script>alert(1)</script> & B"), site)
    assert only(site)["title"] == "A &lt;script&gt;alert(1)&lt;/script&gt; &amp; B"
    assert "<script" not in str(only(site)["content"])


def test_many_versions_at_once_keep_their_order_on_one_site(site: WordpressSite) -> None:
    receipts = sent(task(1, release(), site), task(2, corrected(), site), task(3, killed(), site))
    assert [receipt.delivery for receipt in receipts.all] == [1, 2, 3]
    assert only(site)["status"] == "draft" and "Not true." in str(only(site)["content"])
