"""Results of engines by key, sealed in the vault beside their release: asked once, used by later runs."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal

from dateline.languages.translator import TranslationResult
from dateline.plant.db import vault_store

_PREFIX = "result/"


def owner_of(release: str) -> str:
    """Whose parts the results of a release are."""
    return f"translation/{release}"


def load(release: str, language: str = "") -> dict[str, TranslationResult]:
    """Key -> result, of one target language or all; a later one of the same segment comes later."""
    prefix = f"{_PREFIX}{language}/" if language else _PREFIX
    found = vault_store.get_many(owner_of(release), prefix)
    return {name.rpartition("/")[2]: _result(data) for name, data in found.items()}


def save(release: str, language: str, results: Mapping[str, TranslationResult]) -> None:
    """Keeps new results of a target language."""
    if results:
        parts = {f"{_PREFIX}{language}/{key}": _bytes(result) for key, result in results.items()}
        vault_store.put_many(owner_of(release), parts)


def forget(release: str) -> None:
    """Destroys what was kept, key and all."""
    vault_store.destroy(owner_of(release))


def _bytes(result: TranslationResult) -> bytes:
    document = asdict(result) | {"cost": None if result.cost is None else str(result.cost)}
    return json.dumps(document, ensure_ascii=False).encode()


def _result(data: bytes) -> TranslationResult:
    document = json.loads(data)
    cost = document["cost"]
    return TranslationResult(**(document | {"cost": None if cost is None else Decimal(cost)}))
