"""Events for viewers: the past, then what comes, nothing twice and nothing left out."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from softswitch.ports import Recorded
from softswitch.web import live as module
from softswitch.web.lines import written
from softswitch.web.live import Live, TooMany


class FakePages:
    """Events that are in the database."""

    def __init__(self, count):
        self.stored = [Recorded(seq, float(seq), "Announced", None, {}) for seq in range(1, count + 1)]
        self.asked = 0

    @property
    def loaded(self):
        return self.stored[-1].seq if self.stored else 0

    def add(self, count=1):
        for _ in range(count):
            self.stored.append(Recorded(self.loaded + 1, 0.0, "Announced", None, {}))

    async def lines(self, after, limit):
        self.asked += 1
        await asyncio.sleep(0)
        return [written(event) for event in self.stored if event.seq > after][:limit]


@pytest.fixture
def history():
    return FakePages(1200)


@pytest.fixture
def live(history):
    live = Live(history, lambda: history.loaded)
    yield live
    live.close()


pytestmark = pytest.mark.virtual_time


async def seen(live, after, count):
    async with aclosing(live.watch(after, 60.0)) as lines:
        found = []
        async for line in lines:
            if line is None:
                continue
            found.append(line[0])
            if len(found) == count:
                return found
    return found


async def test_a_viewer_gets_the_past_and_then_what_comes(live, history):
    watching = asyncio.create_task(seen(live, 100, 1105))
    await asyncio.sleep(0.05)
    history.add(3)
    await asyncio.sleep(1)
    history.add(2)
    assert await watching == list(range(101, 1206))


async def test_without_a_number_only_what_comes_is_seen(live, history):
    watching = asyncio.create_task(seen(live, None, 2))
    await asyncio.sleep(1)
    history.add(2)
    assert await watching == [1201, 1202]


async def test_the_end_is_that_of_the_record_also_while_the_database_lags_behind(live, history):
    assert live.end == 1200
    assert Live(history, lambda: 7, lambda: 1300).end == 1300


async def test_after_a_start_a_viewer_misses_nothing_and_gets_nothing_twice(history):
    """The database does not know yet how far the record is."""
    record, history.stored = history.stored, []
    live = Live(history, lambda: history.loaded, lambda: 1200)
    again = asyncio.create_task(seen(live, 1190, 12))
    anew = asyncio.create_task(seen(live, None, 2))
    await asyncio.sleep(1)
    history.stored = record[:600]
    await asyncio.sleep(1)
    history.stored = record
    await asyncio.sleep(1)
    history.add(2)
    assert await again == list(range(1191, 1203))
    assert await anew == [1201, 1202]
    live.close()


async def test_many_viewers_cost_one_reading(live, history):
    watching = [asyncio.create_task(seen(live, None, 1)) for _ in range(50)]
    await asyncio.sleep(1)
    history.add()
    assert await asyncio.gather(*watching) == [[1201]] * 50
    assert history.asked == 1


async def test_a_viewer_who_does_not_read_is_let_go_and_the_others_go_on(live, history, monkeypatch):
    monkeypatch.setattr(module, "BEHIND", 10)
    async with aclosing(live.watch(None, 60.0)) as lazy:
        reading = asyncio.ensure_future(anext(lazy))
        await asyncio.sleep(0.1)
        history.add()
        await reading
        history.add(20)
        await asyncio.sleep(1)
        assert [line[0] async for line in lazy] == list(range(1202, 1222))  # and it ends
    assert not live.count


async def test_there_are_only_so_many_viewers_and_all_end_with_the_switch(live, history, monkeypatch):
    monkeypatch.setattr(module, "VIEWERS", 2)
    watching = [asyncio.create_task(seen(live, None, 1)) for _ in range(2)]
    await asyncio.sleep(1)
    with pytest.raises(TooMany):
        await seen(live, None, 1)
    live.close()
    assert await asyncio.gather(*watching) == [[], []]


async def test_silence_is_told(live):
    async with aclosing(live.watch(None, 15.0)) as lines:
        assert await anext(lines) is None
