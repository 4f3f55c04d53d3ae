"""The port of core.channel again, with the tests of `test_contract`, for the channels that put files."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pytest

from dateline.channels.folder.channel import FolderChannel
from dateline.channels.ftp.channel import FtpChannel, FtpsChannel
from dateline.channels.s3.channel import S3Channel
from dateline.channels.sftp.channel import SftpChannel
from dateline.channels.tests.builders import settings
from dateline.channels.tests.drop_builders import drop_parcel, drop_task, name_of
from dateline.channels.tests.test_contract import (  # the tests themselves; they run with `case` below
    AT_ONCE,
    Case,
    test_a_fault_of_our_own_is_one_rows_state_and_the_rest_goes_on,
    test_a_ledger_that_cannot_write_ends_the_send,
    test_a_report_under_way_is_finished_and_not_repeated,
    test_after_a_cancelled_send_the_channel_serves_again,
    test_cancelled_amid_a_send_what_was_sent_is_lost,
    test_cancelled_before_a_byte_left_it_is_released,
    test_every_task_gets_one_receipt_and_send_ends_with_its_tasks,
    test_it_waits_for_tasks_to_come,
    test_no_tasks_no_receipts,
    test_one_that_cannot_be_sent_is_refused_and_the_rest_goes_on,
    test_tasks_that_end_in_an_error_leave_none_without_a_receipt,
)
from dateline.core.channel import Channel
from dateline.core.words import Task
from dateline.testing.ftp_server import FtpServer
from dateline.testing.s3_server import S3Server
from dateline.testing.sftp_server import SftpServer

pytestmark = pytest.mark.wire
__all__ = [
    "test_a_fault_of_our_own_is_one_rows_state_and_the_rest_goes_on",
    "test_a_ledger_that_cannot_write_ends_the_send",
    "test_a_report_under_way_is_finished_and_not_repeated",
    "test_after_a_cancelled_send_the_channel_serves_again",
    "test_cancelled_amid_a_send_what_was_sent_is_lost",
    "test_cancelled_before_a_byte_left_it_is_released",
    "test_every_task_gets_one_receipt_and_send_ends_with_its_tasks",
    "test_it_waits_for_tasks_to_come",
    "test_no_tasks_no_receipts",
    "test_one_that_cannot_be_sent_is_refused_and_the_rest_goes_on",
    "test_tasks_that_end_in_an_error_leave_none_without_a_receipt",
]
_LOOPBACK = "127.0.0.0/8"
_PARCEL = drop_parcel()


class DropCase:
    """What they have in common: a place of the test's own on a server of the module, and names that tell
    deliveries.
    """

    kind: str
    secret: bytes = b""
    place: str = ""

    def address(self) -> str:
        raise AssertionError

    def names(self) -> list[str]:
        raise AssertionError

    def task(self, number: int) -> Task:
        # A few endpoints for all, as in the house: the contract is about tasks, not about sign-ins.
        return self._to(number, self.address(), f"drop-{number}", f"o_{number % AT_ONCE}")

    def stuck(self, number: int) -> Task:
        return self._to(number, self.address(), f"hang-{number}", f"stuck_{number}")

    def bad(self, number: int) -> Task:
        return self._to(number, "nowhere://", f"bad-{number}", f"bad_{number}")

    def _to(self, number: int, address: str, slug: str, endpoint: str) -> Task:
        parcel = replace(_PARCEL, slug=slug)
        return drop_task(
            number, address, channel=self.kind, secret=self.secret, parcel=parcel, endpoint=endpoint
        )

    def taken(self) -> list[str]:
        there = set(self.names())
        return [f"msg_d{n}" for n in range(1200) if name_of(n) in there]

    def hanging(self) -> int:
        return 0

    def stop(self) -> None:
        """The servers end with the module."""


class SftpCase(DropCase):
    kind = "sftp"

    def __init__(self, servers: "Servers", folder: Path) -> None:
        self.server, self.place, self.home = servers.sftp, folder.name, folder
        self.secret, self._before = self.server.password, self.server.hanging
        (self.server.folder / self.place).mkdir()
        (folder / "known_hosts").write_text(self.server.known_hosts)

    def channel(self) -> Channel:
        made = settings(home=self.home, allow_private_endpoints=_LOOPBACK)
        return SftpChannel(made, at_once=AT_ONCE)

    def address(self) -> str:
        return self.server.url(self.place)

    def stuck(self, number: int) -> Task:
        """As another user, so on a connection of its own: a server answers each in order."""
        task = super().stuck(number)
        address = self.address().replace("ana@", f"ana{number}@")
        return replace(task, endpoint=replace(task.endpoint, address=address))

    def names(self) -> list[str]:
        return list(self.server.files(self.place))

    def hanging(self) -> int:
        return self.server.hanging - self._before


class FtpCase(DropCase):
    def __init__(self, server: FtpServer, folder: Path) -> None:
        self.server, self.place = server, folder.name
        self.kind = "ftps" if server.tls else "ftp"
        self.secret, self._before = server.password, server.hanging()
        (server.folder / self.place).mkdir()

    def channel(self) -> Channel:
        made = settings(ca_file=str(self.server.certificate), allow_private_endpoints=_LOOPBACK)
        return (FtpsChannel if self.server.tls else FtpChannel)(made, at_once=AT_ONCE)

    def address(self) -> str:
        return self.server.url(self.place)

    def names(self) -> list[str]:
        return list(self.server.files(self.place))

    def hanging(self) -> int:
        return self.server.hanging() - self._before


class S3Case(DropCase):
    kind = "s3"
    secret = S3Server.secret

    def __init__(self, server: S3Server, folder: Path) -> None:
        self.server, self.place = server, folder.name

    def channel(self) -> Channel:
        return S3Channel(settings(s3_endpoint=self.server.endpoint), at_once=AT_ONCE)

    def address(self) -> str:
        return f"s3://drops/{self.place}"

    def names(self) -> list[str]:
        return [name.rpartition("/")[2] for name in self.server.files("drops", self.place)]


class FolderCase(DropCase):
    kind = "folder"

    def __init__(self, folder: Path) -> None:
        self.home = folder

    def channel(self) -> Channel:
        return FolderChannel(settings(home=self.home))

    def address(self) -> str:
        return "in"

    def bad(self, number: int) -> Task:
        return self._to(number, "/etc", f"bad-{number}", f"bad_{number}")

    def names(self) -> list[str]:
        place = self.home / "drops" / "in"
        return [path.name for path in place.iterdir()] if place.exists() else []


class Servers:
    """Started when first asked for; they end with the module."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    @cached_property
    def sftp(self) -> SftpServer:
        return self._stack.enter_context(SftpServer(rules=("hang",)))

    @cached_property
    def ftp(self) -> FtpServer:
        return self._stack.enter_context(FtpServer(rules=("hang",)))

    @cached_property
    def ftps(self) -> FtpServer:
        return self._stack.enter_context(FtpServer(tls=True, rules=("hang",)))

    @cached_property
    def s3(self) -> S3Server:
        return self._stack.enter_context(S3Server("drops"))


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(stack)


_NEEDS_A_STUCK_SERVER = {
    "test_cancelled_amid_a_send_what_was_sent_is_lost",
    "test_after_a_cancelled_send_the_channel_serves_again",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Nothing keeps a put into S3 or a folder from being answered, so those two are not asked of them."""
    if "case" in metafunc.fixturenames:
        stuck = metafunc.function.__name__ in _NEEDS_A_STUCK_SERVER
        kinds = ["sftp", "ftp", "ftps"] + ([] if stuck else ["s3", "folder"])
        metafunc.parametrize("case", kinds, indirect=True)


@pytest.fixture
def case(request: pytest.FixtureRequest, servers: Servers, tmp_path: Path) -> Case:
    makers: dict[str, Callable[[], Case]] = {
        "sftp": lambda: SftpCase(servers, tmp_path),
        "ftp": lambda: FtpCase(servers.ftp, tmp_path),
        "ftps": lambda: FtpCase(servers.ftps, tmp_path),
        "s3": lambda: S3Case(servers.s3, tmp_path),
        "folder": lambda: FolderCase(tmp_path),
    }
    return makers[request.param]()
