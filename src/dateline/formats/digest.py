"""The digest: one mail that lists releases, each in its own language with its labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from dateline.core.clock import Instant
from dateline.core.languages import direction
from dateline.core.phrases import phrase
from dateline.core.words import Edition, edition_sha256
from dateline.formats import wording
from dateline.formats.facts import edition_url
from dateline.formats.house_mail import house_document
from dateline.formats.text_width import wrapped

_MOST_SUMMARY: Final = 300  # characters: a digest is read on a phone, and the whole text is one link away


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One release as a digest lists it. `labels` are whole sentences in the item's language."""

    language: str
    headline: str
    issuer: str
    summary: str
    url: str
    labels: tuple[str, ...]
    disclaimer: str
    sha256: str


def digest_item(edition: Edition, base_url: str) -> DigestItem:
    """What a digest tells of an edition: correction, origin and translation stand above the headline."""
    lang = edition.language
    labels = []
    if notice := wording.notice(edition.type, lang):
        labels.append(f"{notice}: {edition.reason}" if edition.reason else notice)
    labels += [wording.label(label, lang, edition.provider) for label in edition.labels]
    if edition.translation is not None:
        labels.append(wording.translation(edition.translation, lang))
    if edition.on_behalf_of:
        labels.append(wording.on_behalf_of(edition.on_behalf_of, lang))
    if edition.restrict:
        labels.append(wording.restriction(edition.restrict, lang))
    return DigestItem(
        language=lang,
        headline=wording.plain_line(edition.headline),
        issuer=wording.plain_line(edition.issuer.name),
        summary=_short(wording.plain_line(edition.summary)),
        url=edition_url(edition, base_url),
        labels=tuple(map(wording.plain_line, labels)),
        disclaimer=wording.plain_line(edition.disclaimer),
        sha256=edition_sha256(edition),
    )


def _short(text: str) -> str:
    if len(text) <= _MOST_SUMMARY:
        return text
    cut = text[: _MOST_SUMMARY - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[-40:] else cut).rstrip(" ,;:") + "…"


def digest_document(
    items: Sequence[DigestItem], *, key: str, language: str, wire: str, at: Instant
) -> dict[str, Any]:
    """JSON values of the `mail` document; `key` is the same for the same hour, `language` the reader's."""
    title = phrase("digest.title", language, wire=wire)
    disclaimers = list(dict.fromkeys(item.disclaimer for item in items if item.disclaimer))
    return house_document(
        kind="digest",
        key=key,
        language=language,
        subject=phrase("digest.subject", language, wire=wire, count=len(items)),
        from_name=wire,
        at=at,
        text="\n\n".join([wrapped(title), *map(_text, items), *map(wrapped, disclaimers)]) + "\n",
        html="\n".join(
            [
                f'<h1 style="font-size:22px;line-height:1.3;margin:8px 0 16px">{escape(title)}</h1>',
                *(_html(item) for item in items),
                *(
                    f'<p style="margin:16px 0 0;font-size:13px;color:#555">{escape(words)}</p>'
                    for words in disclaimers
                ),
            ]
        ),
        footer={
            "why": phrase("mail.why", language, reason="{why}"),
            "source": phrase("mail.source", language, source="{source}"),
            **{name: phrase(f"mail.{name}", language) for name in ("fewer", "pause", "stop")},
        },
    )


def _text(item: DigestItem) -> str:
    lines = [f"[{label}]" for label in item.labels]
    lines += [item.headline, item.issuer, item.summary]
    return "\n".join([*(wrapped(line) for line in lines if line), item.url])


def _html(item: DigestItem) -> str:
    labels = "".join(
        f'<p style="margin:0 0 4px;font-size:13px;color:#555">{escape(label)}</p>' for label in item.labels
    )
    return (
        f'<div lang="{escape(item.language)}" dir="{direction(item.language)}"'
        ' style="margin:0 0 20px;padding:12px 0 0;border-top:1px solid #c8c8c8">'
        f'{labels}<h2 style="font-size:18px;line-height:1.35;margin:0 0 4px">'
        f'<a style="color:#0b4a8f" href="{escape(item.url)}">{escape(item.headline)}</a></h2>'
        f'<p style="margin:0 0 6px;font-size:14px;color:#555">{escape(item.issuer)}</p>'
        f'<p style="margin:0">{escape(item.summary)}</p></div>'
    )
