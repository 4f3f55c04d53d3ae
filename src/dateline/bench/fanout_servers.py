"""The candidates of `dateline bench fanout`: how each is started, asked and published to."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from dateline.bench.fanout_receivers import MOST_PER_PROCESS, SERVER_CORE, pinned
from dateline.core.errors import Unavailable
from dateline.testing.ports import free_port

RING: Final = 10_000  # messages that every candidate which can keeps for those who come back


@dataclass(frozen=True)
class Server:
    """One running candidate."""

    name: str
    pid: int
    port: int
    requests: Sequence[bytes]
    ready: str
    publish: Callable[[Sequence[bytes]], None]
    """Takes JSON lines in order, all at once."""


@contextmanager
def nchan(folder: Path, subscribers: int) -> Iterator[Server]:
    """nginx with Debian's nchan, one worker for each 16,500 subscribers."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    module = next(Path("/usr/lib/nginx/modules").glob("ngx_nchan_module.so"), None)
    if not Path(program).exists() or module is None:
        raise Unavailable("nchan is not installed: apt-get install nginx libnginx-mod-nchan")
    port = free_port()
    conf = folder / "nginx.conf"
    conf.write_text(_nginx_conf(folder, port, module, workers(subscribers)), encoding="utf-8")
    told = subprocess.run(
        ["dpkg-query", "-W", "-f=${Version}", "libnginx-mod-nchan"],
        capture_output=True,
        text=True,
        check=False,
    )
    with running([program, "-p", str(folder), "-c", str(conf)], folder, port) as process:
        head = b"GET /sub HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"
        name = f"nchan {told.stdout.partition('+')[0].rpartition(':')[2] or '?'}"
        with _http_publisher(port, "/pub") as publish:
            yield Server(name, process.pid, port, [head], "\r\n\r\n", publish)


def _nginx_conf(folder: Path, port: int, module: Path, count: int) -> str:
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"  {kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""{user} daemon off; worker_processes {count}; pid {folder}/nginx.pid;
error_log {folder}/nginx.log; worker_rlimit_nofile 20000; load_module {module};
events {{ worker_connections 19000; multi_accept on; }}
http {{
  access_log off; nchan_shared_memory_size 512M; client_max_body_size 1m;
{temporary}  server {{
    listen 127.0.0.1:{port} reuseport backlog=4096;
    location = /sub {{
      nchan_subscriber eventsource; nchan_channel_id wire; nchan_subscriber_first_message newest;
      nchan_eventsource_ping_interval 0;
    }}
    location = /pub {{
      nchan_publisher http; nchan_channel_id wire;
      nchan_message_buffer_length {RING}; nchan_message_timeout 1h;
    }}
  }}
}}
"""


@contextmanager
def nats(folder: Path, subscribers: int) -> Iterator[Server]:
    """A plain nats-server: no stream, no filter."""
    program = shutil.which("nats-server")
    if program is None:
        raise Unavailable("nats-server is not installed: apt-get install nats-server")
    if subscribers > MOST_PER_PROCESS:
        raise Unavailable(f"nats-server is one process: {MOST_PER_PROCESS:,} subscribers at most")
    port = free_port()
    conf = folder / "nats.conf"
    conf.write_text(
        f'listen: "127.0.0.1:{port}"\nmax_connections: 19000\nmax_pending: 268435456\n'
        'ping_interval: "1h"\nwrite_deadline: "60s"\n',
        encoding="utf-8",
    )
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"v?(\d[\d.]+)", told)
    with (
        running([program, "-c", str(conf)], folder, port) as process,
        socket.create_connection(("127.0.0.1", port)) as line,
    ):
        line.sendall(b'CONNECT {"verbose":false}\r\n')

        def publish(payloads: Sequence[bytes]) -> None:
            line.sendall(b"".join(b"PUB wire %d\r\n%b\r\n" % (len(one), one) for one in payloads))

        head = b'CONNECT {"verbose":false}\r\nSUB wire 1\r\nPING\r\n'
        name = f"nats-server {found[1] if found else '?'}"
        yield Server(name, process.pid, port, [head], "PONG", publish)


@contextmanager
def starlette(folder: Path, subscribers: int) -> Iterator[Server]:
    """sse-starlette under uvicorn, a queue for each client."""
    if subscribers > MOST_PER_PROCESS:
        raise Unavailable(f"it is one process: {MOST_PER_PROCESS:,} subscribers at most")
    try:
        name = f"Starlette {version('starlette')} + sse-starlette {version('sse-starlette')}"
    except PackageNotFoundError:
        raise Unavailable("the peer is not installed: pip install starlette sse-starlette") from None
    port = free_port()
    words = [
        sys.executable, "-m", "uvicorn", "dateline.bench.fanout_starlette:app", "--host", "127.0.0.1",
        "--port", str(port), "--loop", "uvloop", "--http", "httptools", "--no-access-log",
        "--backlog", "4096", "--log-level", "error",
    ]  # fmt: skip
    with running(words, folder, port) as process:
        head = b"GET /sub HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"
        with _http_publisher(port, "/pub") as publish:
            yield Server(name, process.pid, port, [head], "\r\n\r\n", publish)


@contextmanager
def _http_publisher(port: int, path: str) -> Iterator[Callable[[Sequence[bytes]], None]]:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)

    def publish(payloads: Sequence[bytes]) -> None:
        for one in payloads:
            connection.request("POST", path, body=one, headers={"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 300:
                raise Unavailable(f"publishing was answered {answer.status}")

    try:
        yield publish
    finally:
        connection.close()


def workers(subscribers: int) -> int:
    """Processes that so many subscribers need, as connections do not spread evenly over them."""
    return -(-subscribers * 5 // (MOST_PER_PROCESS * 4)) if subscribers > MOST_PER_PROCESS else 1


@contextmanager
def running(
    words: list[str], folder: Path, port: int, environment: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Starts it on the servers' core and waits until it takes connections."""
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            pinned(words, SERVER_CORE), stdout=log, stderr=log, env=dict(environment) if environment else None
        )
    try:
        _until_open(port, process, folder / "server.log")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_open(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                raise Unavailable(f"a server did not start: {said}") from None
            time.sleep(0.05)
