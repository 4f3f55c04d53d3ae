"""Passes of desktops: only what this wire signed, for this purpose, is believed."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import KeySet

from dateline.plant.passes import LONGEST, BadPass, Pass, Signer, UnknownKey, Verifier, key_set, keys_of

pytestmark = [pytest.mark.unit, pytest.mark.once]

OURS, OTHERS = Signer(b"\x01" * 32), Signer(b"\x02" * 32)
PASS = Pass(
    "Acme Capital", "k1", 100, 200, 3, ("ko", "en"), ("sector:04000000", "keyword:展示"), "KR", ("prestage",)
)


def test_a_pass_comes_back_as_it_was_made() -> None:
    assert Verifier([OTHERS.public, OURS.public]).read(OURS.mint(PASS)) == PASS


def test_any_library_for_signed_json_can_check_one() -> None:
    """RFC 7515, 7517, 8037 and 9864: a vendor needs none of our code."""
    keys = KeySet.import_key_set(key_set([OURS.public]))  # type: ignore[arg-type]
    found = jws.deserialize_compact(OURS.mint(PASS), keys, algorithms=["Ed25519"])
    assert json.loads(found.payload)["sub"] == "Acme Capital"


def test_a_published_set_of_keys_is_read_back() -> None:
    assert keys_of(json.loads(json.dumps(key_set([OURS.public, OTHERS.public])))) == [
        OURS.public,
        OTHERS.public,
    ]
    row: dict[str, Any] = {"crv": "Ed25519"}
    unfit: list[Any] = [None, [], {"keys": 3}, {"keys": [row]}, {"keys": [row | {"x": "AAAA"}]}]
    for broken in unfit:
        with pytest.raises(ValueError, match=r"JWK|32|base64"):
            keys_of(broken)


def test_another_key_is_told_from_a_forgery() -> None:
    with pytest.raises(UnknownKey):
        Verifier([OTHERS.public]).read(OURS.mint(PASS))
    header, _, signature = OURS.mint(PASS).split(".")
    richer = base64.urlsafe_b64encode(json.dumps({"sub": "other"}).encode()).rstrip(b"=").decode()
    with pytest.raises(BadPass, match="signature"):
        Verifier([OURS.public]).read(f"{header}.{richer}.{signature}")


def test_nothing_passes_for_what_it_was_not_made_for() -> None:
    verifier = Verifier([OURS.public])
    with pytest.raises(BadPass, match="purpose"):
        verifier.read(OURS.sign("ticket", {"sub": "Acme"}))
    with pytest.raises(BadPass, match="purpose"):
        verifier.claims("revocations", OURS.mint(PASS))
    admitted = OURS.mint(PASS, ticket="t1")
    assert verifier.read(admitted, ticket="t1") == PASS
    with pytest.raises(BadPass, match="ticket"):
        verifier.read(admitted, ticket="t2")
    with pytest.raises(BadPass, match="purpose"):
        verifier.read(admitted)
    with pytest.raises(BadPass, match="claim"):
        verifier.read(OURS.sign("pass", {"sub": "Acme"}))


def test_no_algorithm_is_chosen_by_who_brings_a_pass() -> None:
    _, payload, signature = OURS.mint(PASS).split(".")
    for header in (
        {"alg": "none"},
        {"alg": "HS256", "kid": OURS.id},
        {"alg": "Ed25519", "jwk": {}, "kid": OURS.id},
    ):
        forged = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
        with pytest.raises(BadPass):
            Verifier([OURS.public]).read(f"{forged}.{payload}.{signature}")


def test_a_pass_that_fits_no_header_line_is_not_made() -> None:
    topics = tuple(f"keyword:word{n}" for n in range(400))
    with pytest.raises(ValueError, match=str(LONGEST)):
        OURS.mint(Pass("a", "k", 1, 2, topics=topics))


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=60), st.integers(0, 299).map(lambda at: _bent(OURS.mint(PASS), at))))
def test_whatever_else_is_brought_is_no_pass(text: str) -> None:
    with pytest.raises(BadPass):
        Verifier([OURS.public]).read(text)


def _bent(text: str, at: int) -> str:
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
