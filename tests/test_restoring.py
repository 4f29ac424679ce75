"""What goes on after a restart, off the record: the same as the engine knew before."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from softswitch.acd.engine import Engine
from softswitch.acd.events import (
    AgentMemory,
    AgentPaused,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    MemoryRestored,
    PhonesReachable,
    PhonesUnreachable,
    PlaceKept,
    SettingsChanged,
)
from softswitch.acd.settings import AgentSettings, EngineSettings
from softswitch.hours import midnight
from softswitch.ports import Recorded
from softswitch.restoring import restored
from softswitch.store.database import database_url, default_url
from softswitch.store.encoding import encode
from softswitch.store.loader import Loader, identity
from softswitch.store.looking_back import read_back
from softswitch.store.reading import note_url, open_of
from softswitch.store.standing import Standing, StandingFold
from softswitch.store.tail import Growing
from softswitch.testing.fakes import answers, drops_after_answer
from softswitch.types import AgentName, CallId, QueueName
from tests.calls.house import SUPPORT, House, house, queue, settings

FIRST, SECOND = AgentName("desk-201"), AgentName("desk-202")


def recorded(it: House) -> list[Recorded]:
    return [
        Recorded(seq, note.at, note.kind, note.call, note.data)
        for seq, note in enumerate(it.journal.notes, 1)
    ]


def folded(events: list[Recorded], today: float = 0.0) -> Standing:
    return StandingFold(today).finish(events)


@pytest.mark.virtual_time
async def test_the_figures_of_the_record_are_those_that_the_engine_had() -> None:
    config = settings(
        queue(short_abandon=2.0, service_within=5.0, max_callers=3, max_wait=40.0, wrap_up=1.0, retry=1.0)
    )
    phones = {"201": answers(after=3.0, talks=20.0), "202": drops_after_answer(after=4.0)}
    async with house(phones, config) as it:
        for number in range(12):
            caller = it.call(number=f"+4860010{number:04}")
            if number % 3 == 0:
                caller.after(1.0 + 3.0 * (number % 4), caller.hang_up)
            await asyncio.sleep(4)
        await asyncio.sleep(120)
        loop = asyncio.get_running_loop()
        seen = it.switch.dispatcher.engine.snapshot(loop.time())
        standing = folded(recorded(it))
        assert seen.queues[SUPPORT].counts.answered > 2
        assert seen.queues[SUPPORT].counts.abandoned > 0
        known, want = asdict(standing.queues[SUPPORT].counts()), asdict(seen.queues[SUPPORT].counts)
        assert known == pytest.approx(want, abs=0.02)
        for name, done in standing.agents.items():
            agent = seen.agents[AgentName(name)]
            assert (done.taken, done.talk_time) == (agent.taken, pytest.approx(agent.talk_time, abs=0.02))
        engine = Engine()
        engine.receive(SettingsChanged(config.engine), 0.0)
        for event in restored(standing, config, 0.0, 0.0):
            engine.receive(event, 0.0)
        again = engine.snapshot(0.0)
        assert asdict(again.queues[SUPPORT].counts) == pytest.approx(want, abs=0.02)
        assert again.agents[FIRST].taken == seen.agents[FIRST].taken


@pytest.mark.virtual_time
async def test_whoever_waits_when_it_ends_has_the_place_on_calling_again() -> None:
    config = settings(queue(agents=(), keep_place=300.0))
    async with house({}, config) as it:
        first = it.call(number="+481")
        await asyncio.sleep(10)
        second, gave_up = it.call(number="+482"), it.call(number="+483")
        await asyncio.sleep(5)
        gave_up.hang_up()
        await asyncio.sleep(5)
        events = restored(folded(recorded(it)), config, now=20.0, shift=1000.0)
        assert [event for event in events if isinstance(event, PlaceKept)] == [
            PlaceKept(SUPPORT, "+483", 1010.0, 1315.0),
            PlaceKept(SUPPORT, "+481", 1000.0, 1315.0),
            PlaceKept(SUPPORT, "+482", 1010.0, 1315.0),
        ]
        crash = [*recorded(it), Recorded(99, 100.0, "SwitchStarting", None, {})]
        late = restored(folded(crash), config, now=316.0, shift=0.0)
        kept = [(each.number, each.until) for each in late if isinstance(each, PlaceKept)]
        assert kept == [("+481", 400.0), ("+482", 400.0)], "they could not call before it started"
        first.hang_up()
        second.hang_up()


@pytest.mark.virtual_time
async def test_who_has_been_idle_longest_is_as_the_engine_had_it() -> None:
    """Calls of queues, of colleagues, and own ones; an agent who went and came back."""
    config = settings(queue(wrap_up=3.0, strategy="round-robin"))
    async with house({"201": answers(after=2.0, talks=9.0), "202": answers(talks=4.0)}, config) as it:
        loop, engine = asyncio.get_running_loop(), it.switch.dispatcher.engine

        def same_as_before() -> None:
            seen = engine.snapshot(loop.time())
            again = Engine()
            again.receive(SettingsChanged(config.engine), 0.0)
            for event in restored(folded(recorded(it)), config, loop.time(), 0.0):
                again.receive(event, loop.time())
            known = again.snapshot(loop.time())
            for name in (FIRST, SECOND):
                assert seen.agents[name].state == known.agents[name].state == "free"
                assert known.agents[name].since == pytest.approx(seen.agents[name].since, abs=0.01)

        it.call(number="+48600100200")
        await asyncio.sleep(30)
        same_as_before()
        it.call("201", number="+48600100201")
        await asyncio.sleep(30)
        same_as_before()
        own = it.call("201", agent="desk-202")
        own.after(20.0, own.hang_up)
        await asyncio.sleep(30)
        same_as_before()
        for event in (PhonesUnreachable(SECOND), PhonesReachable(SECOND)):
            it.switch.dispatcher.feed(event)
            await asyncio.sleep(5)
        same_as_before()


def story(*lines: tuple[float, str, dict[str, object]], call: str | None = None) -> list[Recorded]:
    numbers = itertools.count(1)
    id = None if call is None else CallId(call)
    return [Recorded(next(numbers), at, kind, id, data) for at, kind, data in lines]  # type: ignore[arg-type]


def test_agents_are_paused_and_signed_out_as_before() -> None:
    events = story(
        (1.0, "SwitchStarting", {}),
        (2.0, "SwitchStarted", {}),
        (3.0, "AgentPaused", {"agent": FIRST, "reason": "lunch"}),
        (4.0, "AgentSignedOut", {"agent": SECOND, "queue": None}),
        (5.0, "AgentSignedIn", {"agent": SECOND, "queue": SUPPORT}),
        (6.0, "AgentPaused", {"agent": "gone", "reason": ""}),
        (9.0, "SwitchStarting", {}),
    )
    told = restored(folded(events), settings(), now=10.0, shift=100.0)
    assert told == [
        AgentSignedOut(SECOND, None, 104.0),
        AgentSignedIn(SECOND, SUPPORT),
        AgentPaused(FIRST, "lunch", 103.0),
        MemoryRestored(agents={SECOND: AgentMemory(105.0)}),
    ]
    again = [*events, Recorded(8, 9.5, "SwitchStarting", None, {})]
    assert restored(folded(again), settings(), 10.0, 100.0) == told, "a start that died has lost nothing"
    noted = [
        *again,
        *[Recorded(9, 9.6, "AgentPaused", None, {"agent": FIRST, "reason": "lunch", "ago": 6.6})],
        *[Recorded(10, 9.7, "SwitchStarted", None, {})],
    ]
    told = restored(folded(noted), settings(), 10.0, 100.0)
    assert told == [AgentPaused(FIRST, "lunch", 103.0), MemoryRestored(agents={SECOND: AgentMemory(105.0)})]


@pytest.mark.virtual_time
async def test_a_crash_loses_neither_notes_nor_turns_nor_what_waits_are_estimated_by() -> None:
    config = settings(queue(strategy="round-robin", wrap_up=60.0, retry=1.0))
    phones = {"201": answers(after=1.0, talks=20.0), "202": answers(after=1.0, talks=20.0)}
    async with house(phones, config) as it:
        for _ in range(8):
            it.call()
        await asyncio.sleep(200)
        for _ in range(10):
            it.call()
        await asyncio.sleep(440)
        loop, dispatcher = asyncio.get_running_loop(), it.switch.dispatcher
        now = loop.time()
        before = dispatcher.engine.snapshot(now)
        engine = Engine()
        engine.receive(SettingsChanged(config.engine), now)
        crash = [*recorded(it), Recorded(9999, now, "SwitchStarting", None, {})]
        for event in restored(folded(crash), config, now, 0.0):
            engine.receive(event, now)
        after = engine.snapshot(now)
        assert before.agents[FIRST].state == "wrap-up"
        for name in (FIRST, SECOND):
            one, other = before.agents[name], after.agents[name]
            assert other.state == one.state
            assert other.since == pytest.approx(one.since, abs=0.01)
            assert other.until == (None if one.until is None else pytest.approx(one.until, abs=0.01))
        one_queue, other_queue = before.queues[SUPPORT], after.queues[SUPPORT]
        assert one_queue.estimate_error is not None
        assert other_queue.estimate_error == pytest.approx(one_queue.estimate_error, abs=0.01)
        assert one_queue.estimate is not None
        assert other_queue.estimate == pytest.approx(one_queue.estimate / (one_queue.waiting + 1), abs=0.5)


def test_a_pause_that_should_have_ended_meanwhile_does() -> None:
    engine = Engine()
    floor = EngineSettings({}, {FIRST: AgentSettings(FIRST)}, {"coffee": 60.0})
    engine.receive(SettingsChanged(floor), 1000.0)
    engine.receive(AgentPaused(FIRST, "coffee", 970.0), 1000.0)
    assert engine.snapshot(1000.0).agents[FIRST].until == 1030.0
    engine.receive(AgentResumed(FIRST), 1000.0)
    [resumed] = engine.receive(AgentPaused(FIRST, "coffee", 900.0), 1000.0)
    assert type(resumed).__name__ == "ReportResume"
    assert engine.snapshot(1000.0).agents[FIRST].state == "free"


def test_what_was_kept_stands_for_all_before_it() -> None:
    kept = {"paused": {FIRST: ["lunch", 50.0]}, "signed_out": {SECOND: [[True, None]]}}
    events = story((100.0, "StateKept", kept), (120.0, "AgentResumed", {"agent": FIRST}))
    assert restored(folded(events), settings(), 130.0, 0.0) == [
        AgentSignedOut(SECOND, None, 100.0),
        MemoryRestored(agents={FIRST: AgentMemory(120.0)}),
    ]


def test_who_left_one_queue_after_the_other_is_out_since_the_last_of_them() -> None:
    sales, plain = QueueName("sales"), settings(queue(agents=(FIRST,)))
    queues = {SUPPORT: plain.engine.queues[SUPPORT], sales: replace(queue(agents=(FIRST,)), name=sales)}
    config = replace(plain, engine=EngineSettings(queues, {FIRST: AgentSettings(FIRST)}))
    events = story(
        (100.0, "AgentSignedOut", {"agent": FIRST, "queue": SUPPORT}),
        (200.0, "AgentSignedOut", {"agent": FIRST, "queue": sales}),
    )
    kept = Recorded(3, 250.0, "StateKept", None, folded(events).attendance.to_json())
    for told in (events, [kept]):
        engine = Engine()
        engine.receive(SettingsChanged(config.engine), 400.0)
        for event in restored(folded(told), config, 400.0, 0.0):
            engine.receive(event, 400.0)
        seen = engine.snapshot(400.0).agents[FIRST]
        assert (seen.state, seen.since) == ("signed-out", 200.0)


# Reading back -----------------------------------------------------------------------------------------


def day(count: int, today: float) -> list[Recorded]:
    """A start yesterday, and so many events of today."""
    events = [
        Recorded(1, today - 90_000, "SwitchStarting", None, {}),
        Recorded(2, today - 89_000, "AgentSignedOut", None, {"agent": SECOND, "queue": None}),
        Recorded(3, today - 80_000, "SwitchStarting", None, {}),
        Recorded(4, today - 80_000, "AgentSignedOut", None, {"agent": FIRST, "queue": None}),
        Recorded(5, today - 80_000, "SwitchStarted", None, {}),
    ]
    calls = itertools.count(1)
    while len(events) < count:
        call, at = CallId(f"c{next(calls)}"), today + len(events) / 10
        lines = [
            ("CallArrived", {"number": f"+48{len(events)}", "dialled": "600", "transport": "udp"}),
            ("CallAnswered", {}),
            ("CallerJoined", {"queue": "support", "priority": "default", "within": 20.0}),
            (
                "OfferMade",
                {"offer": "o1", "agent": FIRST, "queue": "support", "why": {"considered": [FIRST]}},
            ),
            ("OfferEnded", {"offer": "o1", "agent": FIRST, "result": "answered", "status": 200}),
            ("Connected", {"agent": FIRST, "offer": "o1", "queue": "support", "waited": 7.0}),
            ("ConversationEnded", {"agent": FIRST, "ended_by": "agent", "talked": 10.0}),
            ("CallEnded", {"ended_by": "agent", "status": 200, "reason": "BYE"}),
        ]
        events += [Recorded(len(events) + n, at, kind, call, data) for n, (kind, data) in enumerate(lines, 1)]  # type: ignore[arg-type]
    return events


def test_a_day_of_50_000_events_is_read_in_a_second_or_two(tmp_path: Path) -> None:
    today = midnight(time.time(), None)
    (tmp_path / "events.jsonl").write_bytes(b"".join(map(encode, day(50_000, today))))
    began = time.thread_time()
    events, problem = read_back(tmp_path, today)
    standing = folded(events, today)
    assert time.thread_time() - began < 4.0, "measured: 0.6 to 1.5 s, by how busy the machine is"
    assert problem == ""
    assert events[0].seq == 3, "no further than to the last start before today"
    assert list(standing.attendance.signed) == [FIRST]
    assert standing.queues["support"].answered == standing.agents[FIRST].taken > 6000


def test_what_is_no_more_in_files_is_read_from_the_database(tmp_path: Path) -> None:
    today, lines = midnight(time.time(), None), tmp_path / "events.jsonl"
    events = day(500, today)
    note_url(tmp_path, database_url(default_url(tmp_path)))
    lines.write_bytes(b"".join(map(encode, events[:300])))
    tail = Growing(tmp_path)
    tail.look(settled=False)
    loader = Loader(tail, identity(tmp_path), open_of(tmp_path))
    assert loader.step()
    loader.close()
    lines.write_bytes(b"".join(map(encode, events[300:])))
    assert read_back(tmp_path, today) == (events[2:], "")
    (tmp_path / "record.db").write_bytes(b"no database" * 1000)
    found, problem = read_back(tmp_path, today)
    assert found == events[300:]
    assert "the database cannot be read" in problem


def test_the_day_begins_at_midnight_of_the_zone() -> None:
    assert midnight(1_767_607_200.0, "Europe/Warsaw") == 1_767_567_600.0  # 2026-01-05, 00:00 there
