"""Signs in a process of its own: digests in, signatures out, both over standard input.

`python -m dateline.channels.mail.rsa_process KEYFILE`. RSA is most of the work of a signed mail; in threads
of the sender it would fight with everything else for the interpreter's lock. Ends when its input does, so
that it outlives nobody who was killed.
"""

import os
import sys
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_pem_private_key

DIGEST: Final = 32
_SHA256: Final = Prehashed(hashes.SHA256())
_PADDING: Final = PKCS1v15()
_GROUP_BYTES: Final = 1024
"""Signatures written at once while others wait: four of RSA-2048, a millisecond's work."""
_LINE: Final = 0
"""Standard input, which is a socket: what is read from it is answered on it."""


def sign(key: RSAPrivateKey, digest: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 of a SHA-256 digest: the same digest has the same signature."""
    return key.sign(digest, _PADDING, _SHA256)


def _serve(key: RSAPrivateKey) -> None:
    waiting = done = b""
    while data := os.read(_LINE, 64 * DIGEST):
        waiting += data
        while len(waiting) >= DIGEST:
            done += sign(key, waiting[:DIGEST])
            waiting = waiting[DIGEST:]
            if len(waiting) >= DIGEST and len(done) < _GROUP_BYTES:
                continue  # each answer wakes the sender, which has other work on its one thread
            while done:
                done = done[os.write(_LINE, done) :]


if __name__ == "__main__":
    loaded = load_pem_private_key(Path(sys.argv[1]).read_bytes(), password=None)
    if isinstance(loaded, RSAPrivateKey):
        try:
            _serve(loaded)
        except OSError:
            sys.exit(0)  # nobody listens any more
