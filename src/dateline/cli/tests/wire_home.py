"""A wire for tests of the command line: a home of its own, real receivers, commands run as a person would."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs

from dateline.cli.tests.forked import commands
from dateline.core.clock import Instant
from dateline.testing.ports import free_port
from dateline.testing.smtp_sink import SmtpSink
from dateline.testing.webhook_receiver import WebhookReceiver

SCHEMAS = Path(__file__).resolve().parents[2] / "core" / "schemas"

RELEASE = """---
language: {language}
issuer: hanbit
circuit: all
sectors: [20000302]
countries: [KR]
{more}contacts:
  - {{name: Yoon Seo-jin, email: press@hanbit.example}}
---

# {headline}

SEOUL, November 24, 2026 /Dateline/ -- Hanbit Robotics today opened a workshop where schools can repair
their robots. {body}

The workshop is open on weekdays from nine to five and lends tools to teachers free of charge.

## About Hanbit Robotics

Hanbit Robotics makes robots for warehouses and schools.
"""

KOREAN = """---
language: ko
sectors: [20000302]
---

# 한빛로보틱스, 학교용 로봇 수리 공방 열어

(서울=Dateline) 2026년 11월 24일 -- 한빛로보틱스가 오늘 학교가 로봇을 직접 고칠 수 있는 공방을 열었다.

공방은 평일 오전 9시부터 오후 5시까지 운영하며 교사에게 공구를 무료로 빌려준다.
"""

OUTLET_COLUMNS = "name,country,languages,sectors,kind,channel,endpoint,format"
# Each command ends with SystemExit, as it would alone; the first that fails ends them all.
_TOGETHER = """
import json, sys
from dateline.cli.main import main
for words in json.loads(sys.argv[1]):
    try:
        main(words)
    except SystemExit as end:
        if end.code:
            raise
"""
JOURNALIST_COLUMNS = "email,name,country,languages,sectors,outlet,consent"


def in_seconds(seconds: float) -> str:
    """The instant so many seconds from now, as `--at` takes it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


@dataclass
class WireHome:
    """A home, its receivers, and the `dateline` command over it."""

    folder: Path
    sink: SmtpSink
    hooks: WebhookReceiver
    environment: dict[str, str] = field(default_factory=dict)
    last_error: str = ""
    slowest_s: float = 0.0
    """The longest that a command took so far: how busy the machine is."""

    def approve_for_soon(self, release: str, *, left_s: float) -> Instant:
        """Chooses a T0 for the release and approves it, so that `left_s` are left when that is done; the T0.

        However slow the machine is: where the commands took longer than was allowed, a later T0 is chosen.
        """
        allowed_s = max(6.0, 3 * self.slowest_s)
        while True:
            t0 = Instant(datetime.now(UTC) + timedelta(seconds=left_s + allowed_s))
            self.run("release", "schedule", release, "--at", t0.isoformat())
            done = self.start("release", "approve", release)
            assert done.returncode == 0 or "is past" in done.stderr, done.stderr
            # Approved in time and out by now is as good where nothing had to be left.
            if done.returncode == 0 and (left_s <= 0 or t0.timestamp() - time.time() >= left_s):
                return t0
            allowed_s *= 2
            assert allowed_s < 300, "two commands took minutes"

    def run(self, *words: str, code: int = 0, **extra: str) -> str:
        """Standard output of `dateline WORDS`; fails when the exit code is another one."""
        done = self.start(*words, **extra)
        assert done.returncode == code, f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        self.last_error = done.stderr
        return done.stdout

    def start(self, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Runs `dateline WORDS` to its end, in a fork of a process that has imported the house already."""
        began = time.monotonic()
        environment = self.environment | extra
        if os.environ.get("DATELINE_SOAK"):
            done = subprocess.run(
                [sys.executable, "-m", "dateline", *words],
                env=environment,
                cwd=self.folder,
                capture_output=True,
                text=True,
                timeout=240,
                check=False,
            )
        else:
            done = commands.run(words, environment, self.folder, timeout_s=240)
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        return done

    def with_file_limit(self, limit_bytes: int, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs a command that may write no file beyond `limit_bytes`: how a full disk feels."""
        code = (
            "import resource, sys, runpy;"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, {limit_bytes}));"
            "sys.argv = ['dateline', *sys.argv[1:]];"
            "runpy.run_module('dateline', run_name='__main__')"
        )
        return subprocess.run(
            [sys.executable, "-c", code, *words],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    @contextmanager
    def relay_again(self) -> Iterator[SmtpSink]:
        """The relay, back on the port it had."""
        with SmtpSink(self.folder / "mail-again", port=self.sink.port) as sink:
            yield sink

    def wait_for(self, true: Callable[[], bool], what: str, seconds: float = 90.0) -> None:
        """Waits until `true()`."""
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"waited in vain for {what}"
            time.sleep(0.2)

    def wait_state(self, release: str, state: str) -> None:
        """Waits until `release show` says `state`."""
        self.wait_for(lambda: self.json("release", "show", release)["state"] == state, state)

    def wait_settled(self, release: str) -> None:
        """Waits until every row of the newest version is final."""
        final = {"accepted", "refused", "expired", "suppressed", "cancelled", "uncertain"}

        def settled() -> bool:
            counts = self.json("report", release)["deliveries"]
            return bool(counts) and set(counts) <= final

        self.wait_for(settled, "every delivery")

    def json(self, *words: str, schema: str = "", code: int = 0) -> Any:
        """The document of `dateline WORDS --json`, valid by the schema named."""
        document = json.loads(self.run(*words, "--json", code=code))
        if schema:
            validator = jsonschema_rs.validator_for(
                json.loads((SCHEMAS / f"{schema}.json").read_text(encoding="utf-8"))
            )
            faults = [f"{fault.instance_path}: {fault.message}" for fault in validator.iter_errors(document)]
            assert not faults, faults
        return document

    def write(self, name: str, text: str) -> str:
        """A file in the folder; returns its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def release_file(
        self,
        name: str = "release.md",
        *,
        headline: str = "",
        body: str = "",
        more: str = "",
        language: str = "en",
    ) -> str:
        """A release in English that passes the gate."""
        text = RELEASE.format(
            headline=headline or "Hanbit Robotics opens repair workshop for school robots",
            body=body,
            more=more,
            language=language,
        )
        return self.write(name, text)

    def import_rows(self, kind: str, columns: str, rows: Sequence[str]) -> None:
        """Imports rows of one kind."""
        self.run(*self._importing(kind, columns, rows))

    def _importing(self, kind: str, columns: str, rows: Sequence[str]) -> tuple[str, ...]:
        file = self.write(f"{kind}s.csv", "\n".join([columns, *rows]) + "\n")
        return ("audience", "import", file, "--kind", kind)

    def run_together(self, *commands: Sequence[str]) -> None:
        """Commands of a set-up in one process: starting Python is most of what each of them costs."""
        done = subprocess.run(
            [sys.executable, "-c", _TOGETHER, json.dumps(commands)],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"

    def populate(self) -> None:
        """An issuer, three webhooks, a mail outlet, three journalists (one without consent), a desktop."""
        self.run_together(
            ("issuer", "add", "hanbit", "--name", "Hanbit Robotics", "--country", "KR"),
            self._importing(
                "outlet",
                OUTLET_COLUMNS,
                [
                    f"Seoul Courier,KR,ko;en,,site,webhook,{self.hooks.url('/courier')},json",
                    f"London Ledger,GB,en,,paper,webhook,{self.hooks.url('/ledger')},text",
                    f"Berlin Bote,DE,de,,site,webhook,{self.hooks.url('/bote')},html",
                    "Busan Post,KR,ko,,paper,mail,desk@busan.example,",
                ],
            ),
            self._importing(
                "journalist",
                JOURNALIST_COLUMNS,
                [
                    "ada@ledger.example,Ada Ashdown,GB,en,13000000;04000000,,own form 2026",
                    "haneul@courier.example,김하늘,KR,ko;en,04000000;13000000,,own form 2026",
                    "nobody@courier.example,Nobody Asked,KR,ko,04000000,,",
                    "gone@ledger.example,Gus Gone,GB,en,04000000;13000000,,own form 2026",
                ],
            ),
            self._importing(
                "desktop",
                "account,country,languages,sectors,keywords",
                ["terminal-1,KR,ko,,", "terminal-2,GB,en,,"],
            ),
        )

    @contextmanager
    def up(self, *, log: Path | None = None, **extra: str) -> Iterator["Up"]:
        """`dateline up` on a free port until the block ends; it must drain on SIGTERM. `log` gets what its
        processes say.
        """
        with log.open("wb") if log else nullcontext() as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "dateline", "up", "--port", "0"],
                env=self.environment | extra,
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("ready "), line
            _, url, sign_in = line.split()
            yield Up(process, url, sign_in)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=40)
            finally:
                process.kill()
                process.wait()
                process.stdout.close()


@dataclass
class Up:
    """A running wire."""

    process: subprocess.Popen[str]
    url: str
    sign_in: str

    def children(self) -> dict[str, int]:
        """Process name -> id of the supervised processes."""
        found: dict[str, int] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent == self.process.pid and b"dateline" in words:
                found[words[words.index(b"dateline") + 1].decode()] = int(folder.name)
        return found


@contextmanager
def wire_home(folder: Path, sink: SmtpSink, hooks: WebhookReceiver, **settings: str) -> Iterator[WireHome]:
    """A fresh home below `folder` whose mail and webhooks go to these receivers."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "DJANGO_"))
    }
    environment = kept | {
        "DATELINE_HOME": str(folder / "home"),
        "DATELINE_SMTP_URL": sink.url,
        "DATELINE_ALLOW_PRIVATE_ENDPOINTS": "127.0.0.0/8",
        "DATELINE_MAIL_FROM": "news@wire.example",
        "DATELINE_PORT": str(free_port()),
        "DATELINE_EDGE_PORT": str(free_port()),
        **settings,
    }
    yield WireHome(folder, sink, hooks, environment)
