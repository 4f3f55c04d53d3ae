"""HMAC by kept states is HMAC."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.core.keyed import keyed_sha256

pytestmark = pytest.mark.unit


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_it_says_what_the_library_says(key: bytes, data: bytes) -> None:
    assert keyed_sha256(key, data) == hmac.digest(key, data, "sha256")
    assert keyed_sha256(key, data) == keyed_sha256(key, data), "the kept states stay as they are"
