"""What a client shows at the door: a pass, or a key that it exchanges for passes by itself."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import OpenerDirector, Request

from dateline.core.clock import SystemClock, from_iso
from dateline.core.errors import BadInput, Unavailable

_KEY_PREFIX: Final = "dk_"
_EARLIER_S: Final = 60
_TIMEOUT_S: Final = 30

Secret = str | Path | Callable[[], str] | None
"""A key or a pass: as text, in a file (read anew for each connection), or asked for each time."""


class Passes:
    """The Authorization header of each connection. Nothing of it is ever part of an address or an error."""

    def __init__(self, base: str, secret: Secret, opener: OpenerDirector) -> None:
        self._base, self._secret, self._opener = base, secret, opener
        self._pass, self._good_until = "", 0.0

    @property
    def has_secret(self) -> bool:
        return self._secret is not None and self._secret != ""

    def headers(self) -> dict[str, str]:
        """Empty without a secret. Raises BadInput for a file that cannot be read, OSError while the wire is
        away, Unavailable when it refuses the key.
        """
        text = self._text()
        if not text:
            return {}
        if text.startswith(_KEY_PREFIX):
            text = self._exchanged(text)
        return {"Authorization": f"Bearer {text}"}

    def forget(self) -> bool:
        """Drops the pass in hand after a refusal; False when there is no other to be had."""
        had = bool(self._pass)
        self._pass = ""
        return had or not isinstance(self._secret, str)

    def _text(self) -> str:
        if self._secret is None or isinstance(self._secret, str):
            return (self._secret or "").strip()
        if isinstance(self._secret, Path):
            try:
                return self._secret.read_text(encoding="ascii").strip()
            except (OSError, UnicodeDecodeError):
                raise BadInput("cannot be read as a key or a pass", where=str(self._secret)) from None
        return self._secret().strip()

    def _exchanged(self, key: str) -> str:
        if not self._pass or time.monotonic() > self._good_until:
            found = self._ask(key)
            left_s = (from_iso(found["expires_at"]) - SystemClock().now()).total_seconds()
            self._pass = str(found["token"])
            self._good_until = time.monotonic() + max(1.0, left_s - _EARLIER_S)
        return self._pass

    def _ask(self, key: str) -> Any:
        request = Request(  # noqa: S310
            f"{self._base}/api/v1/desktop/token",
            method="POST",
            data=b"",
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
                return json.load(answer)
        except HTTPError as error:
            error.close()
            if error.code in {400, 401, 403}:
                raise Unavailable(
                    f"{self._base} does not accept this key ({error.code}); ask the wire for another"
                ) from None
            raise
