"""The vault: what is sealed opens under its own name only, and nothing of it lies readable in a row (T6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.core.errors import NotFound, Unavailable
from dateline.plant import vault
from dateline.plant.db import vault_store
from dateline.plant.db.databases import DEFAULT, LEDGER
from dateline.plant.db.models import VaultKey, VaultPart

HOUSE = b"h" * 32
both = pytest.mark.parametrize("alias", [DEFAULT, LEDGER])
in_database = pytest.mark.django_db(databases=[DEFAULT, LEDGER])


@pytest.mark.unit
@given(st.binary(max_size=2000), st.text(max_size=30), st.text(max_size=30))
def test_what_was_sealed_opens(data: bytes, owner: str, name: str) -> None:
    key, wrapped = vault.new_data_key(HOUSE, owner)
    assert vault.unwrap(HOUSE, owner, wrapped) == key
    assert vault.unseal(key, owner, name, vault.seal(key, owner, name, data)) == data


@pytest.mark.unit
@given(st.binary(min_size=1, max_size=200), st.data())
def test_one_changed_byte_opens_nothing(data: bytes, draw: st.DataObject) -> None:
    sealed = bytearray(vault.seal(HOUSE, "o", "n", data))
    position = draw.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= draw.draw(st.integers(1, 255))
    with pytest.raises(Unavailable):
        vault.unseal(HOUSE, "o", "n", bytes(sealed))


@pytest.mark.unit
def test_a_part_cannot_be_passed_off_under_another_name() -> None:
    sealed = vault.seal(HOUSE, "release-a", "body", b"text")
    for owner, name in (("release-b", "body"), ("release-a", "media")):
        with pytest.raises(Unavailable):
            vault.unseal(HOUSE, owner, name, sealed)


@pytest.mark.unit
def test_equal_texts_do_not_look_equal() -> None:
    assert vault.seal(HOUSE, "o", "n", b"same") != vault.seal(HOUSE, "o", "n", b"same")


@pytest.mark.room
@in_database
@both
def test_parts_are_kept_replaced_and_destroyed(alias: str) -> None:
    vault_store.put_many("v1", {"edition/en": b"one", "edition/ko": b"two", "manifest": b"m"}, using=alias)
    vault_store.put("v1", "edition/en", b"changed", using=alias)
    assert vault_store.get_many("v1", "edition/", using=alias) == {
        "edition/en": b"changed",
        "edition/ko": b"two",
    }
    assert vault_store.names("v1", using=alias) == ["edition/en", "edition/ko", "manifest"]
    vault_store.destroy("v1", using=alias)
    assert vault_store.names("v1", using=alias) == []
    with pytest.raises(NotFound):
        vault_store.get("v1", "manifest", using=alias)


@pytest.mark.room
@in_database
def test_no_row_holds_the_text_or_an_open_key() -> None:
    vault_store.put("v2", "body", b"CANARY-in-the-coal-mine")
    (part,) = VaultPart.objects.filter(owner="v2")
    (key,) = VaultKey.objects.filter(owner="v2")
    assert b"CANARY" not in bytes(part.sealed)
    opened = vault.unwrap(_house_key(), "v2", bytes(key.wrapped))
    assert opened not in bytes(part.sealed) + bytes(key.wrapped)


@pytest.mark.room
@in_database
def test_a_copy_has_a_key_of_its_own() -> None:
    vault_store.put("draft", "body", b"text")
    vault_store.copy("draft", "locked")
    vault_store.destroy("draft")
    assert vault_store.get("locked", "body") == b"text"


@pytest.mark.room
@in_database
def test_without_its_key_a_part_is_noise() -> None:
    vault_store.put("v3", "body", b"text")
    VaultKey.objects.filter(owner="v3").delete()
    with pytest.raises(NotFound, match="no key of v3"):
        vault_store.get("v3", "body")


def _house_key() -> bytes:
    from dateline.plant.settings import get_settings

    return get_settings().secret("vault")
