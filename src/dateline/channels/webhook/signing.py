"""Signs a webhook as Standard Webhooks 1.0 says."""

import base64
import hmac
from collections.abc import Sequence


def headers(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """`webhook-id`, `webhook-timestamp`, `webhook-signature` (`v1`, HMAC-SHA256 over `id.timestamp.body`).

    One signature for each secret, parted by blanks: while a secret is being replaced receivers may check
    with the old or the new one. The id stays over repeats, the timestamp is that of this try: receivers fold
    on the id.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    macs = [base64.b64encode(hmac.digest(secret, signed, "sha256")).decode() for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{mac}" for mac in macs),
    }
