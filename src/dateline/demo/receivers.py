"""The demo's loopback receivers: a mail server, webhook endpoints, a dead port, and a crowd of desktops."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dateline.core.errors import Unavailable
from dateline.demo.world import Receivers
from dateline.testing.ports import DeadPort
from dateline.testing.smtp_sink import MailEntry, MailRule, SmtpSink, read_mail_diary
from dateline.testing.webhook_receiver import HookEntry, HookRule, WebhookReceiver, read_hook_diary

SLOW_S = 3.0
_HOOKS = (HookRule("slow", pattern="/slow/*", seconds=SLOW_S), HookRule("503", pattern="/failing/*"))
# A few addresses are gone, as in life.
_MAIL = (MailRule("550", percent=0.3),)


@dataclass(frozen=True, slots=True)
class Loopback:
    """Where the receivers listen, and the diaries they write before they answer."""

    where: Receivers
    smtp_url: str
    folder: Path

    def settings(self) -> dict[str, str]:
        """The settings under which a wire can reach nothing but these receivers."""
        return {
            "smtp_url": self.smtp_url,
            "allow_private_endpoints": "127.0.0.0/8",
            "mail_from": "news@wire.example",
        }

    def mail(self) -> list[MailEntry]:
        """What the mail server took so far."""
        return read_mail_diary(self.folder / "mail" / "diary.tsv")

    def hooks(self) -> list[HookEntry]:
        """What the endpoints were asked so far, with their answers."""
        return read_hook_diary(self.folder / "hooks" / "requests.tsv")


@contextmanager
def started(folder: Path) -> Iterator[Loopback]:
    """The receivers, each in a process of its own, until the block ends; on the ports of the last time."""
    kept = folder / "ports.json"
    ports: dict[str, int] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    with ExitStack() as stack:
        sink = stack.enter_context(
            SmtpSink(folder / "mail", rules=_MAIL, process=True, port=ports.get("mail", 0))
        )
        hooks = stack.enter_context(
            WebhookReceiver(folder / "hooks", rules=_HOOKS, process=True, port=ports.get("hooks", 0))
        )
        dead = stack.enter_context(DeadPort())
        kept.write_text(json.dumps({"mail": sink.port, "hooks": hooks.port}), encoding="utf-8")
        yield Loopback(Receivers(hooks.port, dead.port), sink.url, folder)


class Crowd:
    """Many desktops in one child process, each with a stream open in one of the wire's languages."""

    def __init__(self, stream_url: str, count: int) -> None:
        self.count = count
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dateline.demo.desktops", stream_url, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches the demo alone, which then ends its receivers in order
        )

    def counts(self) -> dict[str, Any]:
        """`{"connected", "received", "events": {wire event id: desktops that got it}}`."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise Unavailable("the desktops' process has no pipes")
        try:
            stdin.write(b"?\n")
            stdin.flush()
            line = stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            raise Unavailable("the desktops' process ended; see its error output above")
        found: dict[str, Any] = json.loads(line)
        return found

    def stop(self) -> None:
        """Closes every stream and ends the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.terminate()
        self._process.wait(timeout=10)
