"""A small fast SMTP server for tests and the demo: takes mail, keeps a diary, misbehaves when told to.

>>> with SmtpSink(folder, rules=[MailRule("450", pattern="grey@*", times=1)]) as sink:
...     settings = Settings(smtp_url=sink.url)
...     ...
...     sink.diary()  # one entry for each mail taken

The diary line is written before the 250 goes out, as a real mail server does: what was answered is always in
it, and what is in it may have gone unanswered.
"""

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from dateline.testing.background import Background, InProcess, InThread, run_until_input_ends
from dateline.testing.smtp_session import Book, MailEntry, MailRule, Session, read_mail_diary

__all__ = ["MailEntry", "MailRule", "SmtpSink", "read_mail_diary"]


class SmtpSink:
    """A running sink on loopback, in a thread or (`process=True`, for load) in a process of its own.

    `folder` gets `diary.tsv` and, with `store`, the messages; without it, a temporary folder that `stop`
    removes.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        rules: Sequence[MailRule] = (),
        store: bool = False,
        port: int = 0,
        process: bool = False,
    ) -> None:
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="dateline-sink-")
        self.folder = folder or Path(self._temporary.name if self._temporary else "")
        self._book: Book | None = None
        self._server: Background
        if process:
            words = [str(self.folder), f"--port={port}", f"--rules={json.dumps([asdict(r) for r in rules])}"]
            self._server = InProcess("dateline.testing.smtp_sink", *words, *(["--store"] if store else []))
        else:
            book = self._book = Book(self.folder, rules, store=store)
            self._server = InThread(lambda: _listen(book, port), book.drop)
        self.port = self._server.port

    @property
    def url(self) -> str:
        """For the setting `smtp_url`."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """Connections taken so far (only in a thread)."""
        return self._book.connections if self._book else 0

    @property
    def hanging(self) -> int:
        """Mails read to the end and left without an answer by rule (only in a thread)."""
        return self._book.hanging if self._book else 0

    def diary(self) -> list[MailEntry]:
        """Every mail taken so far, oldest first."""
        return read_mail_diary(self.folder / "diary.tsv")

    def drop(self) -> None:
        """Breaks every open connection, as a relay that restarts does (only in a thread)."""
        if isinstance(self._server, InThread) and self._book is not None:
            self._server.call(self._book.drop)

    def message(self, entry: MailEntry) -> bytes:
        """The stored message of an entry, dots unstuffed."""
        return (self.folder / entry.file).read_bytes()

    def stop(self) -> None:
        """Ends it; safe to call twice."""
        self._server.stop()
        if self._book is not None:
            os.close(self._book.diary)
            self._book = None
        if self._temporary is not None:
            self._temporary.cleanup()

    def __enter__(self) -> "SmtpSink":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


async def _listen(book: Book, port: int) -> asyncio.AbstractServer:
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Session(book), "127.0.0.1", port, backlog=1024)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rules", default="[]")
    parser.add_argument("--store", action="store_true")
    given = parser.parse_args()
    book = Book(given.folder, [MailRule(**rule) for rule in json.loads(given.rules)], store=given.store)
    run_until_input_ends(lambda: _listen(book, given.port))


if __name__ == "__main__":
    _main()
