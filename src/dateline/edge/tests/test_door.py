"""The door over real sockets: passes, tickets, revocation, limits, pages of others."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import uvloop

from dateline.core.clock import FixedClock, Instant
from dateline.core.filters import Filter, parse_query
from dateline.edge.choice import narrowed
from dateline.edge.door import Doors, profile_of
from dateline.edge.engine import Reason
from dateline.edge.request import BadRequest
from dateline.edge.tally import Visitor
from dateline.edge.tests.desk import SITE, Scene, scene
from dateline.edge.tests.wire_keys import WireKeys
from dateline.edge.trust import Trust
from dateline.plant.passes import BadPass, Signer, UnknownKey

pytestmark = [pytest.mark.wire, pytest.mark.once]


def clock() -> FixedClock:
    return FixedClock(Instant(datetime(2026, 6, 1, 12, tzinfo=UTC)))


def play(
    act: Callable[[Scene, WireKeys, Trust], Awaitable[Any]], keys: WireKeys | None = None, **door: Any
) -> Any:
    """Runs `act` on a fresh edge that believes `keys`, within a minute."""
    keys = keys or WireKeys()

    async def whole() -> Any:
        trust = Trust(keys, clock=keys.clock)
        async with asyncio.timeout(60), scene(trust=trust, door=door) as made:
            return await act(made, keys, trust)

    return uvloop.run(whole())


def test_the_public_wire_is_open_unless_passes_are_required() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[int]:
        return [(await s.connect()).status, (await s.connect("/stream", keys.bearer())).status]

    assert play(act) == [200, 200]
    assert play(act, required=True) == [401, 200]


def test_a_pass_narrows_to_its_profile_and_a_request_narrows_further() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[list[int]]:
        topics = ("sector:04000000", "keyword:harbour")
        business: dict[str, Any] = {"languages": ("en", "ar"), "topics": topics, "country": "KR"}
        lines = [
            await s.connect("/stream", keys.bearer(**business)),
            await s.connect("/stream?language=ar", keys.bearer(**business)),
            await s.connect("/stream?sector=07000000", keys.bearer(**business)),
        ]
        s.log.add(sectors=["04000000"])
        s.log.add(sectors=["07000000"])
        s.log.add(sectors=["07000000"], headline="The Harbour opens")
        s.log.add(sectors=["04000000"], language="ar")
        s.log.add(sectors=["04000000"], language="ja")
        s.log.add(sectors=["04000000"], restrict=["KR"])
        s.log.add(sectors=["04000000"], language="ar", headline="harbour, last", extra=1)
        counts = (4, 2, 1)
        return [await line.numbers(count) for line, count in zip(lines, counts, strict=True)]

    assert play(act) == [[1, 3, 4, 7], [4, 7], [3]]


def test_who_asks_for_what_a_pass_does_not_hold_is_told() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[int]:
        korean = keys.bearer(languages=("ko",))
        return [
            (await s.connect("/stream?language=ja", korean)).status,
            (await s.connect("/stream?prestage=1", korean)).status,
            (await s.connect("/stream?prestage=1")).status,
            (await s.connect("/stream?prestage=1", keys.bearer(grants=("prestage",)))).status,
            (await s.connect("/stream?language=ja,ko", korean)).status,
        ]

    assert play(act) == [403, 403, 403, 200, 200]


def test_forged_ancient_and_foreign_passes_are_refused_also_where_none_is_needed() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[int]:
        good = keys.bearer()
        stranger = Signer(b"\x09" * 32).mint(keys.granted())
        lines = [
            good[:-4] + "AAAA",
            keys.bearer(lives_s=0),
            keys.bearer(lives_s=-86_400 * 365),
            f"Authorization: Bearer {stranger}",
            "Authorization: Bearer x",
            "Authorization: Basic YTpi",
            "Authorization: Bearer",
            f"Cookie: other=1; dateline_desktop={stranger}",
            f"Authorization: Bearer {keys.ticket()}",
            "Authorization: Bearer " + "x" * 3900,
        ]
        heads = [await s.connect("/stream", line) for line in lines]
        assert all('WWW-Authenticate: Bearer realm="dateline"' in head.head for head in heads)
        for head, line in zip(heads, lines, strict=True):
            assert line.rpartition(" ")[2] not in (await head.rest()).decode() or line.endswith("Bearer")
        return [head.status for head in heads]

    assert set(play(act)) == {401}


def test_a_storm_of_unknown_keys_is_no_storm_at_the_origin() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> int:
        assert (await s.connect("/stream", keys.bearer())).status == 200
        for n in range(20):
            stranger = Signer(bytes([100 + n]) * 32).mint(keys.granted())
            assert (await s.connect("/stream", f"Authorization: Bearer {stranger}")).status == 401
        return keys.asked["keys"]

    assert play(act) <= 2


def test_a_new_key_of_the_wire_is_learnt_when_it_is_met() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[int]:
        before = keys.bearer()
        first = await s.connect("/stream", before)
        keys.signer = Signer(b"\x08" * 32)
        after = await s.connect("/stream", keys.bearer())
        old = await s.connect("/stream", before)
        return [first.status, after.status, old.status]

    assert play(act) == [200, 200, 401]


def test_a_pass_never_stands_in_an_address() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[int]:
        text = keys.bearer().rpartition(" ")[2]
        lines = [
            await s.connect(f"/stream?{name}={text}") for name in ("token", "access_token", "pass", "key")
        ]
        for line in lines:
            assert text not in (await line.rest()).decode()
        return [line.status for line in lines]

    assert play(act) == [400] * 4


def test_a_ticket_admits_once_and_forgeries_never_reach_the_origin() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[int]:
        await trust.refresh(keys=True)
        ticket = keys.ticket(languages=("ko",))
        tries = [
            ticket,
            ticket,
            ticket[:-4] + "AAAA",
            keys.ticket(good_s=-1),
            keys.signer.sign("ticket", {"jti": "", "exp": 2**40}),
            keys.signer.mint(keys.granted()),
        ]
        found = [(await s.connect(f"/stream?ticket={text}")).status for text in tries]
        assert keys.asked["redeem"] == 1
        never_made = keys.signer.sign("ticket", {"jti": "never", "exp": 2**40})
        found.append((await s.connect(f"/stream?ticket={never_made}")).status)
        return found

    assert play(act, required=True) == [200, 401, 401, 401, 401, 401, 401]


def test_one_ticket_brought_by_many_at_once_admits_one() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[int]:
        await trust.refresh(keys=True)
        target = f"/stream?ticket={keys.ticket()}"
        lines = await asyncio.gather(*(s.connect(target) for _ in range(10)))
        return sorted(line.status for line in lines)

    assert play(act, required=True) == [200] + [401] * 9


def test_a_cookie_admits_the_wires_own_pages_and_no_page_of_others() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[int]:
        cookie = f"Cookie: a=b; dateline_desktop={keys.bearer().rpartition(' ')[2]}"
        own = await s.connect("/stream", cookie, f"Origin: {SITE}")
        assert "Access-Control-Allow-Credentials: true" in own.head
        other = await s.connect("/stream", cookie, "Origin: https://evil.example")
        assert "Access-Control-Allow-Origin" not in other.head
        return [own.status, other.status, (await s.connect("/stream", cookie)).status]

    assert play(act, required=True) == [200, 403, 200]


def test_refusals_are_readable_for_the_wires_own_pages() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> None:
        for target, status in (("/stream", 401), ("/stream?colour=red", 400), ("/nothing", 404)):
            line = await s.connect(target, f"Origin: {SITE}")
            assert line.status == status and f"Access-Control-Allow-Origin: {SITE}\r\n" in line.head
        asked = await s.connect(raw=f"OPTIONS /stream HTTP/1.1\r\nHost: x\r\nOrigin: {SITE}\r\n\r\n".encode())
        assert asked.status == 204 and "Access-Control-Allow-Headers: authorization" in asked.head
        posted = await s.connect(raw=b"POST /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        assert posted.status == 405 and "Allow: GET, OPTIONS" in posted.head

    play(act, required=True)


def test_a_pass_that_runs_out_during_a_release_closes_after_what_was_sent() -> None:
    keys = WireKeys(clock=clock())

    async def act(s: Scene, keys: WireKeys, trust: Trust) -> str:
        line = await s.connect("/stream", keys.bearer(lives_s=60))
        other = await s.connect("/stream", keys.bearer("other", lives_s=600))
        s.log.add()
        assert await line.numbers(1) == await other.numbers(1) == [1]
        assert isinstance(keys.clock, FixedClock)
        keys.clock.advance(61)
        text = (await line.rest()).decode()
        s.log.add()
        assert await other.numbers(1) == [2]
        assert (await s.connect("/stream", keys.bearer(lives_s=-1))).status == 401
        return text

    assert play(act, keys) == ": expired\n\n"


def test_a_clock_that_steps_closes_nobody_early_and_nobody_twice() -> None:
    """An hour back and forth again, as a machine that finds its time server does: news goes on meanwhile."""
    keys = WireKeys(clock=clock())

    async def act(s: Scene, keys: WireKeys, trust: Trust) -> tuple[str, int]:
        held = keys.clock
        assert isinstance(held, FixedClock)
        short, long = keys.bearer(lives_s=60), keys.bearer("other", lives_s=600)
        lines = [await s.connect("/stream", short), await s.connect("/stream", long)]
        for step_s in (-3600, 3600, -43_200, 43_200):
            held.advance(step_s)
            lines.append(await s.connect("/stream", long))  # signed before the step
            s.log.add()
            newest = len(s.log.events)
            for line in lines:
                while (await line.message())["number"] != newest:
                    pass
        held.advance(61)
        text = (await lines[0].rest()).decode()
        held.advance(-120)
        assert (await s.connect("/stream", short)).status == 200  # its time is not over, says the clock
        s.log.add()
        for line in lines[1:]:
            assert await line.numbers(1) == [5]
        return text, s.hub.counts.dropped_expired_total

    assert play(act, keys) == (": expired\n\n", 1)


def test_revocation_closes_what_is_open_and_keeps_out_what_comes() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[str]:
        bearer = keys.bearer()
        lines = [await s.connect("/stream", bearer) for _ in range(3)]
        safe = await s.connect("/stream", keys.bearer("other"))
        s.log.add()
        for line in (*lines, safe):
            assert await line.numbers(1) == [1]
        trust.take_revocations(keys.revoke("key-acme"))
        texts = [(await line.rest()).decode() for line in lines]
        assert (await s.connect("/stream", bearer)).status == 401
        s.log.add()
        assert await safe.numbers(1) == [2]
        return texts

    assert play(act) == [": revoked\n\n"] * 3


def test_after_a_theft_the_list_ends_what_came_with_a_pass_and_keeps_old_passes_out() -> None:
    """The list alone, without a question for keys: those are asked for every five minutes only."""

    async def act(s: Scene, keys: WireKeys, trust: Trust) -> None:
        bearer = keys.bearer()
        lines = [await s.connect("/stream", bearer), await s.connect("/stream", keys.bearer("other"))]
        stranger = await s.connect("/stream")
        s.log.add()
        for line in (*lines, stranger):
            assert await line.numbers(1) == [1]
        asked = keys.asked["keys"]
        keys.rotate(distrust_old=True)
        trust.take_revocations(keys.revoke())
        assert [(await line.rest()).decode() for line in lines] == [": revoked\n\n"] * 2
        with pytest.raises(BadPass):
            trust._verifier.read(bearer.rpartition(" ")[2])
        assert keys.asked["keys"] == asked
        assert (await s.connect("/stream", bearer)).status == 401
        again = await s.connect("/stream", keys.bearer())
        trust.take_revocations(keys.revoke("key-nobody"))
        s.log.add()
        assert await stranger.numbers(1) == await again.numbers(1) == [2], "once, and strangers never"

    play(act)


def test_a_change_of_the_key_ends_nobody() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[int]:
        bearer = keys.bearer()
        line = await s.connect("/stream", bearer)
        keys.rotate()
        trust.take_revocations(keys.revoke())
        other = await s.connect("/stream", bearer)
        s.log.add()
        return [*await line.numbers(1), *await other.numbers(1)]

    assert play(act) == [1, 1]


def test_who_was_admitted_before_a_theft_was_known_and_sits_down_after_it_is_ended() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> Any:
        await trust.refresh(keys=True)
        doors = Doors(trust, set(), capacity=4)
        visitor = Visitor("acme", "key-acme", trust.now() + 60, 9, believed=trust.distrusted)
        keys.rotate(distrust_old=True)
        trust.take_revocations(keys.revoke())
        doors.seated(1, visitor)
        doors.seated(2, replace(visitor, believed=trust.distrusted))
        doors.seated(3, Visitor(source="192.0.2.1"))
        return doors.due()

    assert play(act) == [(1, Reason.REVOKED)]


def test_a_set_of_keys_from_a_cache_brings_no_retired_key_back() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> None:
        await trust.refresh(keys=True)
        cached, stolen = json.loads(await keys.keys()), keys.bearer().rpartition(" ")[2]
        keys.rotate(distrust_old=True)
        assert await trust.refresh(keys=True)
        trust.take_keys(cached)
        with pytest.raises(UnknownKey):
            trust._verifier.read(stolen)

    play(act)


def test_a_list_signed_with_a_key_two_changes_on_makes_an_edge_ask_for_keys() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> tuple[int, int]:
        await trust.refresh(keys=True)
        keys.rotate()
        keys.rotate(distrust_old=True)
        assert await trust.refresh()
        return trust.distrusted, keys.asked["keys"]

    assert play(act) == (2, 2)


@pytest.mark.parametrize(("lives_s", "status"), [(1440 * 60, 200), (1440 * 60 + 3600, 401)])
def test_a_pass_for_longer_than_any_of_this_wire_is_refused(lives_s: int, status: int) -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> int:
        ticket = keys.ticket(lives_s=lives_s)
        assert (await s.connect(f"/stream?ticket={ticket}")).status == status
        return (await s.connect("/stream", keys.bearer(lives_s=lives_s))).status

    assert play(act) == status


def test_an_older_or_unsigned_list_changes_nothing() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> None:
        await trust.refresh(keys=True)
        old = keys.revoke("a")
        trust.take_revocations(keys.revoke("b"))
        trust.take_revocations(old)
        assert trust.revoked == {"a", "b"}
        with pytest.raises(Exception, match="key"):
            trust.take_revocations(Signer(b"\x01" * 32).sign("revocations", {"number": 99, "keys": []}))
        keys.away = True
        assert not await trust.refresh(keys=True)
        assert trust.revoked == {"a", "b"}, "while the origin is away the last list holds"

    play(act)


def test_an_account_has_as_many_connections_as_its_pass_allows() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[int]:
        bearer = keys.bearer(connections=2)
        first = [await s.connect("/stream", bearer) for _ in range(3)]
        assert "Retry-After" in first[2].head and b"as many as its pass allows" in await first[2].rest()
        first[0].close()
        await s.until(lambda: s.hub.open == 1)
        again = await s.connect("/stream", bearer)
        other = await s.connect("/stream", keys.bearer("other", connections=1))
        return [line.status for line in (*first, again, other)]

    assert play(act) == [200, 200, 429, 200, 200]


def test_those_who_come_past_a_limit_together_are_ended() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> int:
        bearer = keys.bearer(connections=3)
        await asyncio.gather(*(s.connect("/stream", bearer) for _ in range(12)))
        await s.until(lambda: s.hub.open <= 3)
        return s.hub.open

    assert play(act) == 3


def test_one_source_has_so_many_connections_without_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.edge.door.source_of", lambda peer, exempt: peer)

    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[int]:
        lines = [await s.connect() for _ in range(3)]
        lines.append(await s.connect("/stream", keys.bearer()))
        return [line.status for line in lines]

    assert play(act, per_source=2) == [200, 200, 429, 200]


def test_a_slow_loris_is_ended_by_the_time_for_a_head_however_it_dribbles() -> None:
    async def act(s: Scene) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", s.port)
        healthy = await s.connect()
        answer = asyncio.ensure_future(reader.read())
        for byte in b"GET /stream HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 2000:
            if answer.done():
                break
            writer.write(bytes([byte]))
            await asyncio.sleep(0.01)
        s.log.add()
        assert await healthy.numbers(1) == [1]
        writer.close()
        return await answer

    async def whole() -> bytes:
        async with asyncio.timeout(60), scene(head_s=2) as made:
            return await act(made)

    assert uvloop.run(whole()).startswith(b"HTTP/1.1 408 ")


def test_without_keys_nobody_is_taken_for_a_forger() -> None:
    async def act(s: Scene, keys: WireKeys, trust: Trust) -> list[int]:
        keys.away = True
        first = await s.connect("/stream", keys.bearer())
        assert "Retry-After: 5" in first.head
        anonymous = await s.connect()
        asked = keys.asked["keys"]
        await asyncio.gather(*(s.connect("/stream", keys.bearer()) for _ in range(20)))
        assert keys.asked["keys"] <= asked + 5, "a storm here is none at the origin"
        keys.away = False
        while (again := await s.connect("/stream", keys.bearer())).status == 503:
            await asyncio.sleep(0.1)
        return [first.status, anonymous.status, again.status]

    assert play(act) == [503, 200, 200]


@pytest.mark.parametrize(
    ("asked", "allowed", "expected"),
    [
        (("ko", "en"), (), ("ko", "en")),
        (("ko", "en"), ("en",), ("en",)),
        (("zh",), ("zh-Hant", "ko"), ("zh-Hant",)),
        (("zh-Hant", "ko"), ("zh",), ("zh-Hant",)),
        (("*",), ("ko", "en"), ("ko", "en")),
        (("fr",), ("ko",), ()),
    ],
)
def test_languages_are_narrowed_in_the_order_asked(
    asked: tuple[str, ...], allowed: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert narrowed(asked, allowed) == expected


def test_no_request_widens_a_pass() -> None:
    """Whatever is asked, what comes is what pass and request both take."""
    keys = WireKeys()
    granted = keys.granted(languages=("en", "ko"), topics=("sector:04000000", "keyword:ai"), country="KR")
    own = profile_of(granted, Filter(), ())
    events = [
        {"type": kind, "language": language, "languages": [language], "sectors": sectors, "headline": words,
         "summary": "", "countries": [], "tickers": [], "isins": [], "issuer": {"slug": "x"},
         "class": "normal", "origin": "issuer", "restrict": restrict}
        for kind in ("released", "killed")
        for language in ("en", "ko", "ja")
        for sectors in (["04000000"], ["07000000"])
        for words in ("AI", "other")
        for restrict in ([], ["KR"])
    ]  # fmt: skip
    taken = 0
    for query in (
        "language=ko,en",
        "language=ko",
        "language=*",
        "sector=07000000",
        "keyword=ai",
        "class=normal",
    ):
        asked, _ = parse_query(query)
        profile = profile_of(granted, asked, ())
        for event in events:
            if profile.takes(event):
                taken += 1
                assert own.wanted.takes(event) and asked.takes(event) and "KR" not in event["restrict"]
    assert taken
    with pytest.raises(BadRequest):
        profile_of(granted, parse_query("language=ja")[0], ("ja",))
