"""The public keys of a wire, as a client knows them: what they have signed is the wire's own word."""

import json
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final
from urllib.request import OpenerDirector, Request

from dateline.plant.passes import BadPass, UnknownKey, Verifier, keys_of
from dateline.plant.prestage import check_key

_TIMEOUT_S: Final = 5
_AGAIN_S: Final = 10.0
_MOST_BYTES: Final = 1024 * 1024


class WireKeys:
    """Fetched once from the origin, and again when a message names a key that is not among them."""

    def __init__(self, base: str, opener: OpenerDirector) -> None:
        """`base` is the address of the wire."""
        self._url, self._opener = f"{base}/api/v1/desktop/keys", opener
        self._verifier = Verifier([])
        self._asked_at = float("-inf")

    def learn(self) -> None:
        """Asks the origin, unless the keys are known. Without an answer nothing is believed: text that came
        ahead stays sealed and is fetched.
        """
        if not self._verifier:
            self._ask()

    def lets_out(self, message: Mapping[str, Any]) -> bool:
        """Whether the wire has signed this key of a body."""
        try:
            check_key(message, self._verifier)
        except UnknownKey:
            return self._ask() and self.lets_out(message)
        except BadPass:
            return False
        return True

    def _ask(self) -> bool:
        """Whether keys came; a stream of made-up keys does not become a stream of questions."""
        if time.monotonic() - self._asked_at < _AGAIN_S:
            return False
        self._asked_at = time.monotonic()
        request = Request(self._url, headers={"Accept": "application/json"})  # noqa: S310
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
                self._verifier = Verifier(keys_of(json.loads(answer.read(_MOST_BYTES))))
        except (OSError, HTTPException, ValueError):
            return False
        return True
