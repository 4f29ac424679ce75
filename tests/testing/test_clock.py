from __future__ import annotations

import asyncio
import gc
import time

import pytest

from softswitch.testing import clock
from softswitch.testing.clock import NothingLeftToHappen, VirtualTimeLoop, watch_for_blocking


@pytest.mark.virtual_time
async def test_two_hours_pass_in_no_time():
    begun = time.thread_time()
    await asyncio.sleep(7200)
    assert asyncio.get_running_loop().time() == pytest.approx(7200)
    assert time.thread_time() - begun < 0.5


@pytest.mark.virtual_time
async def test_timers_fire_in_the_order_of_their_times():
    loop = asyncio.get_running_loop()
    fired: list[tuple[str, float]] = []
    for name, delay in (("late", 3600.0), ("early", 0.02), ("middle", 5.0)):
        loop.call_later(delay, lambda name=name: fired.append((name, round(loop.time(), 6))))
    await asyncio.sleep(4000)
    assert fired == [("early", 0.02), ("middle", 5.0), ("late", 3600.0)]


@pytest.mark.virtual_time
async def test_a_timeout_ends_a_wait_at_its_time():
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(20.0):
            await asyncio.Event().wait()
    assert asyncio.get_running_loop().time() == pytest.approx(20.0)


@pytest.mark.virtual_time
async def test_virtual_time_stands_while_a_thread_works():
    loop = asyncio.get_running_loop()
    loop.call_later(1000, lambda: None)
    assert await asyncio.to_thread(lambda: 42) == 42
    assert loop.time() == 0.0


def test_a_loop_in_which_nothing_can_happen_says_so(monkeypatch):
    monkeypatch.setattr("softswitch.testing.clock.PATIENCE", 0.01)
    loop = VirtualTimeLoop()
    waiting = loop.create_task(asyncio.Event().wait())
    with pytest.raises(NothingLeftToHappen, match="every task waits"):
        loop.run_until_complete(waiting)
    waiting.cancel()
    loop.run_until_complete(asyncio.gather(waiting, return_exceptions=True))
    loop.close()


async def _holds_the_loop(seconds: float) -> None:
    time.sleep(seconds)  # noqa: ASYNC251


async def _computes(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@pytest.mark.parametrize("factory", [asyncio.SelectorEventLoop, VirtualTimeLoop])
def test_a_callback_that_blocks_is_named_with_its_time(factory):
    with watch_for_blocking(0.05, 0.1) as blocked, asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_computes(0.08))
        runner.run(_holds_the_loop(0.15))
    assert ["_computes" in str(blocked[0]), "_holds_the_loop" in str(blocked[1])] == [True, True]
    assert blocked[0].seconds == pytest.approx(0.08, abs=0.03)
    assert blocked[1].seconds >= 0.12
    assert len(blocked) == 2


def test_a_callback_that_waits_for_a_core_does_not_block():
    """Time on the wall passes while it works for less than the limit, and it never goes to wait."""
    worked = iter((0.0, 0.01))
    with (
        pytest.MonkeyPatch.context() as patch,
        watch_for_blocking(0.05, 0.1) as blocked,
        asyncio.Runner() as runner,
    ):
        patch.setattr(clock, "_slept", lambda: 0)
        patch.setattr(time, "thread_time", lambda: next(worked, 0.01))
        runner.run(_holds_the_loop(0.15))
    assert blocked == []


def test_what_the_collector_takes_is_no_fault_of_the_callback():
    kept = [[number] for number in range(400_000)]

    async def collects() -> None:
        begun = time.thread_time()
        while time.thread_time() - begun < 0.1:
            gc.collect()

    with watch_for_blocking(0.05) as blocked, asyncio.Runner() as runner:
        runner.run(collects())
    assert (blocked, len(kept)) == ([], 400_000)


def test_a_loop_that_only_waits_does_not_block():
    with watch_for_blocking(0.05) as blocked, asyncio.Runner() as runner:
        runner.run(asyncio.sleep(0.1))
    assert blocked == []
