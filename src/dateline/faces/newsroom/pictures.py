"""Pictures of public editions, by content hash; of unreleased ones nothing is known here (T4)."""

import re
from html import escape
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from dateline.channels import services as channels
from dateline.core.phrases import phrase
from dateline.core.words import Media
from dateline.formats.block_writing import caption_words
from dateline.intake.services import renditions
from dateline.wire import services as wire

_HASH = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[0-9]{1,5}\.(?:webp|jpg)")
_SIZES: Final = "(max-width: 46rem) 100vw, 46rem"
_MADE_WITH_AI: Final = {
    "trainedAlgorithmicMedia": "media.ai",
    "compositeWithTrainedAlgorithmicMedia": "media.ai-part",
}


@require_safe
def picture(request: HttpRequest, sha256: str) -> HttpResponse:
    """The bytes as they came. Their hash is the address, yet a kill takes them back: caches ask again each
    hour.
    """
    found = wire.media(sha256) if _HASH.fullmatch(sha256) else None
    if sha256 == channels.PICTURE.sha256:  # of `dateline endpoint test`, which lies in no vault
        found = (channels.PICTURE_BYTES, channels.PICTURE.media_type)
    if found is None:
        raise Http404
    body, media_type = found
    response = HttpResponse(body, content_type=media_type)
    response.headers["Cache-Control"] = "public, max-age=3600"
    if not media_type.startswith("image/") or media_type == "image/svg+xml":
        # A document could carry script: it is saved, never shown under our name.
        response.headers["Content-Disposition"] = "attachment"
    return response


@require_safe
def rendition(request: HttpRequest, sha256: str, name: str) -> HttpResponse:
    """A smaller form; the original where there is none (yet)."""
    if not _HASH.fullmatch(sha256) or not _NAME.fullmatch(name) or wire.media_type(sha256) is None:
        raise Http404
    found = wire.rendition(sha256, name)
    if found is None:
        response: HttpResponse = HttpResponseRedirect(f"/media/{sha256}")
        response.headers["Cache-Control"] = "no-store"
        return response
    body, media_type = found
    response = HttpResponse(body, content_type=media_type)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def picture_html(media: Media, address: str, language: str) -> str:
    """A figure for pages: sized forms for browsers, the original for download, and what it says of itself."""
    widths = [width for width in renditions.WIDTHS if width <= media.width]
    size = f' width="{media.width}" height="{media.height}"' if media.width and media.height else ""
    image = f'<img src="{escape(address)}" alt="{escape(media.alt)}"{size} loading="lazy">'
    if widths:
        sources = "".join(
            f'<source type="{kind}" srcset="{_srcset(address, widths, ending)}" sizes="{_SIZES}">'
            for kind, ending in (("image/webp", "webp"), ("image/jpeg", "jpg"))
        )
        image = f"<picture>{sources}{image}</picture>"
    caption = f"<figcaption>{_caption(media, address, language)}</figcaption>"
    return f'<figure class="image" data-media="{escape(media.name)}">{image}{caption}</figure>'


def _srcset(address: str, widths: list[int], ending: str) -> str:
    return ", ".join(f"{escape(address)}/{width}.{ending} {width}w" for width in widths)


def _caption(media: Media, address: str, language: str) -> str:
    parts = [escape(caption_words(media))] if caption_words(media) else []
    if media.source in _MADE_WITH_AI:
        words = phrase(_MADE_WITH_AI[media.source], language)
        parts.append(f'<span class="label" data-source="{escape(media.source)}">{escape(words)}</span>')
    if media.credentials:
        words = phrase("media.credentials", language)
        parts.append(f'<span class="label" data-credentials="c2pa">{escape(words)}</span>')
    words = escape(phrase("media.original", language))
    parts.append(f'<a class="original" href="{escape(address)}" download>{words}</a>')
    return " ".join(parts)
