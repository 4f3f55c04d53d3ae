"""Turns a targeting into a manifest: rows for push, counts for pull and desktops, one hash."""

import json
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from dateline.audience import statements
from dateline.audience.rules import PULL, Matcher, Profile, Targeting
from dateline.core.clock import Clock, SystemClock
from dateline.core.countries import Country
from dateline.core.ids import RecipientId
from dateline.core.languages import Language
from dateline.core.words import Manifest, ManifestRow, canonical_bytes, sha256_hex

_ROWS_IN = ("matched", "suppressed")
"""Verdicts that make a row: who was suppressed has one too, so that the ledger can say so."""
_FIELDS = attrgetter(*ManifestRow.__dataclass_fields__)
_ORDER = attrgetter("recipient", "language")
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def resolve(targeting: Targeting, *, clock: Clock | None = None) -> Manifest:
    """Who gets what, as of now. Rows are sorted by recipient and language; at most one per person (I4).

    `counts`: outlets and journalists with rows, outlets that pull, desktops.
    """
    now = (clock or SystemClock()).now()
    matcher = Matcher(targeting)
    countries = targeting.rule.countries or None
    rows: list[ManifestRow] = []
    pushed, pulling = [], 0
    for profile in statements.outlets(countries):
        if matcher.verdict(profile) in _ROWS_IN:
            if profile.channel == PULL:
                pulling += 1
            else:
                pushed.append(profile)
    matcher.mailed.update(profile.person for profile in pushed if profile.person)
    people = [p for p in statements.journalists(now, countries) if matcher.verdict(p) in _ROWS_IN]
    for profile in (*pushed, *people):
        rows.extend(_row(profile, language) for language in matcher.languages(profile))
    rows.sort(key=_ORDER)
    desktops, snapshot = _desktops(matcher, statements.groups("desktop", now, countries=countries))
    counts = {
        "outlets": len(pushed),
        "journalists": len(people),
        "desktops": desktops,
        "pull": pulling,
    }
    rule = _rule_document(targeting, snapshot)
    return Manifest(rule, tuple(rows), counts, manifest_hash(rule, rows, counts))


def manifest_hash(rule: Mapping[str, Any], rows: Sequence[ManifestRow], counts: Mapping[str, int]) -> str:
    """Hex SHA-256 over the JCS form of rule, counts and the SHA-256 of the rows: one JSON array a line,
    fields in the order of `ManifestRow`, lines sorted by recipient and language. Equal whatever order the
    rows came in.
    """
    lines = map(_JSON.encode, map(_FIELDS, sorted(rows, key=_ORDER)))
    text = "\n".join(lines)
    return sha256_hex(
        canonical_bytes({"rule": rule, "counts": counts, "rows_sha256": sha256_hex(text.encode())})
    )


def _row(profile: Profile, language: str) -> ManifestRow:
    is_mail = profile.channel == "mail"
    return ManifestRow(
        recipient=RecipientId(profile.recipient),
        person=profile.person if profile.role == "journalist" else "",
        channel=profile.channel,
        endpoint=endpoint_id(profile.channel, profile.recipient, profile.domain),
        domain=profile.domain,
        language=Language(language),
        format="mail" if is_mail else profile.format,
        kind=profile.kind,
        country=Country(profile.country),
        suppressed=profile.suppressed,
    )


def endpoint_id(channel: str, recipient: str, domain: str) -> str:
    """What pacing and breakers group by: the domain for mail, else the recipient."""
    return f"mail:{domain}" if channel == "mail" else recipient


def _desktops(matcher: Matcher, groups: Iterable[statements.Group]) -> tuple[int, str]:
    """How many desktops match, and a hash over the groups they are in, which proves the count later."""
    matched = sorted(
        (*group[:4], group.how_many)
        for group in groups
        if matcher.verdict(_as_desktop(*group[:4])) == "matched"
    )
    text = "\n".join(map(_JSON.encode, matched))
    return sum(how_many for *_, how_many in matched), sha256_hex(text.encode())


def _as_desktop(country: str, languages: str, sectors: str, keywords: str) -> Profile:
    return Profile(
        "",
        "",
        "desktop",
        "desktop",
        country,
        languages,
        sectors,
        keywords,
        "",
        "",
        "",
        True,
        False,
        False,
        "",
    )


def _rule_document(targeting: Targeting, snapshot: str) -> dict[str, Any]:
    rule = targeting.rule
    lists = ("countries", "languages", "sectors", "kinds", "keywords")
    return {
        "circuit": {"name": rule.name, **{name: list(getattr(rule, name)) for name in lists}},
        "editions": [_edition(e.language, e.sha256, e.is_original) for e in targeting.editions],
        "public": [_edition(e.language, e.sha256, e.is_original) for e in targeting.public],
        "sectors": list(targeting.sectors),
        "restrict": list(targeting.restrict),
        "origin": targeting.origin,
        "issuer": targeting.issuer,
        "countries": list(targeting.countries),
        "desktops_sha256": snapshot,
    }


def _edition(language: str, sha256: str, is_original: bool) -> dict[str, Any]:
    return {"language": language, "sha256": sha256, "is_original": is_original}
