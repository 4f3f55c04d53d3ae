"""A real PostgreSQL for tests: its own cluster on a free port, run by an ordinary user."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from dateline.core.errors import Unavailable
from dateline.testing.ports import free_port


@dataclass(frozen=True)
class PostgresServer:
    """A running server. `url` fits DATELINE_DATABASE_URL."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stops the server and waits for it."""
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every connection still open.
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)


def start_postgres(folder: Path, *, settings: tuple[str, ...] = ()) -> PostgresServer:
    """Makes a cluster in `folder` and starts it. Raises Unavailable when PostgreSQL is not installed."""
    binaries = _binaries()
    folder.mkdir(parents=True, exist_ok=True)
    user = _ordinary_user()
    for parent in (folder, *folder.parents):
        if parent.owner() == pwd.getpwuid(os.getuid()).pw_name and parent.stat().st_mode & 0o005 != 0o005:
            parent.chmod(
                parent.stat().st_mode | 0o011
            )  # the server's user must be able to walk to its folder
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    _run(
        [
            *_as(user),
            str(binaries / "initdb"),
            "-D",
            str(data),
            "-A",
            "trust",
            "-U",
            "dateline",
            "-E",
            "UTF8",
            "--no-locale",
        ]
    )
    port = free_port()
    options = [
        "-c",
        "unix_socket_directories=",
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "max_connections=200",
    ]
    for setting in settings:
        options += ["-c", setting]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*_as(user), str(binaries / "postgres"), "-D", str(data), "-p", str(port), *options],
            stdout=subprocess.DEVNULL,
            stderr=log,
            cwd=folder,
        )
    _wait_ready(binaries, port, process)
    _run([str(binaries / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "dateline", "dateline"])
    return PostgresServer(f"postgresql://dateline@127.0.0.1:{port}/dateline", process)


def create_database(url: str, name: str) -> str:
    """Makes an empty database on the server of `url`; returns its address."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return url.rpartition("/")[0] + "/" + name


def _wait_ready(binaries: Path, port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        ready = subprocess.run(
            [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)], check=False
        ).returncode
        if ready == 0:
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise Unavailable("PostgreSQL did not start; its server.log says why")


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).parent
    raise Unavailable("PostgreSQL is not installed; run: apt-get install postgresql")


def _ordinary_user() -> str:
    """PostgreSQL refuses root; Debian's package brings a user of its own."""
    return "postgres" if os.getuid() == 0 else ""


def _as(user: str) -> list[str]:
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, check=False, cwd="/")
    if done.returncode:
        raise Unavailable(f"{Path(command[-1]).name}: {done.stderr.decode(errors='replace')[-400:]}")
