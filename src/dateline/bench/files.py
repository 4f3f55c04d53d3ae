"""`dateline bench files`: drops over SFTP and FTPS to real servers, beside one connection for each file."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from dateline.bench import files_peers
from dateline.bench.files_peers import File, Peer
from dateline.bench.wire import machine
from dateline.channels.ftp.services import FtpsChannel
from dateline.channels.sftp.services import SftpChannel
from dateline.core.channel import Channel
from dateline.core.clock import Instant
from dateline.core.errors import BadInput, Unavailable
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.words import Endpoint, OpenedParcel, Receipt, Task
from dateline.plant.settings import Settings
from dateline.testing.ftp_server import FtpServer
from dateline.testing.openssh import OpenSsh

SIZE_BYTES: Final = 20_000
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Took:
    """What a number of files cost: seconds by the wall and of our own processor time."""

    files: int
    wall_s: float
    cpu_s: float

    @property
    def rate(self) -> float:
        return self.files / self.wall_s

    @property
    def cpu_ms(self) -> float:
        return self.cpu_s * 1000 / self.files


@dataclass
class Case:
    """One protocol: our rounds, and each peer's."""

    name: str
    ours: list[Took] = field(default_factory=list)
    peers: dict[str, list[Took]] = field(default_factory=dict)


def run(*, drops: int = 1000, rounds: int = 5, sample: int = 100) -> Row:
    """`{"bench", "machine", "rounds", "rows": [..]}`. Each round puts `drops` files of 20 KB to one outlet
    over our channel, and `sample` with each peer, to OpenSSH and to pyftpdlib with TLS, both on loopback.

    Raises BadInput, and Unavailable where a server is not installed or a drop does not arrive.
    """
    if drops < 1 or sample < 1:
        raise BadInput("at least one file is needed", where="--drops" if drops < 1 else "--sample")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dateline-bench-")))
        sshd, ftps = stack.enter_context(OpenSsh()), stack.enter_context(FtpServer(tls=True))
        (scratch / "known_hosts").write_text(sshd.known_hosts)
        sftp_case, ftps_case = Case("SFTP to OpenSSH"), Case("FTPS to pyftpdlib")
        for number in range(rounds):
            _sftp_round(sftp_case, sshd, scratch, number=number, drops=drops, sample=sample)
            _ftps_round(ftps_case, ftps, drops, sample)
    found = [row for case in (sftp_case, ftps_case) for row in rows(case, drops)]
    return {"bench": "files", "machine": machine(), "rounds": rounds, "rows": found}


def _sftp_round(case: Case, server: OpenSsh, scratch: Path, *, number: int, drops: int, sample: int) -> None:
    folder = f"round{number}"
    server.make(folder)
    settings = Settings.model_validate({"home": scratch, "allow_private_endpoints": "127.0.0.0/8"})
    to = Endpoint("bench", "sftp", server.url(folder), secret=server.key)
    case.ours.append(_ours(lambda: SftpChannel(settings), to, drops))
    if len(server.files(folder)) != drops:
        raise Unavailable(f"{drops} files were reported and {len(server.files(folder))} lie there")
    for peer in (
        files_peers.with_asyncssh(server, folder),
        files_peers.with_paramiko(server, folder, scratch),
    ):
        _beside(case, peer, sample)


def _ftps_round(case: Case, server: FtpServer, drops: int, sample: int) -> None:
    settings = Settings.model_validate(
        {"ca_file": str(server.certificate), "allow_private_endpoints": "127.0.0.0/8"}
    )
    to = Endpoint("bench", "ftps", server.url(), secret=server.password)
    case.ours.append(_ours(lambda: FtpsChannel(settings), to, drops))
    _beside(case, files_peers.with_ftplib(server), sample)


# --- one measurement --------------------------------------------------------------------------------------


def _ours(make: Callable[[], Channel], to: Endpoint, drops: int) -> Took:
    """The channel as dispatch uses it, from the first task to the last receipt; its sign-in included."""
    receipts: list[Receipt] = []

    async def report(receipt: Receipt) -> None:
        receipts.append(receipt)

    async def tasks() -> AsyncIterator[Task]:
        for number in range(drops):
            yield Task(number, 1, f"msg_{number}", to, _parcel(number))

    async def work() -> Took:
        channel = make()
        try:
            wall, cpu = time.perf_counter(), time.process_time()
            await channel.send(tasks(), report)
            return Took(drops, time.perf_counter() - wall, time.process_time() - cpu)
        finally:
            await channel.aclose()

    took = asyncio.run(work())
    if failed := [receipt for receipt in receipts if receipt.outcome != "accepted"]:
        raise Unavailable(f"{len(failed)} drops did not arrive; the first said: {failed[0].text}")
    return took


def _parcel(number: int) -> OpenedParcel:
    at = Instant(datetime(2026, 11, 24, tzinfo=UTC))
    return OpenedParcel(
        VersionId("bench"),
        ReleaseId(f"k7m2x9qd{number:04d}"),
        1,
        Language("en"),
        "sftp",
        "text",
        "",
        _body(),
        at=at,
        slug="bench",
    )


def _body() -> bytes:
    return (b"A line of a release of ordinary length, neither long nor short.\n" * 400)[:SIZE_BYTES]


def _beside(case: Case, peer: Peer, sample: int) -> None:
    files: list[File] = [(f"peer-{number}.txt", _body()) for number in range(sample)]
    wall, cpu = time.perf_counter(), time.process_time()
    peer.put(files)
    took = Took(sample, time.perf_counter() - wall, time.process_time() - cpu)
    case.peers.setdefault(f"{peer.name} ({sample} files)", []).append(took)


# --- rows -------------------------------------------------------------------------------------------------


def rows(case: Case, drops: int) -> list[Row]:
    """Ours beside each peer: rate, and processor time of the client for each file; then the peers' own."""
    name = f"{case.name}, {drops} drops of 20 KB"
    found = []
    for peer, took in case.peers.items():
        found.append(_row(name, "drops", "files/s", case.ours, lambda t: t.rate, peer=peer, beside=took))
        found.append(_row(name, "CPU per drop", "ms", case.ours, lambda t: t.cpu_ms, peer=peer, beside=took))
    for peer, took in case.peers.items():
        beside = f"{case.name}, {peer}"
        found.append(_row(beside, "drops", "files/s", took, lambda t: t.rate))
        found.append(_row(beside, "CPU per drop", "ms", took, lambda t: t.cpu_ms))
    return found


def _row(
    case: str,
    metric: str,
    unit: str,
    ours: Sequence[Took],
    figure: Callable[[Took], float],
    *,
    peer: str | None = None,
    beside: Sequence[Took] = (),
) -> Row:
    values = [figure(took) for took in ours]
    ratios = [figure(mine) / figure(its) for mine, its in zip(ours, beside, strict=False)]
    return {
        "case": case,
        "metric": metric,
        "unit": unit,
        "median": round(statistics.median(values), 2),
        "min": round(min(values), 2),
        "max": round(max(values), 2),
        "peer": peer,
        "ratio": round(statistics.median(ratios), 3) if ratios else None,
    }
