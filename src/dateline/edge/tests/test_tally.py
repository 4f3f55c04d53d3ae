"""Counts by name and times that run out, against plain dictionaries."""

import random

import pytest

from dateline.edge.tally import SPAN_S, Names, Wheel, source_of

pytestmark = [pytest.mark.unit, pytest.mark.once]


def test_names_are_counted_and_found_as_a_dictionary_would() -> None:
    chance = random.Random(7)
    names = Names(50)
    plain: dict[int, str] = {}
    for _ in range(3000):
        slot = chance.randrange(50)
        if slot in plain:
            names.leave(slot)
            del plain[slot]
        else:
            plain[slot] = chance.choice(["", "a", "b", "c", "d"])
            names.take(slot, plain[slot])
        for name in "abcd":
            expected = [s for s in sorted(plain) if plain[s] == name]
            assert list(names.slots(name)) == expected and names[name] == len(expected)
    assert len(names) <= 4


def test_nobody_is_closed_early_and_nobody_twice() -> None:
    chance = random.Random(3)
    wheel = Wheel(100)
    until: dict[int, float] = {}
    now = 1_000_000.0
    for _ in range(2000):
        slot = chance.randrange(100)
        if slot in until:
            wheel.leave(slot)
            del until[slot]
        else:
            until[slot] = now + chance.uniform(-5, 90)
            wheel.take(slot, until[slot])
        now += chance.choice([0.0, 0.3, 1.0, 20.0, -3.0])
        due = wheel.due(now)
        assert len(due) == len(set(due))
        for slot in due:
            assert until.pop(slot) <= now
        assert all(at > now - SPAN_S - 20 for at in until.values())
    assert sorted(wheel.due(now + 1000)) == sorted(until)


@pytest.mark.parametrize(
    ("peer", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.9", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("192.0.2.8", ""),
        ("pipe", "pipe"),
    ],
)
def test_a_source_is_an_address_or_a_subnet_of_ipv6(peer: str, source: str) -> None:
    assert source_of(peer, exempt={"192.0.2.8"}) == source
