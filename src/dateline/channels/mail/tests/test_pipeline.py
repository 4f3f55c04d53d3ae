"""Commands ahead of replies: every reply is matched, and what each event does to each message on the way."""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.channels.mail.passage import Passage
from dateline.channels.mail.pipeline import Pipeline
from dateline.channels.mail.replies import Garbled, ReplyReader

pytestmark = pytest.mark.wire
OPENED = b"250 ok\r\n250 ok\r\n354 go on\r\n"
BODY = b"Subject: x\r\n\r\nbody\r\n"


class Pipe:
    """A transport that keeps what is written; `room` bytes fit into the kernel."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.room = 1 << 30
        self.closed = False
        self._held = 0

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.written.append(bytes(data))
        self._held = max(0, self._held + len(data) - self.room)
        self.room = max(0, self.room - len(data))

    def writelines(self, parts: list[bytes]) -> None:
        self.write(b"".join(parts))

    def get_write_buffer_size(self) -> int:
        return self._held

    def set_write_buffer_limits(self, high: int) -> None:
        assert high == 0

    def get_extra_info(self, _name: str) -> None:
        """Nothing: no socket to write to past us."""

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = True


class Talk:
    """One pipeline with a peer that the test plays."""

    def __init__(self, *, groups: bool = True, **patience: float) -> None:
        self.pipe = Pipe()
        self.done: list[Passage[int]] = []
        self.all: list[Passage[int]] = []
        wait = {"reply_s": 60.0, "last_reply_s": 60.0} | patience
        self.line = Pipeline(self.done.append, lambda: None, **wait)
        self.line.connection_made(cast(asyncio.Transport, self.pipe))
        self.line.data_received(b"220 hello\r\n")
        self.line.in_groups = groups
        self._skipped_s = 0.0
        loop = asyncio.get_running_loop()
        real = loop.time
        loop.time = lambda: real() + self._skipped_s  # type: ignore[method-assign]

    async def silence(self, seconds: float) -> None:
        """The peer says nothing for so long; nobody has to wait for it."""
        self._skipped_s += seconds
        for _ in range(3):
            await asyncio.sleep(0)

    def submit(self, number: int, content: bytes = BODY) -> Passage[int]:
        passage = Passage(number, "news@w.example", f"p{number}@r.example", content)
        self.all.append(passage)
        self.line.submit(passage)
        return passage

    def hears(self, data: bytes) -> None:
        self.line.data_received(data)

    def idle(self) -> bool:
        return self.line.is_idle

    def room(self) -> bool:
        return self.line.has_room

    def left(self, number: int) -> bool:
        """Whether a message counts as sent in full."""
        return next(p.sent for p in self.all if p.load == number)

    def wrote(self) -> list[bytes]:
        """What went out since the last look, a member for each write."""
        found, self.pipe.written = self.pipe.written, []
        return found

    def outcomes(self) -> list[tuple[int, int | None, bool]]:
        """(number, code or None when it has to go again, whether it had left in full), in order."""
        return [(p.load, p.reply.code if p.reply else None, p.sent) for p in self.done]


def envelope(number: int) -> bytes:
    return b"MAIL FROM:<news@w.example>\r\nRCPT TO:<p%d@r.example>\r\nDATA\r\n" % number


def play(act: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(cast(Any, act()))


def test_content_and_the_next_envelope_go_in_one_group() -> None:
    async def act() -> None:
        talk = Talk()
        talk.submit(1)
        assert talk.wrote() == [envelope(1)] and talk.room() and not talk.idle()
        talk.submit(2)
        assert talk.wrote() == [] and not talk.room()
        talk.hears(OPENED)
        assert talk.wrote() == [BODY + b".\r\n" + envelope(2)]
        talk.submit(3)
        talk.hears(b"250 taken\r\n" + OPENED)
        assert talk.wrote() == [BODY + b".\r\n" + envelope(3)]
        talk.hears(b"250 taken\r\n" + OPENED + b"250 taken\r\n")
        assert talk.wrote() == [BODY + b".\r\n"]
        assert talk.outcomes() == [(1, 250, True), (2, 250, True), (3, 250, True)]
        assert talk.idle()

    play(act)


def test_without_a_next_message_the_content_goes_at_once() -> None:
    """The server is never left waiting amid DATA."""

    async def act() -> None:
        talk = Talk()
        talk.submit(1)
        talk.wrote()
        talk.hears(OPENED)
        assert talk.wrote() == [BODY + b".\r\n"]
        talk.submit(2)  # ahead of the answer to the content
        assert talk.wrote() == [envelope(2)]

    play(act)


def test_an_envelope_refused_and_yet_data_is_wanted_gets_a_lone_dot() -> None:
    """RFC 2920, 3.1: its reply counts for nothing, whatever it is."""

    async def act() -> None:
        talk = Talk()
        for number in (1, 2, 3):
            talk.submit(number)
        talk.wrote()
        talk.hears(b"550 no\r\n250 ok\r\n354 go on\r\n")
        assert talk.wrote() == [b".\r\n" + envelope(2)]
        talk.hears(b"250 empty mail taken\r\n" + b"250 ok\r\n450 not now\r\n354 go on\r\n")
        assert talk.wrote() == [b".\r\n" + envelope(3)]
        talk.hears(b"554 no recipients\r\n" + OPENED + b"250 ok\r\n")
        assert talk.outcomes() == [(1, 550, False), (2, 450, False), (3, 250, True)]

    play(act)


@pytest.mark.parametrize(
    ("replies", "code"),
    [
        (b"250 ok\r\n550 no\r\n503 what\r\n", 550),
        (b"250 ok\r\n450 later\r\n554 no valid recipients\r\n", 450),
        (b"250 ok\r\n250 ok\r\n451 later\r\n", 451),
    ],
)
def test_a_refused_envelope_is_cleared_and_the_next_goes_on(replies: bytes, code: int) -> None:
    async def act() -> None:
        talk = Talk()
        talk.submit(1)
        talk.submit(2)
        talk.wrote()
        talk.hears(replies)
        assert talk.wrote() == [b"RSET\r\n" + envelope(2)]
        talk.hears(b"250 reset\r\n" + OPENED + b"250 taken\r\n")
        assert talk.outcomes() == [(1, code, False), (2, 250, True)]

    play(act)


def test_a_refused_sender_needs_no_reset() -> None:
    async def act() -> None:
        talk = Talk()
        talk.submit(1)
        talk.submit(2)
        talk.wrote()
        talk.hears(b"451 busy\r\n503 need MAIL\r\n503 need RCPT\r\n")
        assert talk.wrote() == [envelope(2)]
        assert talk.outcomes() == [(1, 451, False)]

    play(act)


@pytest.mark.parametrize(
    ("heard", "first", "second"),
    [
        (b"", None, None),  # stale: before any answer, both go again
        (b"250 ok\r\n", 0, None),
        (b"250 ok\r\n250 ok\r\n", 0, None),
        (b"250 ok\r\n550 no\r\n", 550, None),
        (OPENED, 0, None),
        (OPENED + b"250 ta", 0, None),
        (OPENED + b"250 taken\r\n", 250, None),
        (OPENED + b"250 taken\r\n250 ok\r\n", 250, 0),
        (OPENED + b"250 taken\r\n" + OPENED, 250, 0),
    ],
)
def test_a_connection_that_breaks_at_each_stage(heard: bytes, first: int | None, second: int | None) -> None:
    """Lost once sent in full; deferred when it was being answered; again when nobody had looked at it."""

    async def act() -> None:
        talk = Talk()
        one, two = talk.submit(1), talk.submit(2)
        talk.hears(heard)
        talk.line.connection_lost(ConnectionResetError("reset"))
        assert [p.load for p in talk.done] == [1, 2]
        assert [code for _, code, _ in talk.outcomes()] == [first, second]
        assert one.sent == heard.startswith(OPENED)
        assert two.sent == (heard == OPENED + b"250 taken\r\n" + OPENED)

    play(act)


@pytest.mark.parametrize("stage", range(4))
def test_421_ends_the_connection_and_counts_for_one_delivery_only(stage: int) -> None:
    async def act() -> None:
        talk = Talk()
        talk.submit(1)
        talk.submit(2)
        replies = [b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"][:stage]
        talk.hears(b"".join(replies) + b"421 closing\r\n")
        assert talk.pipe.closed and not talk.line.fault
        assert talk.outcomes() == [(1, 421, stage == 3), (2, None, False)]

    play(act)


def test_421_to_a_kept_connection_is_no_answer_to_the_new_message() -> None:
    async def act() -> None:
        talk = Talk()
        talk.submit(1)
        talk.hears(OPENED + b"250 taken\r\n")
        talk.submit(2)
        talk.hears(b"421 4.4.2 you were idle\r\n")
        assert talk.outcomes() == [(1, 250, True), (2, None, False)]

    play(act)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"250-ok\r\n251 mixed\r\n",
        b"hello\r\n",
        b"25 x\r\n",
        b"999 x\r\n",
        b"250_ok\r\n",
        b"2" * 5000,
        b"250-x\r\n" * 200,
        b"354 what for\r\n",
        b"\r\n",
    ],
)
def test_what_is_no_reply_closes_and_names_the_fault(nonsense: bytes) -> None:
    """The one being answered and those behind it go again, one command at a time; nobody is refused."""

    async def act() -> None:
        talk = Talk()
        talk.submit(1)
        talk.submit(2)
        talk.hears(nonsense)
        assert talk.pipe.closed and talk.line.fault
        assert talk.outcomes() == [(1, None, False), (2, None, False)]
        again = Talk(groups=False)
        again.line.submit(talk.done[0])
        again.hears(nonsense)
        assert again.outcomes() == [(1, 0, False)], "the second time it counts"

    play(act)


def test_a_reply_nobody_asked_for_makes_what_was_sent_lost() -> None:
    async def act() -> None:
        talk = Talk()
        talk.submit(1)
        talk.hears(OPENED + b"354 more\r\n")
        assert talk.outcomes() == [(1, 0, True)] and talk.line.fault
        idle = Talk()
        idle.hears(b"250 by the way\r\n")
        assert idle.pipe.closed and idle.line.fault

    play(act)


def test_one_command_at_a_time_without_pipelining() -> None:
    """The same code, groups of one; a message is not drawn ahead."""

    async def act() -> None:
        talk = Talk(groups=False)
        talk.submit(1)
        talk.submit(2)
        mail, rcpt, data, _ = envelope(1).split(b"\r\n")
        assert talk.wrote() == [mail + b"\r\n"] and not talk.room()
        talk.hears(b"250 ok\r\n")
        assert talk.wrote() == [rcpt + b"\r\n"]
        talk.hears(b"250 ok\r\n")
        assert talk.wrote() == [data + b"\r\n"]
        talk.hears(b"354 go\r\n")
        assert talk.wrote() == [BODY + b".\r\n"]
        talk.hears(b"250 taken\r\n")
        assert talk.wrote() == [envelope(2).split(b"\r\n")[0] + b"\r\n"]
        talk.hears(b"250 ok\r\n")
        talk.hears(b"550 no\r\n")
        assert talk.wrote()[-1] == b"RSET\r\n"
        talk.hears(b"250 reset\r\n")
        assert talk.outcomes() == [(1, 250, True), (2, 550, False)] and talk.room()

    play(act)


def test_a_long_content_counts_as_sent_when_the_last_of_it_has_left() -> None:
    async def act() -> None:
        talk = Talk()
        content = b"x" * 100_000 + b"\r\n"
        talk.pipe.room = 200
        talk.submit(1, content)
        talk.submit(2)
        talk.hears(OPENED)
        assert talk.wrote()[-1] == content + b".\r\n" and not talk.left(1)
        talk.line.resume_writing()
        assert talk.left(1) and talk.wrote() == [envelope(2)]
        other = Talk()
        other.pipe.room = 200
        other.submit(1, content)
        other.hears(OPENED)
        other.line.connection_lost(None)
        assert other.outcomes() == [(1, 0, False)], "not all of it had left: nobody can have taken it"

    play(act)


def test_silence_ends_after_patience_and_the_content_has_patience_of_its_own() -> None:
    async def act() -> None:
        talk = Talk(reply_s=0.02, last_reply_s=60.0)
        talk.submit(1)
        talk.hears(OPENED)
        await asyncio.sleep(0.08)
        assert talk.line.is_open, "it waits for the last reply"
        talk.hears(b"250 taken\r\n")
        talk.submit(2)
        while not talk.done[1:]:
            await asyncio.sleep(0.01)
        assert talk.pipe.closed and talk.outcomes()[1][:2] == (2, None)

    play(act)


def test_what_waits_behind_a_mail_without_an_answer_is_passed_on() -> None:
    """The first may take its ten minutes; the second has lost nothing but a moment."""

    async def act() -> None:
        talk = Talk(stall_s=0.01)
        talk.submit(1)
        second = talk.submit(2)
        talk.hears(OPENED)
        assert talk.wrote()[-1].endswith(envelope(2)), "its envelope is out"
        while not talk.done:
            await asyncio.sleep(0.005)
        assert talk.outcomes() == [(2, None, False)] and second.passed_on
        assert talk.line.is_open and not talk.room(), "the first is waited for, and nothing comes behind it"
        talk.hears(b"250 taken at last\r\n" + OPENED)
        assert talk.outcomes() == [(2, None, False), (1, 250, True)]
        assert talk.pipe.closed and talk.wrote() == [], "no content for an envelope that was passed on"

    play(act)


def test_a_mail_that_comes_behind_one_that_hangs_already_is_passed_on_too() -> None:
    async def act() -> None:
        talk = Talk(stall_s=0.01)
        talk.submit(1)
        talk.hears(OPENED)
        await asyncio.sleep(0.05)
        assert talk.line.is_open and not talk.done, "alone it has all the patience there is"
        talk.submit(2)
        while not talk.done:
            await asyncio.sleep(0.005)
        assert talk.done[0].passed_on and talk.line.is_open

    play(act)


def test_a_stalled_envelope_passes_on_what_is_behind_it_and_goes_on_alone() -> None:
    async def act() -> None:
        talk = Talk(stall_s=0.01)
        talk.submit(1)
        talk.submit(2)
        while not talk.done:
            await asyncio.sleep(0.005)
        assert talk.outcomes() == [(2, None, False)]
        talk.hears(OPENED)
        assert talk.wrote() == [envelope(1), BODY + b".\r\n"]
        talk.hears(b"250 taken\r\n")
        assert talk.outcomes()[1] == (1, 250, True) and talk.pipe.closed

    play(act)


REFUSED = [
    pytest.param(b"250 ok\r\n550 no\r\n503 what\r\n", b"RSET\r\n", id="reset"),
    pytest.param(b"250 ok\r\n550 no\r\n354 go on\r\n", b".\r\n", id="lone dot"),
]


@pytest.mark.parametrize(("replies", "cleared"), REFUSED)
def test_silence_to_what_clears_a_refusal_leaves_every_mail_in_its_place(
    replies: bytes, cleared: bytes
) -> None:
    """I15: the envelope behind it is out; nobody else's lines may come to stand where its content belongs."""

    async def act() -> None:
        talk = Talk(stall_s=20.0)
        talk.submit(1)
        talk.submit(2, b"second\r\n")
        talk.hears(replies)
        assert talk.wrote()[-1] == cleared + envelope(2)
        talk.submit(3, b"third\r\n")
        await talk.silence(21.0)
        assert talk.outcomes() == [(1, 550, False)] and talk.line.is_open and not talk.room()
        talk.hears(b"250 cleared\r\n" + OPENED)
        assert talk.wrote() == [b"second\r\n.\r\n" + envelope(3)]
        talk.hears(b"250 taken\r\n" + OPENED + b"250 taken\r\n")
        assert talk.wrote() == [b"third\r\n.\r\n"]
        assert talk.outcomes() == [(1, 550, False), (2, 250, True), (3, 250, True)]
        assert not any(passage.passed_on for passage in talk.all) and talk.room()

    play(act)


@pytest.mark.parametrize(("replies", "cleared"), REFUSED)
def test_when_what_clears_a_refusal_is_never_answered_every_mail_ends(replies: bytes, cleared: bytes) -> None:
    """I3: the long patience ends the connection, and all that was on it goes again."""

    async def act() -> None:
        talk = Talk(stall_s=20.0, reply_s=120.0)
        talk.submit(1)
        talk.submit(2)
        talk.hears(replies)
        talk.submit(3)
        await talk.silence(21.0)
        assert talk.line.is_open
        await talk.silence(100.0)
        assert talk.pipe.closed
        assert talk.outcomes() == [(1, 550, False), (2, None, False), (3, None, False)]

    play(act)


def test_answers_in_time_pass_nothing_on() -> None:
    async def act() -> None:
        talk = Talk(stall_s=30.0)
        talk.submit(1)
        talk.submit(2)
        talk.hears(OPENED)
        talk.hears(b"250 taken\r\n" + OPENED + b"250 taken\r\n")
        assert talk.outcomes() == [(1, 250, True), (2, 250, True)] and talk.line.is_open and talk.room()

    play(act)


def test_stopped_by_us_nothing_is_judged() -> None:
    async def act() -> None:
        talk = Talk()
        talk.submit(1)
        talk.submit(2)
        talk.hears(OPENED)
        talk.line.abandon()
        assert talk.outcomes() == [(1, None, True), (2, None, False)]

    play(act)


@given(st.binary(max_size=60), st.lists(st.integers(1, 7), max_size=60))
def test_the_reader_cares_not_how_replies_are_cut(noise: bytes, cuts: list[int]) -> None:
    data = b"250-one\r\n250-two\r\n250 three\r\n354\r\n550 5.1.1 no\r\n" + noise

    def read(pieces: list[bytes]) -> list[tuple[int, bytes]] | str:
        reader, found = ReplyReader(), []
        try:
            for piece in pieces:
                found += reader.feed(piece)
        except Garbled as error:
            return str(error)
        return found

    pieces, at = [], 0
    for cut in cuts:
        pieces.append(data[at : at + cut])
        at += cut
    whole, cut_up = read([data]), read([*pieces, data[at:]])
    assert whole == cut_up
    if not noise:
        assert whole == [(250, b"one\ntwo\nthree"), (354, b""), (550, b"5.1.1 no")]


SINGLY = ["250", "354", "451", "550", "421", "220"]
TOGETHER = ["250 250 354", "250 250 354 250", "250 550 354", "250 550 503", "451 503 503"]
EVENTS = ["lost", *["silent"] * 4, *SINGLY, *["250", "354"] * 3, *TOGETHER * 2]
"""What a server does next: as a rule something sensible, so that a run comes a long way."""


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans(), st.integers(1, 6), st.sampled_from([math.inf, 20.0]))
def test_every_passage_ends_once_whatever_the_server_says(
    rng: random.Random, groups: bool, count: int, stall_s: float
) -> None:
    """I3: random replies, closings and silences; nothing ends twice, nothing is left, acceptance needs a
    yes, and what another connection may have never left by this one (I15).
    """

    async def act() -> None:
        talk = Talk(groups=groups, stall_s=stall_s)
        given_ = 0
        for _ in range(40):
            while given_ < count and talk.line.is_open and talk.line.has_room:
                given_ += 1
                talk.submit(given_, b"content %d\r\n" % given_)
            if not talk.line.is_open:
                break
            event = rng.choice(EVENTS)
            if event == "lost":
                talk.line.connection_lost(None)
                talk.pipe.closed = True
            elif event == "silent":
                await talk.silence(21.0)
            else:
                talk.hears(b"".join(b"%s x\r\n" % code.encode() for code in event.split()))
        talk.line.close()
        assert sorted(p.load for p in talk.done) == list(range(1, given_ + 1))
        wrote = b"".join(talk.wrote())
        for passage in talk.done:
            assert wrote.count(passage.content) == passage.sent
            if passage.reply is not None and passage.reply.stage == "content":
                assert passage.sent
            if passage.reply is None:
                assert not passage.sent, "what was sent never goes again unseen"
            if passage.passed_on:
                assert not passage.sent and passage.reply is None

    play(act)
