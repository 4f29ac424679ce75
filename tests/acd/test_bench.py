"""The engine's bench measures what it says."""

from __future__ import annotations

from bench.engine import AGENTS, World, measure, rows
from softswitch.acd.events import TimerExpired


def test_the_bench_keeps_the_line_as_long_as_it_says_and_tells_ordinary_traffic() -> None:
    world = World(60)
    world.fill()
    world.work(4000)
    seen = world.engine.snapshot(world.now)
    assert sum(queue.waiting for queue in seen.queues.values()) == 60
    assert len(seen.agents) == AGENTS
    kinds = {type(event).__name__ for event, _ in world.told[-1000:]}
    assert kinds >= {
        "CallerJoined",
        "OfferAnswered",
        "OfferFailed",
        "ConversationEnded",
        TimerExpired.__name__,
    }


def test_the_bench_table_has_a_row_for_each_size_and_one_for_growth() -> None:
    table = rows([measure(20, 100), measure(40, 100)])
    assert [row.what.split(",")[0] for row in table[:2]] == ["engine: events/s"] * 2
    assert "20 to 40 waiting" in table[2].what
