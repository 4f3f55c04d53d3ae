"""Signs a webhook as Standard Webhooks 1.0 says."""

import base64
import hmac


def headers(secret: bytes, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """`webhook-id`, `webhook-timestamp`, `webhook-signature` (`v1`, HMAC-SHA256 over `id.timestamp.body`).

    The id stays over repeats, the timestamp is that of this try: receivers fold on the id.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    mac = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{mac}",
    }
