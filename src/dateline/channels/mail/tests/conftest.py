"""The same tests against both SMTP servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dateline.channels.mail.tests.servers import Library, OurSink, Server


@pytest.fixture(params=["sink", "aiosmtpd"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A running SMTP server."""
    found: Server = OurSink(tmp_path / "sink") if request.param == "sink" else Library()
    yield found
    found.stop()


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[OurSink]:
    """Our own sink, for faults no library offers."""
    found = OurSink(tmp_path / "sink")
    yield found
    found.stop()
