"""What targeting was told at lock, as bytes for the vault and back; texts are taken from the editions
themselves.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dateline.audience.services import Targeting
from dateline.core.countries import Country
from dateline.core.languages import Language
from dateline.core.sectors import Sector
from dateline.core.words import Circuit, Edition, EditionDigest, Origin, edition_sha256, edition_text


def digest(edition: Edition) -> EditionDigest:
    """What targeting may know of the edition."""
    return EditionDigest(
        edition.language, edition_sha256(edition), edition.is_original, edition_text(edition)
    )


def targeting_of(
    rule: Circuit,
    editions: Sequence[Edition],
    *,
    restrict: tuple[Country, ...],
    origin: Origin,
    public: Sequence[Edition] = (),
    home: Country | None = None,
) -> Targeting:
    """The question for `audience.resolve`; sectors and countries are those of any edition. A release that
    names no country is about its issuer's, `home`.
    """
    about = tuple(dict.fromkeys(country for edition in editions for country in edition.countries))
    return Targeting(
        rule=rule,
        editions=tuple(digest(edition) for edition in editions),
        sectors=tuple(dict.fromkeys(sector for edition in editions for sector in edition.sectors)),
        restrict=restrict,
        origin=origin,
        public=tuple(digest(edition) for edition in public),
        issuer=editions[0].issuer.slug if editions else "",
        countries=about or ((home,) if home else ()),
    )


def targeting_bytes(targeting: Targeting, public: Mapping[str, str]) -> bytes:
    """JSON without texts. `public`: language -> version id whose edition was out already."""
    rule = targeting.rule
    document = {
        "rule": {name: getattr(rule, name) for name in Circuit.__dataclass_fields__},
        "sectors": targeting.sectors,
        "restrict": targeting.restrict,
        "origin": targeting.origin,
        "public": public,
        "issuer": targeting.issuer,
        "countries": targeting.countries,
    }
    return json.dumps(document, ensure_ascii=False).encode()


def rule_in(data: bytes) -> Circuit:
    """The circuit as it was at lock, whatever became of it since."""
    return _rule(json.loads(data)["rule"])


def public_in(data: bytes) -> dict[Language, str]:
    """Language -> version id of the editions that were out when this was locked."""
    return {Language(tag): str(version_id) for tag, version_id in json.loads(data)["public"].items()}


def targeting_from(data: bytes, editions: Sequence[Edition], public: Sequence[Edition]) -> Targeting:
    """Reads what `targeting_bytes` wrote, with the texts of these editions."""
    document: dict[str, Any] = json.loads(data)
    return Targeting(
        rule=_rule(document["rule"]),
        editions=tuple(digest(edition) for edition in editions),
        sectors=tuple(Sector(code) for code in document["sectors"]),
        restrict=tuple(Country(code) for code in document["restrict"]),
        origin=document["origin"],
        public=tuple(digest(edition) for edition in public),
        issuer=document.get("issuer", ""),
        countries=tuple(Country(code) for code in document.get("countries", ())),
    )


def _rule(document: Mapping[str, Any]) -> Circuit:
    values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in document.items()}
    return Circuit(**values)
