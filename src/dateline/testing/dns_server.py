"""A small DNS server on loopback for tests: answers from a table, or falls silent.

>>> with DnsServer({("wire.example", "TXT"): ['"v=spf1 -all"']}) as dns:
...     resolver.nameservers, resolver.port = ["127.0.0.1"], dns.port
"""

import socket
import threading
from collections.abc import Mapping, Sequence

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

Records = Mapping[tuple[str, str], Sequence[str]]
"""(name, type) -> record texts as in a zone file. What is not there does not exist."""


class DnsServer:
    """Listens on UDP, in a thread. `silent` takes questions and never answers; `broken` answers SERVFAIL."""

    def __init__(self, records: Records, *, silent: bool = False, broken: bool = False) -> None:
        self._records = {
            (dns.name.from_text(name), kind): list(texts) for (name, kind), texts in records.items()
        }
        self._silent, self._broken = silent, broken
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, name="dns", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends it; safe to call twice."""
        if self._thread.is_alive():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", ("127.0.0.1", self.port))
            self._thread.join(10)
        self._socket.close()

    def __enter__(self) -> "DnsServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve(self) -> None:
        while True:
            data, who = self._socket.recvfrom(4096)
            if not data:
                return
            question = dns.message.from_wire(data)
            self.asked.append(str(question.question[0].name))
            if not self._silent:
                self._socket.sendto(self._answer(question).to_wire(), who)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query, recursion_available=True)
        asked = query.question[0]
        kind = dns.rdatatype.to_text(asked.rdtype)
        found = self._records.get((asked.name, kind))
        if self._broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *found))
        elif not any(name == asked.name for name, _ in self._records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer
