"""`dateline desktop` against a running wire whose edge speaks TLS and asks for passes."""

import http.client
import json
import os
import signal
import ssl
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from dateline.cli.tests.wire_home import Up, WireHome
from dateline.testing.certificates import make_certificate

pytestmark = pytest.mark.wire

COLUMNS = "account,country,languages,sectors,keywords"


class Edge:
    """The address that the wire announces, spoken to over TLS."""

    def __init__(self, up: Up, trusted: Path, closing: ExitStack) -> None:
        self.closing = closing
        self.site = urlsplit(up.url)
        announced = json.loads(self.ask("GET", "/api/v1/").read())
        assert announced["passes"] == "required" and announced["stream"].startswith("https://")
        assert announced["ws"] == announced["stream"].replace("https", "wss").replace("/stream", "/ws")
        self.address = urlsplit(announced["stream"])
        self.trusted = trusted

    def ask(self, method: str, path: str, bearer: str = "") -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self.site.hostname or "", self.site.port, timeout=30)
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        answer: http.client.HTTPResponse = self._answer(connection, method, path, headers)[0]
        return answer

    def open(self, query: str = "", bearer: str = "") -> tuple[http.client.HTTPResponse, bytes]:
        """The stream's answer, and the certificate it came with."""
        context = ssl.create_default_context(cafile=str(self.trusted))
        connection = http.client.HTTPSConnection(
            self.address.hostname or "", self.address.port, timeout=60, context=context
        )
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        answer, sock = self._answer(connection, "GET", f"/stream{query}", headers)
        return answer, sock.getpeercert(binary_form=True)

    def _answer(self, connection: http.client.HTTPConnection, *asked: Any) -> tuple[Any, Any]:
        self.closing.callback(connection.close)
        method, path, headers = asked
        connection.request(method, path, headers=headers)
        sock = connection.sock
        self.closing.callback(sock.close)
        answer = connection.getresponse()
        self.closing.callback(answer.close)
        return answer, sock


def test_a_key_opens_the_stream_until_it_is_revoked(wire: WireHome, tmp_path: Path) -> None:
    certificate, private = make_certificate(tmp_path / "tls")
    wire.import_rows("desktop", COLUMNS, ["acme-1,KR,ko;en,,"])
    made = wire.json("desktop", "key", "new", "acme-1", "--connections", "2", schema="desktop_key")
    (listed,) = wire.json("desktop", "key", "list", "acme-1", schema="desktop_key_list")
    assert listed == {name: made[name] for name in listed}
    settings: dict[str, Any] = {
        "DATELINE_EDGE_CERTIFICATE": str(certificate),
        "DATELINE_EDGE_KEY": str(private),
        "DATELINE_DESKTOP_PASSES": "required",
    }
    with wire.up(**settings) as up, ExitStack() as closing:
        edge = Edge(up, certificate, closing)
        wire.wait_for(lambda: edge.open()[0].status == 401, "the edge asks for a pass")
        token = json.loads(edge.ask("POST", "/api/v1/desktop/token", made["secret"]).read())["token"]
        wire.wait_for(lambda: edge.open(bearer=token)[0].status == 200, "the edge knows the keys")
        by_hand = wire.json("desktop", "token", "acme-1", schema="desktop_token")["token"]
        ticket = json.loads(edge.ask("POST", "/api/v1/desktop/ticket", token).read())["ticket"]
        stream, before = edge.open(f"?ticket={ticket}")
        assert stream.status == 200 and edge.open(f"?ticket={ticket}")[0].status == 401
        make_certificate(tmp_path / "tls")
        os.kill(up.children()["edge"], signal.SIGHUP)
        wire.wait_for(lambda: edge.open()[1] != before, "the new certificate is shown")
        assert "is revoked" in wire.run("desktop", "key", "revoke", made["key"])
        assert b": revoked" in stream.read(), "the edge closed what was open"
        assert edge.open(bearer=by_hand)[0].status == 401
        assert edge.ask("POST", "/api/v1/desktop/token", made["secret"]).status == 401
