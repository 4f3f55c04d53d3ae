"""Random worlds: the manifest says what a naive reading of the rules says, and `explain` says what the
manifest says.
"""

import os
import random
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings

from dateline.audience import services
from dateline.audience.models import Desktop, Journalist, Outlet, Suppression
from dateline.audience.services import Targeting
from dateline.audience.tests import worlds
from dateline.audience.tests.brute_force import World, answer
from dateline.audience.tests.builders import recipient
from dateline.core.words import ManifestRow

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default"])]
MANY = settings(
    max_examples=1000 if os.environ.get("DATELINE_SOAK") else 80,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


def settle(world: World) -> None:
    """Only this world is there."""
    for model in (Outlet, Journalist, Desktop, Suppression):
        model.objects.all().delete()
    services.import_rows(world.outlets, "outlet")
    services.import_rows(world.journalists, "journalist")
    services.import_rows(world.desktops, "desktop")
    for address in world.stopped:
        services.suppress(address, reason="asked us to", source="test")


def named(rows: Iterable[ManifestRow]) -> set[tuple[str, str]]:
    """(name of outlet or address of person, language)."""
    people = dict(Journalist.objects.values_list("recipient", "email"))
    outlets = dict(Outlet.objects.values_list("recipient", "name"))
    return {(people.get(r.recipient, "").lower() or outlets[r.recipient], r.language) for r in rows}


@MANY
@given(world=worlds.worlds, asked=worlds.targetings)
def test_the_manifest_equals_brute_force(world: World, asked: Targeting) -> None:
    settle(world)
    manifest, expected = services.resolve(asked), answer(world, asked)
    assert named(manifest.rows) == expected.rows
    assert len(manifest.rows) == len(expected.rows)
    assert manifest.counts["pull"] == expected.pull
    assert manifest.counts["desktops"] == expected.desktops
    assert manifest.counts["journalists"] == sum(1 for row in manifest.rows if row.person)
    assert manifest.counts["outlets"] == len({row.recipient for row in manifest.rows if not row.person})


@MANY
@given(world=worlds.worlds, asked=worlds.targetings)
def test_no_person_has_two_rows_and_stopped_ones_are_marked(world: World, asked: Targeting) -> None:
    """I4, I13: whatever lists and languages overlap."""
    settle(world)
    rows = services.resolve(asked).rows
    people = Counter(row.person for row in rows if row.person)
    assert all(count == 1 for count in people.values())
    mailed = {r.recipient for r in rows if r.channel == "mail"}
    addresses = dict(Journalist.objects.values_list("recipient", "email")) | dict(
        Outlet.objects.filter(channel="mail").values_list("recipient", "endpoint")
    )
    marked = {row.recipient for row in rows if row.suppressed}
    assert marked == {r for r in mailed if addresses[r].lower() in world.stopped}


@MANY
@given(world=worlds.worlds, asked=worlds.targetings)
def test_explanations_agree_with_the_manifest(world: World, asked: Targeting) -> None:
    """I3: for everybody there is one sentence, and it is about them."""
    settle(world)
    manifest = services.resolve(asked)
    rows: dict[str, list[str]] = {}
    for row in manifest.rows:
        rows.setdefault(row.recipient, []).append(row.language)
    pull = desktops = 0
    for name in [
        *(o["name"] for o in world.outlets),
        *(j["email"] for j in world.journalists),
        *(d["account"] for d in world.desktops),
    ]:
        who = recipient(name)
        said = services.explain(who, asked)
        assert said.sentence.endswith(".") and len(said.sentence) > 20
        assert said.matched == (said.rule == "matched")
        if who in rows:
            assert said.rule in {"matched", "suppressed"}
            assert not said.matched or sorted(said.language.split(", ")) == sorted(rows[who])
        elif said.matched:
            desktops += who.startswith("d_")
            pull += who.startswith("o_")
        assert said.rule != "suppressed" or who in rows
    assert (pull, desktops) == (manifest.counts["pull"], manifest.counts["desktops"])


@MANY
@given(world=worlds.worlds, asked=worlds.targetings)
def test_the_hash_does_not_depend_on_the_order_of_rows(world: World, asked: Targeting) -> None:
    settle(world)
    first = services.resolve(asked)
    unique = list({j["email"].lower(): j for j in reversed(world.journalists)}.values())
    shuffled = random.Random(7).sample
    settle(
        World(
            shuffled(world.outlets, len(world.outlets)),
            shuffled(unique, len(unique)),
            shuffled(world.desktops, len(world.desktops)),
            world.stopped,
        )
    )
    again = services.resolve(asked)
    assert again == first
    assert services.manifest_hash(first.rule, first.rows[::-1], first.counts) == first.hash
