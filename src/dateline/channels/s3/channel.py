"""The S3 channel: objects appear whole, so they need no temporary name; one that is there is compared."""

import hashlib
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from importlib import import_module
from types import ModuleType
from typing import Any, Final

from dateline.channels.filedrop.drop import Drop, DropFile
from dateline.channels.filedrop.heartbeat import Asking
from dateline.channels.filedrop.lanes import run_lanes
from dateline.channels.filedrop.outcome import PATH, PERMISSION, SIGN_IN, DropFault
from dateline.channels.in_hand import Report
from dateline.core.drops import DropAddress, drop_address
from dateline.core.words import Endpoint, Task
from dateline.plant.settings import Settings

_AT_ONCE: Final = 32
_CODES: Final = {
    "UnauthenticatedError": SIGN_IN,
    "PermissionDeniedError": PERMISSION,
    "FileNotFoundError": PATH,  # what the library raises for a bucket that is not there
    "NotFoundError": PATH,
    "InvalidPathError": PATH,
}

_STATUS: Final = re.compile(r"status code: (\d{3} [A-Za-z ]+)")
_MESSAGE: Final = re.compile(r"<Message>([^<]{1,300})</Message>")


class S3Channel:
    """Outlets with `channel = s3`; endpoint `s3://BUCKET/PREFIX`, `ACCESS-KEY-ID:SECRET-KEY` by `secret_ref`.

    The service's own address comes from the operator (`s3_endpoint`) and never from an outlet, because the
    library dials by itself and the address guard cannot look.
    """

    kind = "s3"
    retry_horizon_s = 24 * 3600
    asking: Asking | None = None
    """Who asks for heartbeats; set by who starts the channel."""

    def __init__(self, settings: Settings, *, at_once: int = _AT_ONCE) -> None:
        self._settings, self._at_once = settings, at_once
        self._stores: dict[tuple[str, bytes], Any] = {}

    async def send(self, tasks: AsyncIterator[Task], report: Report) -> None:
        """See core.channel.Channel."""
        await run_lanes(tasks, report, self._put, width=self._at_once, asking=self.asking)

    async def aclose(self) -> None:
        """Forgets the stores; the library closes their connections."""
        self._stores.clear()

    async def _put(self, to: Endpoint, drop: Drop, on_sent: Callable[[], None]) -> str:
        place = drop_address(to.address, "s3")
        library = _library()
        store = self._store(library, place, to.secret)
        words = ""
        for file in drop.files:
            path = "/".join((*place.folder, *file.folder, file.name))
            if file is drop.text:
                on_sent()  # the put is one request: once begun, nobody knows how much of it has left
            put = _Put(library, store, path, file)
            try:
                words = await put.over() if drop.overwrites else await put.once()
            except (library.exceptions.BaseError, FileNotFoundError) as error:
                raise _fault(error) from None
        return words

    def _store(self, library: ModuleType, to: DropAddress, secret: bytes) -> Any:
        key = (to.host, secret)
        found = self._stores.get(key)
        if found is None:
            found = self._stores[key] = self._new_store(library, to.host, secret)
        return found

    def _new_store(self, library: ModuleType, bucket: str, secret: bytes) -> Any:
        access, colon, hidden = secret.decode("utf-8", "replace").strip().partition(":")
        if not colon or not access or not hidden:
            words = "needs ACCESS-KEY-ID:SECRET-KEY in secrets/NAME of the home, NAME in secret_ref"
            raise DropFault(words, refused=True)
        endpoint = self._settings.s3_endpoint
        return library.store.S3Store(
            bucket,
            region=self._settings.s3_region,
            access_key_id=access,
            secret_access_key=hidden,
            virtual_hosted_style_request=not endpoint,
            **({"endpoint": endpoint} if endpoint else {}),
            client_options={
                "allow_http": endpoint.startswith("http:"),
                "connect_timeout": timedelta(seconds=10),
                "timeout": timedelta(seconds=60),
            },
            # Dispatch keeps the retries; the library's own would hide them from the ledger.
            retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=60)},
        )


class _Put:
    """One object on its way."""

    def __init__(self, library: ModuleType, store: Any, path: str, file: DropFile) -> None:
        self._library, self._store, self._path, self._file = library, store, path, file

    async def once(self) -> str:
        """Creates it (If-None-Match: *); one that is there already must be ours, byte for byte."""
        try:
            await self._library.put_async(
                self._store, self._path, self._file.data, mode="create", use_multipart=False
            )
        except self._library.exceptions.AlreadyExistsError:
            if await self._same():
                return f"{self._path} is there already, with the same content"
            raise DropFault(
                f"another object is called {self._path}; it is left alone", refused=True
            ) from None
        except self._library.exceptions.NotSupportedError:
            return await self.over()  # a store without conditional puts
        return f"written as {self._path}"

    async def over(self) -> str:
        """Puts it whatever is there."""
        await self._library.put_async(
            self._store, self._path, self._file.data, mode="overwrite", use_multipart=False
        )
        return f"written as {self._path}"

    async def _same(self) -> bool:
        """By ETag, which is the MD5 of what was put in one piece; encrypted stores use others, so then by
        content.
        """
        head = await self._library.head_async(self._store, self._path)
        if head["size"] != len(self._file.data):
            return False
        md5 = hashlib.md5(self._file.data, usedforsecurity=False).hexdigest()
        if (head["e_tag"] or "").strip('"') == md5:
            return True
        found = await self._library.get_async(self._store, self._path)
        return bytes(await found.bytes_async()) == self._file.data


def _library() -> ModuleType:
    """obstore, an extra. Raises DropFault with the remedy."""
    try:
        import_module("obstore.store")
        import_module("obstore.exceptions")
        return import_module("obstore")
    except ImportError:
        words = "the part for S3 is not installed; run: pip install obstore, and restart dispatch"
        raise DropFault(words) from None


def _fault(error: Exception) -> DropFault:
    """The store's own words; the library's repeat address, request and XML around them."""
    text = str(error).split("\n\nDebug source:")[0]
    status, said_ = _STATUS.search(text), _MESSAGE.search(text)
    words = " ".join(found[1] for found in (status, said_) if found) or text
    return DropFault(words, code=_CODES.get(type(error).__name__, 0))
