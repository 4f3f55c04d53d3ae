"""A real FTP server (pyftpdlib) on loopback, with or without TLS, that misbehaves when told to.

>>> with FtpServer(folder, tls=True) as server:
...     settings = Settings(ca_file=str(server.certificate), allow_private_endpoints="127.0.0.0/8")
...     ...                           # drop to ftps://ana@127.0.0.1:PORT/ with the password `server.password`

It runs in a process of its own, because pyftpdlib stands on asyncore, which warns on import.
"""

import argparse
import errno
import logging
import os
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, Final

from dateline.testing.background import InProcess
from dateline.testing.certificates import make_certificate

USER: Final = "ana"
PASSWORD: Final = "pw-of-ana"
RULES: Final = ("hang", "no-rename", "no-overwrite", "full", "elsewhere")
"""hang: names with `hang` get no answer to the rename. no-rename: RNFR is an unknown command. no-overwrite:
renaming onto a file is refused. full: the disk has no room. elsewhere: PASV names another address.
"""


class FtpServer:
    """A running server; `folder` is what the user sees as `/`."""

    user = USER
    password = PASSWORD.encode()

    def __init__(self, folder: Path | None = None, *, tls: bool = False, rules: tuple[str, ...] = ()) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="dateline-ftp-")
        self.folder = folder or Path(self._temporary.name) / "files"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate, key = make_certificate(Path(self._temporary.name) / "tls")
        self._hanging = Path(self._temporary.name) / "hanging"
        words = [str(self.folder), f"--certificate={self.certificate}", f"--key={key}"]
        words += [f"--hanging={self._hanging}"]
        words += [f"--rule={rule}" for rule in rules] + (["--tls"] if tls else [])
        self._server = InProcess("dateline.testing.ftp_server", *words)
        self.port = self._server.port
        self.tls = tls

    def url(self, folder: str = "") -> str:
        """The endpoint of a folder."""
        return f"ftp{'s' if self.tls else ''}://{USER}@127.0.0.1:{self.port}/{folder}"

    def files(self, folder: str = "") -> dict[str, bytes]:
        """What lies in a folder, hidden files too, by name."""
        return {path.name: path.read_bytes() for path in (self.folder / folder).iterdir() if path.is_file()}

    def hanging(self) -> int:
        """Files read to the end whose rename was left without an answer, by rule."""
        return self._hanging.stat().st_size if self._hanging.exists() else 0

    def stop(self) -> None:
        """Ends it; safe to call twice."""
        self._server.stop()
        self._temporary.cleanup()

    def __enter__(self) -> "FtpServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _handler(base: type[Any], rules: list[str], hanging: str) -> type[Any]:
    class Handler(base):  # type: ignore[misc]
        """The library's, spoilt by rules."""

        def ftp_RNFR(self, path: str) -> None:
            if "no-rename" in rules:
                self.respond("502 Command not implemented.")
            else:
                super().ftp_RNFR(path)

        def ftp_RNTO(self, path: str) -> None:
            if "hang" in rules and "hang" in path:
                with Path(hanging).open("a") as count:
                    count.write("1")
                return
            if "no-overwrite" in rules and Path(path).exists():
                self._rnfr = None
                self.respond("550 File exists.")
                return
            super().ftp_RNTO(path)

    if "elsewhere" in rules:
        Handler.masquerade_address = "192.0.2.1"
    return Handler


def _file_system(base: type[Any], rules: list[str]) -> type[Any]:
    class Full(base):  # type: ignore[misc]
        """A disk without room: what is begun stays as it is, as on a real one."""

        def open(self, filename: str, mode: str) -> Any:
            found = super().open(filename, mode)
            if "full" in rules and "w" in mode:
                return _FullFile(found)
            return found

    return Full


class _FullFile:
    def __init__(self, file: Any) -> None:
        self._file, self.name, self.closed = file, file.name, False

    def write(self, data: bytes) -> int:
        self._file.write(data[:1])
        raise OSError(errno.ENOSPC, "No space left on device")

    def close(self) -> None:
        self._file.close()
        self.closed = True


def _main() -> None:
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.filesystems import AbstractedFS
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.servers import FTPServer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--hanging")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--rule", action="append", default=[])
    given = parser.parse_args()
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, PASSWORD, given.folder, perm="elradfmwMT")
    handler = _handler(TLS_FTPHandler if given.tls else FTPHandler, given.rule, given.hanging)
    handler.authorizer = authorizer
    handler.abstracted_fs = _file_system(AbstractedFS, given.rule)
    handler.auth_failed_timeout = 0
    if given.tls:
        handler.certfile, handler.keyfile = given.certificate, given.key
        handler.tls_control_required = handler.tls_data_required = True
    server = FTPServer(("127.0.0.1", 0), handler)
    server.max_cons = 512
    server.max_cons_per_ip = 0
    print(f"port {server.address[1]}", flush=True)
    threading.Thread(target=_end_with_input, daemon=True).start()
    server.serve_forever(handle_exit=False)


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)  # its loop goes on for as long as anything is open


if __name__ == "__main__":
    # The library logs every command to the terminal unless somebody has set up its logging.
    logging.getLogger("pyftpdlib").addHandler(logging.NullHandler())
    logging.getLogger("pyftpdlib").propagate = False
    _main()
