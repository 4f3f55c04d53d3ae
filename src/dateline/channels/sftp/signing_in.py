"""Dials an SFTP server and signs in: pinned host key, key or password, nothing of a user's own SSH set-up."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncssh

from dateline.channels.address_guard import Networks
from dateline.channels.filedrop.dialling import dialled
from dateline.channels.filedrop.outcome import SIGN_IN, DropFault
from dateline.core.drops import DropAddress

KNOWN_HOSTS: Final = "known_hosts"
_SIGN_IN_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Line:
    """One signed-in connection."""

    connection: asyncssh.SSHClientConnection
    sftp: asyncssh.SFTPClient


class _Judge(asyncssh.SSHClient):
    """Remembers the host key that was not pinned."""

    def __init__(self) -> None:
        self.offered: asyncssh.SSHKey | None = None

    def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey) -> bool:
        self.offered = key
        return False


async def sign_in(to: DropAddress, secret: bytes, *, home: Path, allowed: Networks) -> Line:
    """A connection with an SFTP session. Raises DropFault; refused for host keys that are not pinned."""
    credentials = _credentials(secret)
    known = await asyncio.to_thread(_known_hosts, home)
    judge = _Judge()
    made = await dialled(to.host, to.port, allowed)
    try:
        async with asyncio.timeout(_SIGN_IN_S):
            connection = await asyncssh.connect(
                to.host,
                to.port,
                sock=made,
                username=to.user,
                known_hosts=known,
                client_factory=lambda: judge,
                config=None,
                agent_path=None,
                gss_host=None,
                keepalive_interval=15,
                keepalive_count_max=3,
                **credentials,
            )
    except BaseException as error:
        made.close()
        if isinstance(error, Exception):
            raise _fault(error, to, judge, _pinned(known, to)) from None
        raise
    try:
        _must_go_on()
        async with asyncio.timeout(_SIGN_IN_S):
            return Line(connection, await connection.start_sftp_client())
    except BaseException as error:
        connection.abort()
        if isinstance(error, Exception):
            raise DropFault(f"signed in, but SFTP did not start: {_words(error)}") from None
        raise


def _must_go_on() -> None:
    """Raises CancelledError where somebody cancelled us just as the connection came: asyncssh waits by
    `asyncio.wait_for`, which in Python 3.11 then returns and forgets the cancellation.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _credentials(secret: bytes) -> dict[str, Any]:
    if not secret:
        words = "has neither key nor password; put one into secrets/NAME of the home, NAME into secret_ref"
        raise DropFault(words, refused=True)
    if not secret.startswith(b"-----BEGIN"):
        try:
            return {"password": secret.decode(), "client_keys": None}
        except UnicodeDecodeError:
            raise DropFault("its secret is no UTF-8 text; write the password again", refused=True) from None
    try:
        key = asyncssh.import_private_key(secret)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        words = "its key cannot be read; use an OpenSSH or PEM key without a passphrase"
        raise DropFault(words, refused=True) from None
    return {"client_keys": [key], "preferred_auth": "publickey"}


def _known_hosts(home: Path) -> asyncssh.SSHKnownHosts:
    """The pinned keys; read at each dial, so that a new line counts at once."""
    try:
        text = (home / KNOWN_HOSTS).read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError):
        raise DropFault("the file known_hosts of the home cannot be read; mend it") from None
    try:
        return asyncssh.import_known_hosts(text)
    except ValueError as error:
        raise DropFault(f"the file known_hosts of the home has a bad line: {error}") from None


def _pinned(known: asyncssh.SSHKnownHosts, to: DropAddress) -> bool:
    found = asyncssh.match_known_hosts(known, to.host, "", to.port)
    return bool(found[0] or found[1])


def _fault(error: Exception, to: DropAddress, judge: _Judge, pinned: bool) -> DropFault:
    where = to.host if to.port == 22 else f"[{to.host}]:{to.port}"
    if judge.offered is not None:
        print_ = judge.offered.get_fingerprint()
        kind = judge.offered.get_algorithm()
        said = "has another host key than the one pinned" if pinned else "has a host key that is not pinned"
        return DropFault(
            f"{where} {said}: {kind} {print_}. Ask the outlet whether it is theirs, then put it into the "
            f"file known_hosts of the home (ssh-keyscan -p {to.port} {to.host}) and resend",
            refused=True,
        )
    if isinstance(error, asyncssh.PermissionDenied):
        return DropFault(f"{where} does not let '{to.user}' in: {_words(error)}", code=SIGN_IN)
    if isinstance(error, TimeoutError):
        return DropFault(f"{where}: timed out while signing in")
    if isinstance(error, asyncssh.HostKeyNotVerifiable) or (
        pinned and isinstance(error, asyncssh.KeyExchangeFailed)
    ):
        words = f"{where} shows no pinned host key ({_words(error)}); see the home's known_hosts"
        return DropFault(words, refused=True)
    return DropFault(f"{where}: {_words(error)}")


def _words(error: Exception) -> str:
    return str(getattr(error, "reason", "") or error) or type(error).__name__
