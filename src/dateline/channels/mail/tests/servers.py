"""Two real SMTP servers behind one face: aiosmtpd, the library others use, and the sink of our test kit.

What they do with mail is told by the recipient: `no@` 550, `grey@` 450, `busy@` 451, `fast@` 454, `bye@`
421 and the end, `lose@` takes the mail and says nothing, `hang@` never answers. All other mail is taken.
"""

import asyncio
import re
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from dateline.testing.ports import free_port
from dateline.testing.smtp_sink import MailRule, SmtpSink

CODES = {"no": "550", "grey": "450", "busy": "451", "fast": "454", "bye": "421"}
RULES = (
    *(MailRule(code, pattern=f"{name}*@*") for name, code in CODES.items()),
    MailRule("lose", pattern="lose*@*"),
    MailRule("hang", pattern="hang*@*"),
)


class Server(Protocol):
    """What the tests ask of either."""

    port: int

    @property
    def url(self) -> str: ...

    def taken(self) -> list[tuple[str, str]]:
        """(Message-ID, recipient) of every mail taken, oldest first."""
        ...

    def messages(self) -> list[bytes]:
        """The mails as they came."""
        ...

    def hanging(self) -> int:
        """Mails read to the end and never answered."""
        ...

    def stop(self) -> None: ...


class OurSink:
    """dateline.testing.smtp_sink."""

    def __init__(self, folder: Path, rules: Sequence[MailRule] = RULES, *, port: int = 0) -> None:
        self.sink = SmtpSink(folder, rules=rules, store=True, port=port)
        self.port = self.sink.port
        self.url = self.sink.url
        self.stop = self.sink.stop
        self.drop = self.sink.drop

    def taken(self) -> list[tuple[str, str]]:
        return [(entry.message_id, entry.recipient) for entry in self.sink.diary()]

    def messages(self) -> list[bytes]:
        return [self.sink.message(entry) for entry in self.sink.diary()]

    def hanging(self) -> int:
        return self.sink.hanging


class Library:
    """aiosmtpd, in a thread; with TLS and a login where asked for."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        **more: Any,
    ) -> None:
        self._handler = _Handler()
        self._login = login
        options: dict[str, Any] = {"enable_SMTPUTF8": True, "hostname": "127.0.0.1", **more}
        if login:
            options |= {"authenticator": self._check, "auth_required": True, "auth_require_tls": True}
        if tls:
            options |= {"tls_context": tls, "require_starttls": True}
        self.port = free_port()
        self._controller = _Controller(self._handler, port=self.port, **options)
        self._controller.start()
        self.url = f"smtp://127.0.0.1:{self.port}"

    def _check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any
    ) -> AuthResult:
        right = self._login == (given.login.decode(), given.password.decode())
        return AuthResult(success=right, handled=False)

    def taken(self) -> list[tuple[str, str]]:
        return [(_message_id(data), who) for who, data in self._handler.mails]

    def messages(self) -> list[bytes]:
        return [data for _, data in self._handler.mails]

    def hanging(self) -> int:
        return self._handler.hanging

    def stop(self) -> None:
        self._controller.end()


class _Controller(Controller):
    """aiosmtpd's, which stops its loop under open connections and leaves their sockets to the collector."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sessions: list[SMTP] = []

    def factory(self) -> SMTP:
        made: SMTP = super().factory()  # type: ignore[no-untyped-call]
        self._sessions.append(made)
        return made

    def end(self) -> None:
        """Closes every connection first; safe to call twice."""
        if self.loop.is_running():
            asyncio.run_coroutine_threadsafe(self._close(), self.loop).result(10)
            self.stop()

    async def _close(self) -> None:
        for session in self._sessions:
            if session.transport is not None:
                _transport(session).abort()
        await asyncio.sleep(0.01)


class _Handler:
    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []
        self.hanging = 0

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        code = CODES.get(re.sub(r"\d*@.*", "", address))
        if code == "421":
            asyncio.get_running_loop().call_soon(_transport(server).close)
        if code:
            return f"{code} 4.0.0 Told to"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        (who,) = envelope.rcpt_tos
        if who.startswith("hang"):
            self.hanging += 1
            await asyncio.sleep(3600)
        content = envelope.original_content
        assert isinstance(content, bytes)
        self.mails.append((who, content))
        if who.startswith("lose"):
            _transport(server).abort()
        return "250 Taken"


def _transport(server: SMTP) -> asyncio.Transport:
    return cast(asyncio.Transport, server.transport)


def _message_id(data: bytes) -> str:
    found = re.search(rb"^Message-ID: (.*)\r$", data, re.MULTILINE)
    return found[1].decode() if found else ""
