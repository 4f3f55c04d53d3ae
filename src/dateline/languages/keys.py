"""The name of a result: everything that could change it, hashed. Pure."""

import unicodedata
from collections.abc import Sequence

from dateline.core.words import canonical_bytes, sha256_hex
from dateline.languages.masking import words_only
from dateline.languages.translator import Segment, Term, TranslationRequest


def matched(terms: Sequence[Term], text: str) -> tuple[Term, ...]:
    """The terms that occur in `text`, whatever the letters' case; a change of others changes nothing here.
    Of several for the same words the first counts: an engine is not told two things.
    """
    low = words_only(text).casefold()
    found: dict[str, Term] = {}
    for term in terms:
        name = term.source.casefold()
        if name in low:
            found.setdefault(name, term)
    return tuple(found.values())


def source_hash(segment: Segment) -> str:
    """Of the text with its slots, as memory and desk compare them: what the slots hold does not count."""
    return sha256_hex(
        canonical_bytes([unicodedata.normalize("NFC", segment.text), [s.kind for s in segment.slots]])
    )


def neighbours_hash(before: Segment | None, after: Segment | None) -> str:
    """Of the segments around one: the same words mean the same only there."""
    return sha256_hex(canonical_bytes([s and unicodedata.normalize("NFC", s.text) for s in (before, after)]))


def result_key(
    segment: Segment,
    request: TranslationRequest,
    *,
    engine: str,
    model: str,
    revision: str,
    options: object,
    context: bool,
) -> str:
    """SHA-256 over canonical JSON of all that decides the result of one segment, after the beginning of its
    source's hash, by which the segment is found again.
    """
    decides = sha256_hex(
        canonical_bytes(
            {
                "text": unicodedata.normalize("NFC", segment.text),
                "slots": [[s.id, s.kind] for s in segment.slots],
                "source": request.source,
                "target": request.target,
                "role": segment.role,
                "formality": request.formality,
                "style": request.style,
                "terms": [[t.source, t.target, t.keep] for t in matched(request.terms, segment.text)],
                "context": sha256_hex(request.context.encode()) if context else "",
                "engine": engine,
                "model": model,
                "revision": revision,
                "options": options,
            }
        )
    )
    return f"{beginning(segment)}.{decides}"


def beginning(segment: Segment) -> str:
    """How the keys of all results of this text begin."""
    return source_hash(segment)[:16]
