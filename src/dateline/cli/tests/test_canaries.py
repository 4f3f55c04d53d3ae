"""Before T0 nothing of a release is in any byte the wire owns or shows (I1, I14, T3-T6, S1); after it, it is;
and nobody but desk and operator sees a journalist's address (I15).
"""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from dateline.cli.tests import canaries
from dateline.cli.tests.canary_release import CanaryRelease, canary, picture
from dateline.cli.tests.visitor import Visitor
from dateline.cli.tests.wire_home import Up, WireHome, in_seconds
from dateline.client.stream import Message, follow

pytestmark = pytest.mark.wire

PEOPLE = {
    "ada": "ada@ledger.example",
    "haneul": "haneul@courier.example",
    "nobody": "nobody@courier.example",
    "gone": "gone@ledger.example",
    "ada's name": "Ada Ashdown",
    "gone's name": "Gus Gone",
}
ABSENT = "2222222222"
"""An id that nothing has."""


@dataclass
class House:
    """A running wire and every place where words of a release could be."""

    home: WireHome
    up: Up
    log: Path
    heard: list[Message]

    @property
    def site(self) -> str:
        return self.up.url.rstrip("/")

    def owned(self, words: Mapping[str, str]) -> list[str]:
        """Hits in all bytes the wire owns: files, rows, processes, what they said; and in what left it."""
        folder = Path(self.home.environment["DATELINE_HOME"])
        url = self.home.environment.get("DATELINE_DATABASE_URL", "")
        pids = [self.up.process.pid, *self.up.children().values()]
        return [
            *canaries.in_files(folder, words),
            *canaries.in_rows(folder, url, words),
            *canaries.in_processes(pids, words),
            *(f"standard error: {hit}" for hit in canaries.found_in(self.log.read_bytes(), words)),
            *(f"mail: {hit}" for hit in canaries.in_files(self.home.sink.folder, words)),
            *(f"webhooks: {hit}" for hit in canaries.in_files(self.home.hooks.folder, words)),
        ]

    def shown(self, words: Mapping[str, str], more: tuple[str, ...] = ()) -> list[str]:
        """Hits on all public surfaces, also by searching for each word; what a search repeats is no hit."""
        visitor = Visitor(self.site)
        hits = canaries.on_pages(lambda path: visitor.get(path).body, [*surfaces(), *more], words)
        for field, word in words.items():
            for language in ("en", "ko"):
                page = visitor.get(f"/{language}/search/?q={quote(word)}")
                others = {name: other for name, other in words.items() if name != field}
                hits += [f"search for {field}: {hit}" for hit in canaries.found_in(page.body, others)]
        events = json.dumps([message.event for message in self.heard], ensure_ascii=False)
        hits += [f"stream: {hit}" for hit in canaries.found_in(events.encode(), words)]
        edge = Visitor(json.loads(visitor.get("/api/v1/").text)["stream"].removesuffix("/stream"))
        return hits + canaries.on_pages(lambda p: edge.get(p).body, ("/metrics", "/readyz", "/"), words)


def surfaces() -> Iterator[str]:
    """Every public address that lists or counts something."""
    today = datetime.now(UTC)
    for language in ("en", "ko"):
        for place in ("", "sector/20000302/", "country/kr/", "issuer/hanbit/"):
            yield f"/{language}/{place}"
            yield from (f"/{language}/{place}feed.{form}" for form in ("atom", "rss", "json"))
        yield f"/{language}/{today:%Y/%m/%d}/"
    yield from ("/", "/sitemap.xml", "/news-sitemap.xml", "/robots.txt", "/issuer/hanbit/", "/country/kr/")
    yield from ("/api/v1/", "/api/v1/openapi.json", "/api/v1/wire", "/api/v1/wire?last=100")
    yield from ("/healthz", "/readyz", "/metrics", "/accounts/", "/portal/", "/console/", "/reports/")


def guesses(release: str, slug: str, sha256: str) -> list[str]:
    """Addresses that somebody might try who knows or guesses id, working name or hash."""
    pages = [f"/{tag}/{slug}-{release}/{tail}" for tag in ("en", "ko", "ja") for tail in ("", "v1/", "v2/")]
    people = [
        f"/portal/{release}/{tail}" for tail in ("", "text/en/", "live/", "preview/en/page.html", "history/")
    ]
    people += [f"/portal/{release}/media/{sha256}/", f"/console/{release}/", f"/console/{release}/ko/"]
    people += [f"/reports/{release}/", f"/reports/{release}.json", f"/reports/{release}.csv"]
    files = [f"/media/{sha256}", f"/en/feed.{release}", f"/api/v1/{release}", f"/api/v1/wire/{release}"]
    return [*pages, *people, *files, f"/assets/{sha256}", f"/preferences/{release}/", f"/{release}/"]


@contextmanager
def house(home: WireHome) -> Iterator[House]:
    log, heard = home.folder / "stderr.log", list[Message]()
    with home.up(log=log) as up:
        listener = threading.Thread(target=lambda: heard.extend(follow(up.url, filters={})), daemon=True)
        listener.start()
        yield House(home, up, log, heard)


@pytest.fixture
def two_people(populated: WireHome) -> WireHome:
    """Two people approve: `operator` and `Bea`. Ines writes for the issuer, Rita for another one."""
    populated.run("issuer", "add", "rival", "--name", "Rival Corp", "--country", "US")
    populated.run("user", "add", "operator")
    populated.run("user", "add", "Bea", "--role", "editor")
    populated.run("user", "add", "Ines", "--role", "issuer", "--issuer", "hanbit")
    populated.run("user", "add", "Rita", "--role", "issuer", "--issuer", "rival")
    return populated


def approved(home: WireHome, release: str) -> None:
    home.run("release", "approve", release, "--as", "operator", code=3)
    home.run("release", "approve", release, "--as", "Bea")


def visitor(house: House, name: str) -> Visitor:
    """That person, signed in."""
    link = house.home.run("user", "link", name).strip()
    return Visitor(house.site).sign_in(link)


@pytest.mark.timeout(900)
def test_nothing_of_a_release_is_anywhere_before_t0_and_all_of_it_after(two_people: WireHome) -> None:
    """I1, T3-T6, S1, S8: held release with picture and two languages, correction and its reason awaiting
    approval, a draft returned with a reason, a tray, a broken upload; two tenants.
    """
    home = two_people
    sealed = CanaryRelease(home.folder / "sealed")
    english, korean = sealed.write()
    returned = CanaryRelease(home.folder / "returned")
    later = {name: canary() for name in ("corrected text", "correction reason")}
    never = {name: canary() for name in ("return reason", "tray", "broken upload")}
    sha256 = hashlib.sha256(picture(sealed.words["picture"])).hexdigest()
    with house(home) as wire:
        public = home.run("release", "add", home.release_file(), "--as", "operator").strip()
        home.run("release", "lock", public)
        approved(home, public)
        home.wait_state(public, "released")
        home.wait_settled(public)
        corrected = home.release_file("corrected.md", body=f"It has a {later['corrected text']} now.")
        home.run(
            "release", "correct", public, corrected, "--reason", f"A {later['correction reason']} error.",
            "--as", "operator", code=3,
        )  # fmt: skip

        release = home.run(
            "release", "add", english, "--edition", f"ko={korean}", "--at", in_seconds(3600)
        ).strip()
        home.run("release", "lock", release)
        approved(home, release)
        home.wait_state(release, "held")
        back = home.run("release", "add", returned.write()[0]).strip()
        home.run("release", "lock", back)
        bea = visitor(wire, "Bea")
        bea.get(f"/console/{back}/")
        assert (
            bea.post(f"/console/{back}/", {"act": "return", "reason": never["return reason"]}).status == 302
        )
        ines = visitor(wire, "Ines")
        assert ines.get("/portal/new/").status == 200
        text = f"# A {never['tray']} headline\n\nSEOUL, Nov. 24, 2026 /Dateline/ -- Words of a text."
        assert ines.post("/portal/new/", {"text": text, "language": "en"}).status == 302
        assert (
            ines.post("/portal/new/", {"text": f"---\n{never['broken upload']}: [", "language": "en"}).status
            == 422
        )

        secret = {**sealed.words, **later, **never}
        secret |= {f"returned {name}": word for name, word in returned.words.items()}
        assert wire.owned(secret) == []
        slug = sealed.words["slug"]
        tried = guesses(release, slug, sha256)
        assert wire.shown({**secret, "release": release, "sha256": sha256}, tuple(surfaces())) == []
        assert [hit for hit in wire.shown(secret, tuple(tried)) if "slug" not in hit] == []
        nobody, rita = Visitor(wire.site), visitor(wire, "Rita")
        for own, foreign in zip(tried, guesses(ABSENT, slug, "0" * 64), strict=True):
            for person in (nobody, rita):
                here, there = person.get(own), person.get(foreign)
                assert here.without(release).without(sha256) == there.without(ABSENT).without("0" * 64), own
                assert here.status in {302, 403, 404}, own

        page = bea.get(f"/console/{release}/")
        assert sealed.words["body"] in page.text, (
            "the desk reads what the wire keeps: the search would find it"
        )
        # No T0 a few seconds from here: two commands of a busy machine may take longer than that.
        assert ines.post(f"/portal/{release}/time/", {"how": "approval"}).status == 302
        home.run("release", "lock", release)
        approved(home, release)
        home.wait_state(release, "released")
        home.run("release", "approve", public, "--as", "Bea")
        home.wait_state(public, "corrected")
        home.wait_settled(release)
        home.wait_for(lambda: len(wire.heard) >= 4, "released, twice released, corrected")

        seen = wire.shown({**sealed.public, **later}, (*tried, f"/en/{slug}-{release}/", f"/media/{sha256}"))
        missing = [name for name in (*sealed.public, *later) if not any(f": {name} (" in hit for hit in seen)]
        assert missing == [], "what is out is found by the same search"
        assert any(hit.startswith("stream: headline") for hit in seen)
        assert wire.owned(sealed.public) != []
        hidden = {"finding": sealed.words["finding"], **never}
        hidden |= {f"returned {name}": word for name, word in returned.words.items()}
        assert wire.owned(hidden) == []
        assert wire.shown(hidden, tuple(tried)) == []


def test_journalists_addresses_are_for_desk_and_operator_alone(two_people: WireHome) -> None:
    """I15: neither on public surfaces nor on any page of an issuer's person, whatever they may click."""
    home = two_people
    with house(home) as wire:
        release = home.run("release", "add", home.release_file(), "--as", "operator").strip()
        home.run("release", "lock", release)
        approved(home, release)
        home.wait_state(release, "released")
        home.wait_settled(release)
        draft = home.run(
            "release", "add", home.release_file("second.md", headline="A second workshop")
        ).strip()
        assert wire.shown(PEOPLE, tuple(guesses(release, "x", "0" * 64))) == []

        ines, bea = visitor(wire, "Ines"), visitor(wire, "Bea")
        hits, pages = crawled(ines, (f"/portal/{release}/", f"/portal/{draft}/"), release)
        assert hits == [] and len(pages) > 20, pages
        assert any(hit.startswith(f"/reports/{release}") for hit in crawled(bea, (), release)[0]), (
            "the desk sees whom it did not reach: the search would find them"
        )


def crawled(person: Visitor, starts: tuple[str, ...], release: str) -> tuple[list[str], set[str]]:
    """(hits of people's addresses, pages seen) on all pages of the site that links lead to."""
    todo = [
        *starts,
        "/portal/",
        "/reports/",
        f"/reports/{release}/",
        f"/portal/{release}/circuit/?circuit=all",
    ]
    todo += [f"/reports/{release}.json", f"/reports/{release}.csv", f"/portal/{release}/live/"]
    seen: set[str] = set()
    hits: list[str] = []
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = person.get(path)
        hits += [f"{path}: {hit}" for hit in canaries.found_in(answer.body, PEOPLE)]
        if answer.headers.get("content-type", "").startswith("text/html"):
            todo += [
                link
                for link in _links(answer.text)
                if link.startswith(("/portal/", "/reports/", "/console/"))
            ]
    return hits, seen


def _links(page: str) -> list[str]:
    return [part.partition('"')[0].partition("#")[0] for part in page.split('href="')[1:]]


# --- the search itself finds what leaks ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    ["raw", "utf-16-le", "hex", "base64 +0", "base64 +1", "base64 +2", "json", "url", "packed", "gzip"],
)
def test_a_word_in_a_file_of_the_home_is_found_in_any_form(wire: WireHome, form: str) -> None:
    """A leaky wire must fail: the same search, a file that a careless process wrote."""
    import gzip
    import zlib

    word = canary() if form not in {"json", "url"} else "갸녀됴뤄먀벼쇼"
    made = {
        "packed": zlib.compress(f"words and the {word}".encode()),
        "gzip": gzip.compress(word.encode()),
    } | canaries.forms(word)
    folder = wire.folder / "home" / "logs"
    folder.mkdir(parents=True)
    assert canaries.in_files(wire.folder, {"headline": word}) == []
    (folder / "web.log").write_bytes(os.urandom(999) + b"x " + made[form] + b" y")
    assert canaries.in_files(wire.folder, {"headline": word}) != []


def test_a_word_in_a_row_or_a_process_is_found(wire: WireHome, database_url: str) -> None:
    word = canary()
    wire.run("issuer", "list")
    folder = Path(wire.environment["DATELINE_HOME"])
    assert canaries.in_rows(folder, database_url, {"headline": word}) == []
    statement = "INSERT INTO plant_vaultpart (owner, name, sealed) VALUES ('a', 'b', {})"
    _execute(folder, database_url, statement, b"\x01" + word.encode())
    assert canaries.in_rows(folder, database_url, {"headline": word}) != []
    assert database_url or canaries.in_files(folder, {"headline": word}) != [], "also in the file or its WAL"
    sleeper = subprocess.Popen([sys.executable, "-c", "input()", word], stdin=subprocess.PIPE)
    try:
        # Until it runs the program it is a copy of this process.
        wire.wait_for(lambda: b"input()" in Path(f"/proc/{sleeper.pid}/cmdline").read_bytes(), "the program")
        assert canaries.in_processes([sleeper.pid], {"headline": word}) != []
        assert canaries.in_processes([os.getpid()], {"headline": word}) == []
    finally:
        sleeper.communicate(b"\n")


def _execute(folder: Path, url: str, statement: str, value: bytes) -> None:
    if url:
        import psycopg

        with psycopg.connect(url) as server:
            server.execute(statement.format("%s"), [value])
        return
    with closing(sqlite3.connect(folder / "dateline.sqlite3")) as connection, connection:
        connection.execute(statement.format("?"), [value])


def test_a_page_that_shows_a_word_is_found(wire: WireHome) -> None:
    word = canary()
    pages: dict[str, bytes] = {"/en/": b"<p>nothing", "/en/feed.json": json.dumps({"title": word}).encode()}
    assert canaries.on_pages(pages.__getitem__, ["/en/"], {"headline": word}) == []
    assert canaries.on_pages(pages.__getitem__, pages, {"headline": word}) == [
        "/en/feed.json: headline (raw)"
    ]
