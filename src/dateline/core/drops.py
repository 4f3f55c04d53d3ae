"""Where file drops go: the endpoint forms of `sftp`, `ftp`, `ftps`, `s3` and `folder`, read in one place for
the import that checks them and the channels that use them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from dateline.core.errors import BadInput

DROP_CHANNELS: Final = ("sftp", "ftp", "ftps", "s3", "folder")
_FORMS: Final = {
    "sftp": "sftp://USER@HOST[:PORT]/FOLDER",
    "ftp": "ftp://[USER@]HOST[:PORT]/FOLDER",
    "ftps": "ftps://[USER@]HOST[:PORT]/FOLDER",
    "s3": "s3://BUCKET/PREFIX",
}
_PORTS: Final = {"sftp": 22, "ftp": 21, "ftps": 21}
_HOST: Final = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_USER: Final = re.compile(r"[^\x00-\x20\x7f/@]{1,128}")
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class DropAddress:
    """A place files can be put. `host` is the bucket for s3; `folder` its parts below the root that the
    server shows. `home`: an sftp path that starts at the user's own folder (`/~/`).
    """

    channel: str
    host: str
    port: int = 0
    user: str = ""
    folder: tuple[str, ...] = ()
    home: bool = False


def drop_address(written: str, channel: str) -> DropAddress:
    """Reads an endpoint of sftp, ftp, ftps or s3. Raises BadInput with the form to write."""
    form = _FORMS[channel]
    try:
        url = urlsplit(written)
        host, port, user, password = url.hostname or "", url.port, url.username, url.password
    except ValueError:
        raise BadInput(f"is not an address; write {form}") from None
    if url.scheme != channel or not host or re.search(r"[\s\\]", written):
        raise BadInput(f"is not an {channel} address; write {form}")
    if password is not None:
        raise BadInput("holds a password, which would show in lists; take it out and use secret_ref")
    if url.query or url.fragment:
        raise BadInput(f"has a ? or # part; write {form}")
    if channel == "s3":
        return _bucket(url.netloc, url.path)
    if not _HOST.fullmatch(host) or port == 0:
        raise BadInput(f"'{url.netloc[:80]}' is not a host and port; write {form}")
    name = unquote(user or "")
    if channel == "sftp" and not name:
        raise BadInput(f"names no user; write {form}")
    if name and not _USER.fullmatch(name):
        raise BadInput(f"its user name has characters no server takes; write {form}")
    folder = folder_parts(unquote(url.path))
    home = channel == "sftp" and folder[:1] == ("~",)
    return DropAddress(channel, host, port or _PORTS[channel], name, folder[1:] if home else folder, home)


def _bucket(name: str, path: str) -> DropAddress:
    if not _BUCKET.fullmatch(name):
        raise BadInput(f"'{name[:80]}' is not a bucket's name; write {_FORMS['s3']}")
    return DropAddress("s3", name, folder=folder_parts(unquote(path)))


def folder_parts(path: str) -> tuple[str, ...]:
    """The parts of a folder's path. Raises BadInput for parts that lead elsewhere."""
    parts = tuple(part for part in path.split("/") if part)
    for part in parts:
        if part in {".", ".."}:
            raise BadInput(f"its folder has a '{part}' part; write the path out")
        if re.search(r"[\x00-\x1f\x7f\\]", part):
            raise BadInput("its folder has a character that is not allowed in names")
    return parts


def folder_below(written: str, roots: Sequence[Path]) -> tuple[Path, tuple[str, ...]]:
    """(root, parts below it) of a `folder` endpoint: an absolute path below one of `roots`, or one relative
    to the first. Raises BadInput naming the setting that opens roots.

    Compares spellings only; that no part is a link that leads out is checked where the file is written.
    """
    if "\x00" in written or ".." in PurePosixPath(written).parts:
        raise BadInput("its folder has a '..' part; write the path out")
    if not written.startswith("/"):
        return roots[0], folder_parts(written)
    for root in roots:
        if PurePosixPath(written).is_relative_to(root):
            return root, folder_parts(str(PurePosixPath(written).relative_to(root)).removeprefix("."))
    raise BadInput("lies in no folder that the setting folder_roots names; ask the operator to add it there")
