"""Manifest and targeting as bytes for the vault and back; the manifest of a version that goes to whoever
received.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from dateline.core.ids import ReleaseId
from dateline.core.words import Manifest, ManifestRow, canonical_bytes, sha256_hex

_FIELDS = tuple(ManifestRow.__dataclass_fields__)
NOBODY: Mapping[str, int] = {"outlets": 0, "journalists": 0, "desktops": 0, "pull": 0}


def received(release: ReleaseId) -> Manifest:
    """The rule of corrections, kills and withdrawals: everyone with a row ever leased; only dispatch
    expands it.
    """
    rule = {"received": release}
    covered = {"rule": rule, "rows": [], "counts": dict(NOBODY)}
    return Manifest(rule, (), dict(NOBODY), sha256_hex(canonical_bytes(covered)))


def manifest_bytes(manifest: Manifest) -> bytes:
    """zlib over JSON, one short list a row: 92,500 rows are about 15 MB of JSON and a fifth of that here."""
    document = {
        "rule": dict(manifest.rule),
        "counts": dict(manifest.counts),
        "hash": manifest.hash,
        "fields": _FIELDS,
        "rows": [[getattr(row, name) for name in _FIELDS] for row in manifest.rows],
    }
    return zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def manifest_from(data: bytes) -> Manifest:
    """Reads what `manifest_bytes` wrote."""
    document: dict[str, Any] = json.loads(zlib.decompress(data))
    names = document["fields"]
    rows = tuple(ManifestRow(**dict(zip(names, row, strict=True))) for row in document["rows"])
    return Manifest(document["rule"], rows, document["counts"], document["hash"])


def lock_hash(editions: Mapping[str, str], manifest_hash: str, t0: str) -> str:
    """The one hash that approvals are given over: SHA-256 of the JCS form of
    `{"editions": {language: hash}, "manifest": hash, "t0": instant or "on-approval"}`.
    """
    document = {"editions": dict(editions), "manifest": manifest_hash, "t0": t0}
    return sha256_hex(canonical_bytes(document))
