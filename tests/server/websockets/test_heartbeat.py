import attrs
import pytest
import trio

from docsync_trio.server.websockets.heartbeat import NEVER, Heartbeat


@attrs.define(eq=False)
class FakePulse:
    """Answers each ping after *delay* seconds, or never."""

    delay: float = NEVER
    heard: bool = True
    is_over: bool = False
    pings: list = attrs.Factory(list)
    dropped_at: float | None = None
    nursery: trio.Nursery | None = None

    def ping(self):
        self.pings.append(trio.current_time())
        if self.delay != NEVER:
            self.nursery.start_soon(self._answer)

    async def _answer(self):
        await trio.sleep(self.delay)
        self.heard = True

    def drop(self, reason):
        self.dropped_at = trio.current_time()
        self.is_over = True


@pytest.fixture
async def beating(nursery):
    def start(pulse, *, ping, pong):
        pulse.nursery = nursery
        heartbeat = Heartbeat(ping=ping, pong=pong)
        heartbeat.watch(pulse)
        nursery.start_soon(heartbeat.run)
        return heartbeat

    return start


async def test_a_peer_that_answers_is_pinged_at_the_interval_and_kept(beating, autojump_clock):
    pulse = FakePulse(delay=1)
    beating(pulse, ping=10, pong=5)

    await trio.sleep(45)

    assert pulse.pings == [10, 20, 30, 40]
    assert pulse.dropped_at is None


async def test_a_silent_peer_is_dropped_when_the_answer_is_overdue(beating, autojump_clock):
    pulse = FakePulse()
    beating(pulse, ping=10, pong=5)

    await trio.sleep(100)

    assert pulse.dropped_at == 15


async def test_the_answer_may_take_longer_than_the_interval(beating, autojump_clock):
    silent = FakePulse()
    beating(silent, ping=10, pong=25)
    slow = FakePulse(delay=24)
    beating(slow, ping=10, pong=25)

    await trio.sleep(100)

    assert silent.pings == [10, 20, 30]
    assert silent.dropped_at == 35
    assert slow.dropped_at is None


async def test_without_pings_nobody_is_pinged(beating, autojump_clock):
    pulse = FakePulse()
    beating(pulse, ping=NEVER, pong=5)

    await trio.sleep(1000)

    assert pulse.pings == []
    assert pulse.dropped_at is None


async def test_without_a_limit_pings_go_on_unanswered(beating, autojump_clock):
    pulse = FakePulse()
    beating(pulse, ping=10, pong=NEVER)

    await trio.sleep(100.5)

    assert len(pulse.pings) == 10
    assert pulse.dropped_at is None


async def test_a_websocket_that_is_over_is_let_go(beating, autojump_clock):
    pulse = FakePulse(is_over=True)
    beating(pulse, ping=10, pong=5)

    await trio.sleep(100)

    assert pulse.pings == []


async def test_each_has_its_own_time(beating, autojump_clock):
    first, second = FakePulse(delay=1), FakePulse(delay=1)
    heartbeat = beating(first, ping=10, pong=5)
    second.nursery = first.nursery
    await trio.sleep(3)
    heartbeat.watch(second)

    await trio.sleep(21)

    assert first.pings == [10, 20]
    assert second.pings == [13, 23]


async def test_a_pong_that_came_while_the_loop_was_held_up_counts(beating, autojump_clock, nursery):
    pulse = FakePulse()
    beating(pulse, ping=10, pong=5)
    await trio.sleep(11)

    async def read_what_has_arrived():
        # What a reader does whose socket became readable while the loop stood still:
        # it is woken in the same turn as the heartbeat.
        await trio.sleep_until(15)
        pulse.heard = True

    nursery.start_soon(read_what_has_arrived)
    await trio.sleep(5)

    assert pulse.dropped_at is None
