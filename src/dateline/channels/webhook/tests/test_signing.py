"""The signature of Standard Webhooks 1.0."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.channels.webhook.signing import headers
from dateline.testing.webhook_receiver import signature

pytestmark = pytest.mark.unit


def test_the_example_that_the_libraries_share() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = headers([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.binary(min_size=24, max_size=64), st.binary(max_size=200), st.integers(0, 2**33))
def test_the_receivers_own_reckoning_agrees(key: bytes, body: bytes, stamp: int) -> None:
    assert headers([key], "msg_1", stamp, body)["webhook-signature"] == signature(
        key, "msg_1", str(stamp), body
    )
