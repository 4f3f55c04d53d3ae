"""DKIM signatures (RFC 6376, rsa-sha256): only the head is signed per message, the body's hash goes on from
a copy.

What we write is canonical by construction: fields that collapse to one form, a body without trailing or
doubled blanks. So nothing is parsed, and a signature costs one RSA operation, which releases the
interpreter's lock. PKCS#1 v1.5 is deterministic: a repeat is byte-identical (I5).
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from dateline.channels.mail.dkim_key import dns_record, key_path, load_key
from dateline.channels.mail.rsa_process import sign
from dateline.channels.mail.signers import Signers
from dateline.channels.mail.template import Draft, Message
from dateline.core.errors import DatelineError
from dateline.core.words import OpenedParcel
from dateline.plant.settings import Settings

log = structlog.get_logger("channels.mail")

SIGNED: Final = frozenset(
    b"from reply-to subject date to message-id in-reply-to references content-language mime-version "
    b"content-type list-unsubscribe list-unsubscribe-post".split()
)
_KEPT: Final = 64


class Unproven(DatelineError):
    """Our own signature did not verify: nothing of this edition goes out, because receivers would refuse
    it.
    """


@dataclass(frozen=True, slots=True)
class _Shared:
    """The hash of the fields that all messages of a template have, and the first part of `h=`."""

    fields: tuple[bytes, ...]
    state: Any
    names: tuple[bytes, ...]


@dataclass(eq=False)
class Signer:
    """One key. Safe for use from several threads."""

    domain: str
    selector: str
    key: RSAPrivateKey = field(repr=False)
    path: Path = field(default=Path(), repr=False)
    """Where the key lies, for the processes that sign with it."""
    _shared: dict[int, _Shared] = field(default_factory=dict, repr=False)

    @property
    def record(self) -> str:
        """What the DNS should hold for this key."""
        return dns_record(self.key.public_key())

    def begun(self, draft: Draft) -> tuple[bytes, bytes]:
        """The DKIM-Signature field without its signature, and the digest to be signed."""
        shared = self._hash_of(draft.shared)
        state = shared.state.copy()
        names = list(shared.names)
        for one in draft.own:
            for single in _fields(one):
                names.append(_name(single))
                state.update(relaxed(single))
        names.append(b"from")  # once more than there are: a second From could not be added behind our back
        head = self._unsigned(names, hashlib.sha256(draft.body).digest())
        state.update(relaxed(head).removesuffix(b"\r\n"))
        return head, state.digest()

    def signed(self, draft: Draft) -> Message:
        """The whole message, its signature on top, made here and now."""
        head, digest = self.begun(draft)
        return whole(draft, head, sign(self.key, digest))

    def _unsigned(self, names: Sequence[bytes], body_hash: bytes) -> bytes:
        first, rest = b":".join(names[:6]), b":".join(names[6:])
        return (
            f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={self.domain};\r\n"
            f" s={self.selector}; h={first.decode()}:\r\n"
            f" {rest.decode()};\r\n"
            f" bh={base64.b64encode(body_hash).decode()};\r\n b="
        ).encode()

    def _hash_of(self, shared: tuple[bytes, ...]) -> _Shared:
        found = self._shared.get(id(shared))
        if found is not None and found.fields is shared:
            return found
        state, names = hashlib.sha256(), []
        for one in shared:
            for single in _fields(one):
                if _name(single) in SIGNED:
                    names.append(_name(single))
                    state.update(relaxed(single))
        made = _Shared(shared, state, tuple(names))
        if len(self._shared) >= _KEPT:
            self._shared.clear()
        self._shared[id(shared)] = made
        return made


def _fields(block: bytes) -> list[bytes]:
    """Whole fields of a block that may hold several."""
    found: list[bytes] = []
    for line in block.splitlines(keepends=True):
        if line[:1] in b" \t" and found:
            found[-1] += line
        else:
            found.append(line)
    return found


def _name(one: bytes) -> bytes:
    return one.partition(b":")[0].lower()


def relaxed(one: bytes) -> bytes:
    """A field in relaxed form (RFC 6376, 3.4.2), with its line end."""
    name, _, value = one.partition(b":")
    return name.lower() + b":" + b" ".join(value.split()) + b"\r\n"


def whole(draft: Draft, head: bytes, signature: bytes) -> Message:
    """The message with its signature in place."""
    text = base64.b64encode(signature)
    lines = b"\r\n ".join([text[at : at + 72] for at in range(0, len(text), 72)])
    content = b"".join((head, lines, b"\r\n", *draft.shared, *draft.own, b"\r\n", draft.body))
    return Message(draft.recipient, content, draft.utf8)


class Signing:
    """Signs in processes beside, and lets nothing out before samples of its edition were checked by a second
    opinion.
    """

    def __init__(self, signer: Signer, prove: Callable[[OpenedParcel], str]) -> None:
        """`prove` says what is wrong with the signatures of a parcel's messages, or ""."""
        self._signer, self._prove = signer, prove
        self._signers = Signers(signer.key, signer.path)
        self._proofs: dict[OpenedParcel, asyncio.Task[str]] = {}
        self._fit: OpenedParcel | None = None
        """The parcel proven last: hashing one costs more than to see that it is the same."""

    async def signed(self, draft: Draft, parcel: OpenedParcel) -> Message:
        """Raises Unproven."""
        if parcel is not self._fit:
            await self._must_be_proven(parcel)
            self._fit = parcel
        head, digest = self._signer.begun(draft)
        return whole(draft, head, await self._signers.sign(digest))

    async def _must_be_proven(self, parcel: OpenedParcel) -> None:
        proof = self._proofs.get(parcel)
        if proof is None or proof.cancelled():
            while len(self._proofs) >= _KEPT:
                del self._proofs[next(iter(self._proofs))]
            proof = self._proofs[parcel] = asyncio.ensure_future(self._proven(parcel))
        if wrong := proof.result() if proof.done() else await asyncio.shield(proof):
            raise Unproven(f"our DKIM signature is wrong, so nothing was sent: {wrong}")

    async def _proven(self, parcel: OpenedParcel) -> str:
        wrong = await asyncio.to_thread(self._prove, parcel)
        if wrong:
            log.error(
                "mail.signature_broken", domain=self._signer.domain, selector=self._signer.selector, why=wrong
            )
        return wrong

    async def aclose(self) -> None:
        """Ends the processes."""
        await self._signers.aclose()


def signer_of(settings: Settings, sender_domain: str) -> Signer | None:
    """The signer that the settings ask for; None when the relay signs. Raises BadInput, Unavailable."""
    if not settings.dkim_selector:
        return None
    domain = settings.dkim_domain or sender_domain
    return Signer(domain, settings.dkim_selector, load_key(settings), key_path(settings))
