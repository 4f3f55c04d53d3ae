"""Writes WordPress exports (WXR) of invented sites, as `Tools > Export` gives them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

SITE = "https://old.harbour.example"
_HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- This is a WordPress eXtended RSS file -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/{version}/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/{version}/">
<channel>
 <title>Harbour news</title>
 <link>{site}</link>
 <language>{language}</language>
 <wp:wxr_version>{version}</wp:wxr_version>
 <wp:base_site_url>{site}</wp:base_site_url>
 <wp:base_blog_url>{site}</wp:base_blog_url>
 <wp:author><wp:author_login>ana</wp:author_login>
  <wp:author_display_name><![CDATA[Ana Ruiz]]></wp:author_display_name></wp:author>
"""
_TERM = """ <wp:term><wp:term_id>9</wp:term_id><wp:term_taxonomy>language</wp:term_taxonomy>
  <wp:term_slug>{slug}</wp:term_slug><wp:term_name><![CDATA[{slug}]]></wp:term_name>
  <wp:term_description><![CDATA[a:3:{{s:6:"locale";s:5:"{locale}";s:3:"rtl";i:0;}}]]></wp:term_description>
 </wp:term>
"""
TEXT = {
    "en": "<p>The harbour museum opens its new hall next week and expects many visitors from the whole "
    "region. The director said that the building was finished within the budget.</p>",
    "de": "<p>Das Hafenmuseum öffnet nächste Woche seine neue Halle und erwartet viele Gäste aus der ganzen "
    "Region. Die Direktorin sagte, dass der Bau im Rahmen des Budgets fertig wurde.</p>",
    "fr": "<p>Le musée du port ouvre sa nouvelle salle la semaine prochaine et attend de nombreux visiteurs "
    "de toute la région. La directrice a dit que le bâtiment a été achevé dans les limites du budget.</p>",
}


@dataclass(frozen=True)
class WpPost:
    """One item. `terms`: (taxonomy, nicename, name)."""

    id: int
    title: str = "Harbour museum opens its new hall"
    content: str = TEXT["en"]
    status: str = "publish"
    type: str = "post"
    name: str = ""
    link: str = ""
    creator: str = "ana"
    excerpt: str = ""
    date_gmt: str = "2019-05-06 07:08:09"
    published: str = ""
    parent: int = 0
    password: str = ""
    attachment_url: str = ""
    terms: Sequence[tuple[str, str, str]] = ()
    meta: Mapping[str, str] = field(default_factory=dict)


def attachment(number: int, file: str, *, parent: int = 0, alt: str = "", caption: str = "") -> WpPost:
    """A file of the media library by its path below `wp-content/uploads`."""
    return WpPost(
        number,
        title=file,
        content="",
        status="inherit",
        type="attachment",
        link=f"{SITE}/attachment-{number}/",
        excerpt=caption,
        parent=parent,
        attachment_url=f"{SITE}/wp-content/uploads/{file}",
        meta={"_wp_attachment_image_alt": alt} if alt else {},
    )


def export(
    *posts: WpPost,
    version: str = "1.2",
    language: str = "en-US",
    locales: Mapping[str, str] | None = None,
    site: str = SITE,
) -> bytes:
    """The whole file. `locales`: nicename -> locale of Polylang's languages."""
    head = _HEAD.format(version=version, language=language, site=site)
    terms = "".join(_TERM.format(slug=slug, locale=locale) for slug, locale in (locales or {}).items())
    return (head + terms + "".join(item(post, site) for post in posts) + "</channel>\n</rss>\n").encode()


def item(post: WpPost, site: str = SITE) -> str:
    """One `<item>`."""
    link = post.link or f"{site}/2019/05/{post.name or f'post-{post.id}'}/"
    parts = [
        f"<title>{_cdata(post.title)}</title>",
        f"<link>{escape(link)}</link>",
        f"<pubDate>{post.published}</pubDate>",
        f"<dc:creator>{_cdata(post.creator)}</dc:creator>",
        f'<guid isPermaLink="false">{escape(f"{site}/?p={post.id}")}</guid>',
        "<description></description>",
        f"<content:encoded>{_cdata(post.content)}</content:encoded>",
        f"<excerpt:encoded>{_cdata(post.excerpt)}</excerpt:encoded>",
        f"<wp:post_id>{post.id}</wp:post_id>",
        f"<wp:post_date>{post.date_gmt}</wp:post_date>",
        f"<wp:post_date_gmt>{post.date_gmt}</wp:post_date_gmt>",
        f"<wp:post_name>{_cdata(post.name)}</wp:post_name>",
        f"<wp:status>{post.status}</wp:status>",
        f"<wp:post_parent>{post.parent}</wp:post_parent>",
        f"<wp:post_type>{post.type}</wp:post_type>",
        f"<wp:post_password>{_cdata(post.password)}</wp:post_password>",
    ]
    if post.attachment_url:
        parts.append(f"<wp:attachment_url>{_cdata(post.attachment_url)}</wp:attachment_url>")
    parts += [
        f'<category domain="{kind}" nicename="{escape(nicename)}">{_cdata(name)}</category>'
        for kind, nicename, name in post.terms
    ]
    parts += [
        f"<wp:postmeta><wp:meta_key>{_cdata(key)}</wp:meta_key>"
        f"<wp:meta_value>{_cdata(value)}</wp:meta_value></wp:postmeta>"
        for key, value in post.meta.items()
    ]
    return " <item>\n  " + "\n  ".join(parts) + "\n </item>\n"


def polylang(language: str, group: str) -> tuple[tuple[str, str, str], ...]:
    """The terms by which Polylang marks a post."""
    return (("language", language, language), ("post_translations", group, group))


def wpml(language: str, group: str, source: str = "") -> dict[str, str]:
    """The meta values by which WPML marks a post."""
    return {
        "_wpml_import_language_code": language,
        "_wpml_import_source_language_code": source,
        "_wpml_import_translation_group": group,
    }


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
