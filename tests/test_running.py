"""The running switch under its operators' hands."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from softswitch import app, looking, running
from softswitch.acd.events import AgentPaused, CallerJoined
from softswitch.acd.settings import EngineSettings
from softswitch.config.settings import SwitchSettings
from softswitch.errors import EngineError, NoSuch
from softswitch.ports import StoreHealth
from softswitch.running import RunningSwitch
from softswitch.testing.fakes import answers, never_answers
from softswitch.types import AgentName, CallId
from tests.calls.house import SUPPORT, House, house, queue, settings

NOBODY = settings(queue(agents=()))


class Untouched:
    """A part of the switch that takes whatever it is told."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


def operated(it: House) -> RunningSwitch:
    part: Any = Untouched()
    return RunningSwitch(it.switch, it.supervisor, part, part, part, part, part, part)


async def test_queues_list_the_first_callers_and_count_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "LISTED", 12)
    async with house({}, NOBODY) as it:
        callers = [it.call() for _ in range(15)]
        await asyncio.sleep(0.05)
        answer: Any = await operated(it).queues()
        assert answer["queues"][0]["waiting"] == 15
        assert len(answer["queues"][0]["callers"]) == 12
        for caller in callers:
            caller.hang_up()


@pytest.mark.virtual_time
async def test_moments_are_seconds_since_the_epoch() -> None:
    async with house({"201": never_answers()}, settings(queue(agents=("desk-201",)))) as it:
        await asyncio.sleep(100)
        it.call("600")
        it.call("600")
        await asyncio.sleep(2)
        switch, now = operated(it), it.switch.clock.now()
        it.switch.dispatcher.feed(AgentPaused(AgentName("desk-202"), "lunch"))
        whole: Any = await switch.queues()
        callers: Any = await switch.callers("support", 10)
        agents: Any = await switch.agents()
        assert (whole["at"], agents["at"]) == (pytest.approx(now), pytest.approx(now))
        for waiting in (whole["queues"][0]["callers"], callers):
            assert [caller["joined"] for caller in waiting] == pytest.approx([now - 2.0] * 2, abs=0.1)
        ringing, paused = agents["agents"]
        assert (ringing["state"], paused["state"]) == ("ringing", "paused")
        assert ringing["since"] == pytest.approx(now - 2.0, abs=0.1)
        assert (ringing["until"], paused["until"]) == (None, None)
        assert paused["since"] == pytest.approx(now)


@pytest.mark.virtual_time
async def test_why_tells_how_long_reasons_last_and_no_moment_of_the_engines_clock() -> None:
    config = settings(queue(agents=("desk-201", "desk-202"), wrap_up=60.0))
    async with house({"201": answers(talks=5.0), "202": answers(talks=5.0)}, config) as it:
        it.call("600")
        await asyncio.sleep(17)
        it.call("600")
        await asyncio.sleep(1)
        why: Any = it.journal.find("OfferMade")[-1].data["why"]
        (skipped,) = why["skipped"]
        assert (skipped["agent"], skipped["reason"]) == ("desk-201", "wrap-up")
        assert set(skipped) == {"agent", "reason", "left"}
        assert 30 < skipped["left"] < 60
        await asyncio.sleep(60)


@pytest.mark.virtual_time
async def test_why_no_phone_rings_now_can_be_asked_of_who_waits_on_the_line_or_not() -> None:
    async with house({"201": never_answers()}, settings(queue(agents=("desk-201",)))) as it:
        switch = operated(it)
        it.call("600")
        await asyncio.sleep(1)
        (rung,) = it.supervisor.calls
        assert await switch.why_now(rung.id) == {
            "call": rung.id, "at": it.switch.clock.now(), "queue": None, "why": None,
        }  # fmt: skip
        it.switch.dispatcher.feed(AgentPaused(AgentName("desk-201"), "lunch"))
        it.switch.dispatcher.feed(CallerJoined(CallId("wanted-1"), SUPPORT, number="48600", absent=True))
        case: Any = SimpleNamespace(id="wanted-1", number="48600", ago=0.0)
        it.switch.callbacks.add(case)
        for asked in (switch.why_now("wanted-1"), switch.waits("48600"), switch.waits("want")):
            answer: Any = await asked
            assert (answer["call"], answer["queue"], answer["why"]["position"]) == ("wanted-1", "support", 2)
            assert answer["why"]["skipped"] == [
                {"agent": "desk-201", "reason": "ringing", "left": None, "until": None}
            ]
        assert await switch.waits("48999") is None
        with pytest.raises(NoSuch, match="no call 'wanted-2' is in progress"):
            await switch.why_now("wanted-2")
        it.switch.callbacks.drop(case)


class Health:
    """A store and a clerk of whom a test says how they are."""

    def __init__(self, **health: Any) -> None:
        self._health = StoreHealth(**health)

    def health(self) -> StoreHealth:
        return self._health


@pytest.mark.parametrize(
    ("health", "says"),
    [
        ({"last": 5000, "loaded": 4990}, []),
        ({"last": 5000, "loaded": 3000}, ["the database is 2000 events behind the record"]),
        (
            {"last": 5000, "loaded": 4990, "database_problem": "no route to db.example"},
            ["the database takes no events: 10 wait in files until it works again"],
        ),
    ],
)
async def test_what_does_not_work_though_calls_do_is_named_without_details(
    health: dict[str, Any], says: list[str]
) -> None:
    part: Any = Untouched()
    endpoint: Any = SimpleNamespace(
        recorder=SimpleNamespace(problem=""), shield=SimpleNamespace(late=False), note=None
    )
    store: Any = Health(**health)
    async with house({}, NOBODY) as it:
        switch = RunningSwitch(it.switch, it.supervisor, endpoint, part, store, part, part, part)
        assert switch.degraded() == says
        assert switch.not_ready() == []
        endpoint.recorder.problem = "/var/lib/recordings: No space left on device"
        assert switch.degraded() == [*says, "recordings wait for their disk"]


async def test_a_reload_that_the_engine_refuses_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    contradiction = replace(NOBODY, engine=EngineSettings({SUPPORT: queue(agents=("nobody",))}, {}))

    def load(_: Path) -> SwitchSettings:
        return contradiction

    monkeypatch.setattr(running, "load", load)
    async with house({}, NOBODY) as it:
        with pytest.raises(EngineError):
            await operated(it).reload()
        assert it.switch.settings is NOBODY


@pytest.mark.may_block  # structlog draws the traceback on the loop, unless it is configured otherwise
async def test_what_fails_in_the_background_does_not_end_the_switch() -> None:
    async def fails() -> None:
        raise OSError("no more threads")

    async with asyncio.TaskGroup() as group:
        apart = group.create_task(app._apart(fails()))
        await asyncio.sleep(0)
    assert apart.exception() is None
