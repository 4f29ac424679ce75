"""The producer: looks when something happened, few times, and tells everybody the same."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import pytest

from softswitch.acd.events import AgentPaused, CallerLeft, SettingsChanged
from softswitch.alerts.settings import AlertSettings, Level, Measure, Threshold
from softswitch.board import producer as module
from softswitch.board.board import Audience
from softswitch.types import CallId, LeaveReason, QueueName
from tests.board.floor import EWA, SUPPORT, Floor, settings

pytestmark = pytest.mark.virtual_time


class Viewer:
    """Keeps what it is told, and the board as a page would have it."""

    def __init__(self, floor, audience=Audience.ALL):
        self.told, self.board, self.number = [], {}, None
        self.leave = floor.producer.join(audience, self.hear)

    def hear(self, name, body):
        message = json.loads(body)
        self.told.append((name, message))
        if name == "board":
            self.board, self.number = message["sections"], message["n"]
        elif name == "change":
            assert message["n"] == self.number + 1
            self.number = message["n"]
            for section, keys in message["gone"].items():
                for key in keys:
                    del self.board[section][key]
            for section, entries in message["set"].items():
                self.board.setdefault(section, {}).update(entries)
        else:
            assert message["n"] == self.number

    @property
    def names(self):
        return [name for name, _ in self.told]


@pytest.fixture
async def floor():
    floor = Floor()
    yield floor
    floor.producer.close()


async def test_a_caller_who_joins_is_told_at_once_after_quiet(floor):
    viewer = Viewer(floor)
    await asyncio.sleep(10.1)
    floor.feed(AgentPaused(EWA, "lunch"))
    floor.join("c1")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert viewer.board["queues"]["support"]["waiting"] == 1
    assert viewer.board["queues"]["support"]["line"] == ["c1"]
    assert viewer.board["callers"]["c1"]["number"] == "100"
    assert viewer.board["agents"]["ewa"]["reason"] == "lunch"


async def test_who_was_moved_has_waited_from_the_beginning(floor):
    viewer = Viewer(floor)
    begun = floor.now()
    await asyncio.sleep(60)
    floor.join("c1", standing=floor.loop.time() - 60)
    await asyncio.sleep(1)
    assert viewer.board["callers"]["c1"]["since"] == pytest.approx(begun, abs=0.1)


async def test_many_events_are_few_messages(floor):
    viewer = Viewer(floor)
    await asyncio.sleep(5)
    before = len(viewer.told)
    for number in range(200):
        floor.join(f"c{number}")
        await asyncio.sleep(0.01)
    assert len(viewer.told) - before <= 2 / module.PAUSE + 1
    await asyncio.sleep(module.PAUSE)
    assert viewer.board["queues"]["support"]["waiting"] == 200
    assert len(viewer.board["queues"]["support"]["line"]) == module.LINE


async def test_moments_do_not_change_while_nothing_happens(floor):
    floor.join("c1")
    viewer = Viewer(floor)
    await asyncio.sleep(20)
    assert viewer.names[0] == "board"
    assert set(viewer.names[2:]) == {"beat"}
    assert 5 <= viewer.names.count("beat") <= 7


async def test_all_viewers_get_the_same_bytes(floor):
    bodies = [[], []]
    for some in bodies:
        floor.producer.join(Audience.ALL, lambda name, body, some=some: some.append((name, body)))
    await asyncio.sleep(1)
    floor.join("c1")
    await asyncio.sleep(1)
    changes = [[body for name, body in some if name == "change"] for some in bodies]
    assert changes[0]
    assert all(one is other for one, other in zip(*changes, strict=True))


async def test_a_reload_sends_everybody_the_whole_board_with_queues_in_their_order(floor):
    viewer = Viewer(floor)
    await asyncio.sleep(2)
    floor.settings = settings(QueueName("renamed"), SUPPORT)
    floor.feed(SettingsChanged(floor.settings.engine))
    floor.producer.apply(floor.settings)
    name, message = viewer.told[-1]
    assert name == "board"
    assert list(message["sections"]["queues"]) == ["renamed", "support"]
    floor.join("c1", QueueName("renamed"))
    await asyncio.sleep(1)
    assert viewer.board["queues"]["renamed"]["waiting"] == 1


async def test_who_leaves_hears_nothing_more_and_without_viewers_nothing_is_looked_at(floor, monkeypatch):
    viewer = Viewer(floor)
    await asyncio.sleep(1)
    viewer.leave()
    told = len(viewer.told)
    monkeypatch.setattr(floor.engine, "snapshot", None)
    floor.join("c1")
    await asyncio.sleep(30)
    assert len(viewer.told) == told


async def test_who_comes_after_a_quiet_time_sees_what_is_now(floor):
    first = Viewer(floor)
    first.leave()
    floor.join("c1")
    await asyncio.sleep(0.1)
    floor.happen(CallerLeft(CallId("c1"), LeaveReason.HUNG_UP), CallId("c1"))
    await asyncio.sleep(20)
    floor.join("c2")
    await asyncio.sleep(1)
    viewer = Viewer(floor)
    assert viewer.board["queues"]["support"]["line"] == ["c2"]
    assert viewer.board["queues"]["support"]["abandoned"] == 1
    assert json.loads(floor.producer.whole(Audience.ALL))["sections"] == viewer.board


async def test_a_call_that_ended_while_nobody_looked_on_is_not_there_for_who_comes_back_at_once(floor):
    call = SimpleNamespace(
        **{"id": CallId("c1"), "caller": SimpleNamespace(number="100", name=""), "phase": "waiting"},
        **{"leg": SimpleNamespace(dialled="600"), "queue": SUPPORT, "agent": None, "language": "en"},
        **{"started": 0.0, "connected": None, "known": None},
    )
    floor.calls.append(call)
    viewer = Viewer(floor, Audience.SUPERVISORS)
    floor.join("c1")
    await asyncio.sleep(1)
    assert list(viewer.board["calls"]) == ["c1"]
    floor.happen(AgentPaused(EWA, "lunch"))
    await asyncio.sleep(0)  # looked a moment ago
    viewer.leave()
    floor.calls.clear()
    floor.happen(CallerLeft(CallId("c1"), LeaveReason.HUNG_UP), CallId("c1"))
    again = Viewer(floor, Audience.SUPERVISORS)
    await asyncio.sleep(2)
    assert again.board["calls"] == {}


async def test_trends_come_when_a_step_is_over(floor):
    viewer = Viewer(floor)
    floor.join("c1")
    await asyncio.sleep(610)
    trend = viewer.board["trends"]["support"]
    assert len(trend["at"]) >= 1
    assert max(trend["waiting"]) == 1
    assert trend["joined"][0] == 1


@pytest.mark.may_block  # a traceback is drawn
async def test_a_failing_look_is_not_the_last(floor, monkeypatch):
    viewer = Viewer(floor)
    await asyncio.sleep(1)
    whole = floor.engine.snapshot
    monkeypatch.setattr(floor.engine, "snapshot", None)
    floor.join("c1")
    await asyncio.sleep(3)
    floor.producer.apply(floor.settings)  # nor does a reload fail by it
    monkeypatch.setattr(floor.engine, "snapshot", whole)
    await asyncio.sleep(2)
    assert viewer.board["queues"]["support"]["waiting"] == 1


async def test_an_alert_is_noted_and_on_the_board_with_or_without_viewers(floor):
    threshold = Threshold(Measure.WAITING, {Level.WARN: 2}, until=1)
    floor.settings.alerts = AlertSettings({SUPPORT: (threshold,)}, 5.0, 5.0, ("a@b.example",), Level.WARN)
    floor.producer.apply(floor.settings)
    floor.feed(AgentPaused(EWA, ""))
    floor.join("c1")
    floor.join("c2")
    await asyncio.sleep(8)
    ((kind, data),) = floor.noted
    assert (kind, data["queue"], data["level"], data["value"]) == ("AlertRaised", "support", "warn", 2)
    assert (data["to"], data["language"], data["was"]) == (["a@b.example"], "en", None)

    viewer = Viewer(floor)
    assert viewer.board["alerts"]["support waiting"]["level"] == "warn"
    floor.producer.apply(floor.settings)  # a reload keeps it
    assert viewer.board["alerts"]["support waiting"]["limit"] == 2
    floor.happen(CallerLeft(CallId("c1"), LeaveReason.HUNG_UP))
    await asyncio.sleep(8)
    assert viewer.board["alerts"] == {}
    kind, data = floor.noted[-1]
    assert (kind, data["worst"], data["to"], len(floor.noted)) == ("AlertEnded", "warn", ["a@b.example"], 2)
