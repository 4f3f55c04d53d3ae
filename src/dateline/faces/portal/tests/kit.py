"""People, texts and releases for the tests of the signed-in faces, made through everybody's doors."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from threading import Event, Thread

from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client

from dateline.audience import services as audience
from dateline.core.channel import Channel
from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.ids import ReleaseId
from dateline.core.words import Receipt, Task
from dateline.desk import jobs as desk_jobs
from dateline.desk import services as desk
from dateline.dispatch import services as dispatch
from dateline.intake import services as intake
from dateline.issuers import services as issuers
from dateline.plant.db.outbox import follow
from dateline.reports import services as reports
from dateline.wire import holds
from dateline.wire import jobs as wire_jobs
from dateline.wire import services as wire

TEXTS = {
    "en": """---
headline: Harbour museum opens its new hall
subhead: Twelve boats from four centuries, under one roof
language: en
issuer: acme
sectors: [01000000]
contacts:
  - name: Ana Lima
    email: press@acme.example
---
SEOUL, Nov. 24, 2026 /Dateline/ -- The harbour museum opens its new hall next week and expects many visitors
from the whole region.

The director said that the building was finished within the budget of 12 million dollars.

> "We built it for the children of the harbour," the director said.

## About Acme

Acme builds and runs museums in four countries.
""",
    "de": """---
headline: Hafenmuseum öffnet seine neue Halle
language: de
---
SEOUL, 24. November 2026 /Dateline/ -- Das Hafenmuseum öffnet nächste Woche seine neue Halle und erwartet
viele Gäste aus der ganzen Region.

Die Direktorin sagte, dass der Bau im Rahmen des Budgets von 12 Millionen Dollar fertig wurde.

> „Wir haben sie für die Kinder des Hafens gebaut“, sagte die Direktorin.
""",
    "ar": """---
headline: متحف الميناء يفتتح قاعته الجديدة
language: ar
---
سيول، 24 نوفمبر 2026 /Dateline/ -- يفتتح متحف الميناء قاعته الجديدة الأسبوع المقبل ويتوقع زوارا كثيرين
من المنطقة كلها.

قالت المديرة إن المبنى اكتمل ضمن الميزانية البالغة 12 مليون دولار.
""",
}


def house() -> None:
    """Two issuers, an operator, and a person of each issuer."""
    issuers.add_issuer("acme", "Acme Museums", "KR")
    issuers.add_issuer("minato", "Minato Marine", "JP")
    issuers.add_person("ops")
    issuers.add_person("carl", role="issuer", issuer="acme")
    issuers.add_person("dora", role="issuer", issuer="minato")


_numbers = count(1)


def recipients(outlets: int = 4, journalists: int = 6) -> None:
    """Outlets by webhook and journalists by mail, in Korea and Germany, who take English."""
    start = next(_numbers) * 1000
    audience.import_rows(
        [
            {
                "name": f"Outlet {n}",
                "country": "KR" if n % 2 else "DE",
                "languages": "en;de",
                "sectors": "",
                "kind": "site",
                "channel": "webhook",
                "endpoint": f"https://outlet{n}.example/in",
                "format": "json",
            }
            for n in range(start, start + outlets)
        ],
        "outlet",
    )
    audience.import_rows(
        [
            {
                "email": f"journalist{n}@paper.example",
                "name": f"Journalist {n}",
                "country": "KR" if n % 2 else "DE",
                "languages": "en",
                "sectors": "01000000",
                "outlet": "",
                "consent": "test 2026-01-01",
            }
            for n in range(start, start + journalists)
        ],
        "journalist",
    )


def signed_in(name: str, *, csrf: bool = False) -> Client:
    """A client with the session of this person."""
    user, _ = get_user_model().objects.get_or_create(username=name)
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(user)
    return client


def draft(*languages: str, by: str = "carl", at: Instant | None = None, issuer: str = "acme") -> ReleaseId:
    """A draft in these languages, English and its original by default."""
    tags = languages or ("en",)
    stories = [intake.read_bytes(TEXTS[tag].encode(), f"{tag}.md") for tag in tags]
    return desk.add_release(stories, issuer=issuer, circuit="all", at=at, by=by)


def soon(seconds: float = 3600) -> Instant:
    """An instant ahead."""
    return Instant(SystemClock().now() + timedelta(seconds=seconds))


def work() -> None:
    """What the `work` process does, until nothing is left to do."""
    consumers = {desk_jobs.CONSUMER: desk_jobs.HANDLERS, wire_jobs.CONSUMER: wire_jobs.HANDLERS}
    while sum(follow(name, handlers) for name, handlers in consumers.items()):
        pass


def lift(release: str) -> None:
    """Takes every approved version whose T0 has come through its hold onto the wire."""
    work()
    for version in desk.versions(release):
        if wire.hold(version.version_id) is not None:
            wire.lift(version.version_id)
    work()


def miss(version_id: str, clock: Clock) -> None:
    """The clock finds that this T0 was missed by more than the limit."""
    found = wire.hold(version_id)
    assert found is not None
    holds.mark_overdue(found, clock=clock)
    work()


def out(*languages: str, by: str = "carl") -> ReleaseId:
    """A release that is out."""
    release = draft(*languages, by=by)
    submitted = wire.submit(release, by=by)
    assert submitted.approved, submitted.findings
    lift(release)
    assert desk.show(release).state == "released"
    return release


@contextmanager
def running(**channels: Channel) -> Iterator[None]:
    """Clock, work and dispatch of a wire as threads of this process; `channels` by their kind."""
    stop = Event()
    threads = [
        Thread(target=_guarded, args=(target, stop), name=name)
        for name, target in (
            ("clock", wire.run_clock),
            ("work", _work_until),
            ("dispatch", lambda ending: dispatch.run_dispatch(ending, channels)),
        )
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


def _guarded(target: Callable[[Event], None], stop: Event) -> None:
    try:
        target(stop)
    finally:
        connections.close_all()


def _work_until(stop: Event) -> None:
    while not stop.is_set():
        work()
        stop.wait(0.05)


def refusing(n: int, words: str = "5.1.1 no such mailbox") -> Callable[[Task], Receipt]:
    """Answers for a fake channel: refuses the first `n` tasks, takes the others."""
    left = [n]

    def answer(task: Task) -> Receipt:
        if left[0] > 0:
            left[0] -= 1
            return Receipt(task.delivery, task.fence, "refused", 550, words)
        return Receipt(task.delivery, task.fence, "accepted", 250, "ok")

    return answer


def until(release: str, what: str) -> None:
    """Waits until the release is `settled` or `final`, at most a minute."""
    deadline = time.monotonic() + 60
    while not getattr(reports.progress(release), what):
        assert time.monotonic() < deadline, reports.progress(release)
        time.sleep(0.05)
