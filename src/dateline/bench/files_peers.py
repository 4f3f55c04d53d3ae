"""The peers of `dateline bench files`: one connection for each file, as scripts in newsrooms do it."""

import asyncio
import ftplib
import io
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from dateline.core.errors import Unavailable
from dateline.testing.ftp_server import FtpServer
from dateline.testing.openssh import OpenSsh

File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to put files. `name` says what it is, with its version."""

    name: str
    put: Callable[[Sequence[File]], None]


def with_asyncssh(server: OpenSsh, folder: str) -> Peer:
    """asyncssh: dial, sign in, write, rename, hang up; for each file."""
    import asyncssh

    place = f"{server.folder}/{folder}"
    known, key = server.known_hosts.encode(), asyncssh.import_private_key(server.key)

    async def one(name: str, data: bytes) -> None:
        async with (
            asyncssh.connect(
                "127.0.0.1",
                server.port,
                username=server.user,
                known_hosts=known,
                client_keys=[key],
                config=None,
                agent_path=None,
            ) as line,
            line.start_sftp_client() as sftp,
        ):
            async with sftp.open(f"{place}/.{name}.part", "wb") as file:
                await file.write(data)
            await sftp.posix_rename(f"{place}/.{name}.part", f"{place}/{name}")

    async def every(files: Sequence[File]) -> None:
        for name, data in files:
            await one(name, data)

    words = f"asyncssh {asyncssh.__version__}, one connection per file"
    return Peer(words, lambda files: asyncio.run(every(files)))


def with_paramiko(server: OpenSsh, folder: str, scratch: Path) -> Peer:
    """paramiko: the same with the library most scripts use. Raises Unavailable where it is not installed."""
    try:
        import paramiko
    except ImportError:
        raise Unavailable("the peer paramiko is not installed; pip install paramiko") from None
    place = f"{server.folder}/{folder}"
    known = scratch / "known_hosts"
    known.write_text(server.known_hosts)
    key = paramiko.Ed25519Key.from_private_key(io.StringIO(server.key.decode()))

    def every(files: Sequence[File]) -> None:
        for name, data in files:
            with paramiko.SSHClient() as client:
                client.load_host_keys(str(known))
                client.connect(
                    "127.0.0.1",
                    server.port,
                    username=server.user,
                    pkey=key,
                    allow_agent=False,
                    look_for_keys=False,
                )
                with client.open_sftp() as sftp:
                    with sftp.open(f"{place}/.{name}.part", "wb") as file:
                        file.write(data)
                    sftp.posix_rename(f"{place}/.{name}.part", f"{place}/{name}")

    return Peer(f"paramiko {version('paramiko')}, one connection per file", every)


def with_ftplib(server: FtpServer) -> Peer:
    """The standard library's FTP_TLS: dial, TLS, sign in, store, rename, QUIT; for each file."""
    context = ssl.create_default_context(cafile=str(server.certificate))

    def every(files: Sequence[File]) -> None:
        for name, data in files:
            with ftplib.FTP_TLS(context=context) as ftp:  # noqa: S321 - that is what is measured
                ftp.connect("127.0.0.1", server.port)
                ftp.login(server.user, server.password.decode())
                ftp.prot_p()
                ftp.storbinary(f"STOR .{name}.part", io.BytesIO(data))
                ftp.rename(f".{name}.part", name)

    return Peer("ftplib of Python, one connection per file", every)
