"""What a receipt makes of a row, when a try is repeated, when held mail goes, when an endpoint rests."""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dateline.core.clock import from_micros, instant, to_micros
from dateline.core.errors import Conflict
from dateline.core.words import Outcome, Receipt
from dateline.dispatch import rules
from dateline.dispatch.breaker import Breaker, admits, after, is_disabled, is_timeout, watched
from dateline.dispatch.rules import FINAL, MOVES, OPEN, SECOND, State, Tried, verdict

pytestmark = pytest.mark.unit

NOW = 1_800_000_000 * SECOND


def receipt(outcome: Outcome, code: int = 0, text: str = "", **more: object) -> Receipt:
    return Receipt(1, 1, outcome, code, text, **more)  # type: ignore[arg-type]


def judged(found: Receipt, *, channel: str = "webhook", attempts: int = 0, losses: int = 0) -> rules.Verdict:
    return verdict(found, Tried(channel, attempts, losses), now=NOW, rng=random.Random(7), stopping=False)


def wait_s(found: rules.Verdict) -> float:
    assert found.due_at is not None
    return (found.due_at - NOW) / SECOND


def test_nothing_leaves_a_final_state_but_by_replay() -> None:
    """I3."""
    for state in FINAL:
        assert MOVES[state] <= {"waiting"}
    assert {state for state in FINAL if MOVES[state]} == {"refused", "expired", "uncertain"}
    assert set(MOVES) == OPEN | FINAL


@pytest.mark.parametrize("old", sorted(MOVES))
@pytest.mark.parametrize("new", sorted(MOVES))
def test_every_move_outside_the_table_raises(old: State, new: State) -> None:
    if new in MOVES[old]:
        assert rules.moved(old, new) == new
    else:
        with pytest.raises(Conflict, match=f"from {old} to {new}"):
            rules.moved(old, new)


def test_accepted_and_refused_are_final_with_the_servers_words() -> None:
    assert judged(receipt("accepted", 250, "Ok")).state == "accepted"
    found = judged(receipt("refused", 550, "5.1.1 unknown user"), channel="mail")
    assert (found.state, found.reason, found.due_at) == ("refused", "550 5.1.1 unknown user", None)
    assert judged(receipt("refused", 550, "550 no such user")).reason == "550 no such user"


@pytest.mark.parametrize(
    ("channel", "failures", "seconds"),
    [
        ("mail", 1, 60), ("mail", 2, 300), ("mail", 3, 900), ("mail", 4, 3600), ("mail", 5, 7200),
        ("mail", 9, 7200),
        ("webhook", 1, 5), ("webhook", 2, 30), ("webhook", 3, 120), ("webhook", 10, 36000),
        ("webhook", 20, 36000),
        ("folder", 1, 60), ("folder", 2, 120), ("folder", 12, 7200),
    ],
)  # fmt: skip
def test_waits_follow_the_schedule_of_the_channel_within_a_fifth(
    channel: str, failures: int, seconds: float
) -> None:
    waits = [rules.retry_wait_s(channel, failures, random.Random(seed)) for seed in range(50)]
    assert all(0.8 * seconds <= wait <= 1.2 * seconds for wait in waits)
    assert len(set(waits)) > 40, "without jitter what failed together returns together"


def test_the_servers_wait_beats_the_schedule_but_not_an_hour() -> None:
    assert wait_s(judged(receipt("deferred", 429, wait_s=17.0))) == 17
    assert wait_s(judged(receipt("deferred", 503, wait_s=86_400.0))) == 3600
    assert wait_s(judged(receipt("deferred", 429, wait_s=0.0))) == 0


@pytest.mark.parametrize("code", [400, 401, 403, 404, 422])
def test_an_answer_that_says_the_request_is_wrong_is_refused_after_three_tries(code: int) -> None:
    assert judged(receipt("deferred", code), attempts=1).state == "deferred"
    found = judged(receipt("deferred", code, "no"), attempts=2)
    assert found.state == "refused" and "3 tries used up" in found.reason
    assert judged(receipt("deferred", 503), attempts=40).state == "deferred"


def test_three_losses_in_a_row_are_uncertain_and_an_answer_between_starts_anew() -> None:
    assert judged(receipt("lost"), channel="mail").state == "waiting"
    assert judged(receipt("lost"), channel="mail", losses=1).losses == 2
    assert judged(receipt("lost"), channel="mail", losses=2).state == "uncertain"
    assert judged(receipt("deferred", 450), channel="mail", losses=2).losses == 0


def test_what_a_receiver_folds_is_repeated_until_it_is_too_old() -> None:
    """A webhook repeats under its id: it is uncertain once no repeat is left, and not before."""
    found = judged(receipt("lost", 0, "timed out"), losses=7)
    assert (found.state, found.losses, found.kind) == ("waiting", 8, "lost") and found.due_at is not None


def test_a_try_that_never_got_through_does_not_make_an_earlier_one_heard() -> None:
    """Its receiver may have it: should it end like this, it is uncertain."""
    found = judged(receipt("deferred", 0, "connection refused"), losses=1)
    assert (found.state, found.losses, found.kind) == ("waiting", 1, "result")
    assert judged(receipt("deferred", 0, "connection refused")).state == "deferred"
    assert judged(receipt("deferred", 503), losses=1).losses == 0


def test_a_released_task_is_no_try_and_comes_again_soon() -> None:
    found = judged(receipt("released"), attempts=2, losses=1)
    assert (found.state, found.attempts, found.losses, found.kind) == ("waiting", 2, 1, "released")
    assert 0 < wait_s(found) < 2
    stopping = verdict(receipt("released"), Tried("mail", 0, 0), now=NOW, rng=random.Random(), stopping=True)
    assert stopping.due_at == NOW


def after_its_workers_end(losses: int, *, begun: bool = True, alone: bool = False) -> rules.Reaped:
    return rules.reaped(losses=losses, begun=begun, alone=alone, now=NOW, rng=random.Random(2))


def test_a_row_whose_worker_ended_comes_again_at_once_then_later_and_later() -> None:
    assert after_its_workers_end(0) == ("waiting", NOW, "the worker ended before an answer")
    waits = [(after_its_workers_end(losses).due_at - NOW) / SECOND for losses in range(8)]
    assert waits == sorted(waits)
    assert waits[1] < 7 and 45 < waits[2] < 75
    assert after_its_workers_end(0, begun=False).due_at == NOW + 1, "the lost come first"


def test_only_who_was_alone_with_three_dying_workers_is_uncertain() -> None:
    """A machine that is killed over and over loses nobody."""
    assert after_its_workers_end(1, alone=True).state == "waiting"
    assert after_its_workers_end(2, alone=True).state == "uncertain"
    assert after_its_workers_end(9, alone=False).state == "waiting"
    assert after_its_workers_end(9, begun=False, alone=True).state == "waiting"


@pytest.mark.parametrize(
    ("kind", "release_class", "expected"),
    [
        ("kill", "normal", 0), ("correction", "normal", 1), ("withdrawal", "regulated", 1),
        ("release", "regulated", 2), ("release", "priority", 3), ("late-edition", "normal", 4),
    ],
)  # fmt: skip
def test_a_kill_overtakes_all(kind: str, release_class: str, expected: int) -> None:
    """I7."""
    assert rules.rank(kind, release_class) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("local", "zone", "morning"),
    [
        ("2026-11-24T06:59", "Asia/Seoul", "2026-11-24T07:00"),
        ("2026-11-24T07:00", "Asia/Seoul", "2026-11-25T07:00"),
        ("2026-11-24T23:30", "America/Lima", "2026-11-25T07:00"),
        ("2026-03-28T22:00", "Europe/Berlin", "2026-03-29T07:00"),
        ("2026-11-24T12:00", "Mars/Olympus", "2026-11-25T07:00"),
    ],
)
def test_held_mail_goes_at_seven_in_the_persons_zone(local: str, zone: str, morning: str) -> None:
    known = ZoneInfo("UTC" if zone.startswith("Mars") else zone)
    now = to_micros(instant(datetime.fromisoformat(local).replace(tzinfo=known)))
    due = from_micros(rules.next_morning(now, zone)).astimezone(known)
    assert due.strftime("%Y-%m-%dT%H:%M") == morning
    assert rules.local_day(now, zone) == local[:10]


def opened(breaker: Breaker, *answers: Receipt, now: int = NOW) -> Breaker:
    for answer in answers:
        breaker = after(breaker, answer, address="https://a.example", now=now, rng=random.Random(3))
    return breaker


def test_a_breaker_opens_after_five_failures_or_three_timeouts() -> None:
    """I6."""
    new = Breaker("o_1", "webhook")
    assert opened(new, *[receipt("deferred", 503)] * 4).state == "closed"
    assert opened(new, *[receipt("deferred", 503)] * 5).state == "open"
    assert opened(new, *[receipt("deferred", 0, "timed out")] * 2).state == "closed"
    assert opened(new, *[receipt("deferred", 0, "timed out")] * 3).state == "open"
    assert opened(new, *[receipt("lost")] * 3).state == "open"
    mixed = [receipt("deferred", 0, "timeout"), receipt("deferred", 503)] * 2
    assert opened(new, *mixed).state == "closed"


def test_success_closes_and_forgets_and_a_failed_probe_doubles_the_rest() -> None:
    rest = opened(Breaker("o_1", "webhook"), *[receipt("deferred", 503)] * 5)
    assert 24 <= (rest.open_until - NOW) / SECOND <= 36
    assert not admits(rest, now=NOW, rank=4)
    assert admits(rest, now=NOW, rank=0), "a kill may probe at once"
    assert admits(rest, now=rest.open_until, rank=4)
    again = opened(rest, receipt("deferred", 503), now=rest.open_until)
    assert 48 <= (again.open_until - rest.open_until) / SECOND <= 72
    assert opened(again, receipt("accepted", 200), now=again.open_until) == Breaker("o_1", "webhook")


def test_a_throttled_endpoint_rests_as_long_as_it_asked() -> None:
    rest = opened(Breaker("o_1", "webhook"), receipt("deferred", 429, wait_s=40.0, throttle=True))
    assert rest.state == "open" and rest.open_until == NOW + 40 * SECOND


def test_a_released_task_says_nothing_about_an_endpoint_and_410_disables_it() -> None:
    new = Breaker("o_1", "webhook")
    assert opened(new, *[receipt("released")] * 9) == new
    gone = opened(new, receipt("refused", 410, disable_endpoint="410 Gone"))
    assert gone.disabled_reason == "410 Gone"
    assert is_disabled(gone, "https://a.example") and not is_disabled(gone, "https://moved.example")


def test_a_full_mailbox_says_nothing_about_the_next_one_at_the_same_domain() -> None:
    assert watched("webhook") and watched("folder") and not watched("mail")


@pytest.mark.parametrize("code", [408, 504])
def test_codes_of_timeouts(code: int) -> None:
    assert is_timeout(receipt("deferred", code))
    assert not is_timeout(receipt("deferred", 503, "the timetable is out"))
