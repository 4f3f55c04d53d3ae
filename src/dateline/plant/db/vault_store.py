"""Keeps sealed parts in the vault's tables; the doors every room uses for text that is not public yet."""

from collections.abc import Sequence

from django.db import transaction

from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import NotFound, Unavailable
from dateline.plant import vault
from dateline.plant.db.databases import DEFAULT
from dateline.plant.db.models import VaultKey, VaultPart
from dateline.plant.settings import get_settings


def put(owner: str, name: str, data: bytes, *, using: str = DEFAULT, clock: Clock | None = None) -> None:
    """Seals `data` as part `name` of `owner`; replaces an older one."""
    put_many(owner, {name: data}, using=using, clock=clock)


def put_many(
    owner: str, parts: dict[str, bytes], *, using: str = DEFAULT, clock: Clock | None = None
) -> None:
    """Seals several parts in one transaction."""
    with transaction.atomic(using=using):
        key = _key(owner, using, create=clock or SystemClock())
        VaultPart.objects.using(using).bulk_create(
            [
                VaultPart(owner=owner, name=name, sealed=vault.seal(key, owner, name, data))
                for name, data in parts.items()
            ],
            update_conflicts=True,
            unique_fields=["owner", "name"],
            update_fields=["sealed"],
        )


def get(owner: str, name: str, *, using: str = DEFAULT) -> bytes:
    """The part in clear. Raises NotFound when there is none (or its key was destroyed)."""
    sealed = (
        VaultPart.objects.using(using).filter(owner=owner, name=name).values_list("sealed", flat=True).first()
    )
    if sealed is None:
        raise NotFound(f"the vault has no part {name} of {owner}")
    return vault.unseal(_key(owner, using), owner, name, bytes(sealed))


def get_many(owner: str, prefix: str = "", *, using: str = DEFAULT) -> dict[str, bytes]:
    """All parts of the owner whose names start with `prefix`, in clear; empty when there are none."""
    rows = (
        VaultPart.objects.using(using)
        .filter(owner=owner, name__startswith=prefix)
        .values_list("name", "sealed")
    )
    found = list(rows)
    if not found:
        return {}
    key = _key(owner, using)
    return {name: vault.unseal(key, owner, name, bytes(sealed)) for name, sealed in found}


def get_each(owners: Sequence[str], name: str, *, using: str = DEFAULT) -> dict[str, bytes]:
    """Part `name` of many owners in two queries, in clear; owners without it are left out."""
    house_key = get_settings().secret("vault")
    rows = VaultPart.objects.using(using).filter(owner__in=owners, name=name).values_list("owner", "sealed")
    found = dict(rows)
    keys = VaultKey.objects.using(using).filter(owner__in=found).values_list("owner", "wrapped")
    return {
        owner: vault.unseal(vault.unwrap(house_key, owner, bytes(key)), owner, name, bytes(found[owner]))
        for owner, key in keys
    }


def names(owner: str, prefix: str = "", *, using: str = DEFAULT) -> list[str]:
    """Names of the owner's parts, sorted."""
    rows = VaultPart.objects.using(using).filter(owner=owner, name__startswith=prefix)
    return sorted(rows.values_list("name", flat=True))


def copy(source: str, target: str, *, using: str = DEFAULT, clock: Clock | None = None) -> None:
    """Re-seals every part of `source` under a fresh key of `target`."""
    put_many(target, get_many(source, using=using), using=using, clock=clock)


def remove(owner: str, part_names: Sequence[str], *, using: str = DEFAULT) -> None:
    """Deletes single parts of an owner who keeps the others; harmless for parts that are not there."""
    VaultPart.objects.using(using).filter(owner=owner, name__in=part_names).delete()


def destroy(owner: str, *, using: str = DEFAULT) -> None:
    """Deletes key and parts; what is left in old pages or backups without the key is noise."""
    with transaction.atomic(using=using):
        VaultKey.objects.using(using).filter(owner=owner).delete()
        VaultPart.objects.using(using).filter(owner=owner).delete()


def check_key(*, using: str = DEFAULT) -> None:
    """Whether the key of this home opens this vault. Raises Unavailable with the remedy."""
    row = VaultKey.objects.using(using).first()
    if row is not None and not (get_settings().home / "keys" / "vault").exists():
        raise Unavailable(
            "keys/vault is missing: without it the vault stays closed; restore it from its backup"
        )
    if row is not None:
        vault.unwrap(get_settings().secret("vault"), row.owner, bytes(row.wrapped))


def _key(owner: str, using: str, create: Clock | None = None) -> bytes:
    house_key = get_settings().secret("vault")
    row = VaultKey.objects.using(using).filter(owner=owner).first()
    if row is not None:
        return vault.unwrap(house_key, owner, bytes(row.wrapped))
    if create is None:
        raise NotFound(f"the vault has no key of {owner}: it was destroyed or never made")
    _, wrapped = vault.new_data_key(house_key, owner)
    VaultKey.objects.using(using).bulk_create(
        [VaultKey(owner=owner, wrapped=wrapped, created_at=create.now())], ignore_conflicts=True
    )
    stored = VaultKey.objects.using(using).get(owner=owner)
    return vault.unwrap(house_key, owner, bytes(stored.wrapped))
