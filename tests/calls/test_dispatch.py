"""The shell around the engine: each action is carried out, whatever became of the one before."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.acd.actions import Announce, CancelRing, Connect, Leave, Ring
from softswitch.acd.engine import Engine
from softswitch.acd.events import CallerJoined, OfferAnswered, SettingsChanged
from softswitch.acd.settings import AgentSettings, EngineSettings, QueueSettings
from softswitch.calls.dispatch import Dispatcher
from softswitch.testing.fakes import FakeJournal
from softswitch.types import AgentName, CallId, QueueName

pytestmark = [pytest.mark.virtual_time, pytest.mark.may_block]

QUEUE = QueueName("support")
AGENTS = (AgentName("anna"), AgentName("bob"))


class Caller:
    """Remembers what it was told; `faulty`: and then makes a mistake."""

    absent = False

    def __init__(self, *, faulty: bool = False) -> None:
        self.told: list[Ring | CancelRing | Connect | Announce | Leave] = []
        self._faulty = faulty

    def _take(self, action: Ring | CancelRing | Connect | Announce | Leave) -> None:
        self.told.append(action)
        if self._faulty:
            raise RuntimeError("a mistake of ours")

    ring = cancel_ring = connect = announce = leave = _take


async def test_a_mistake_in_one_call_reaches_no_other_and_stops_no_timer() -> None:
    dispatcher = Dispatcher(Engine(seed=1), FakeJournal())
    agents = {name: AgentSettings(name) for name in AGENTS}
    queue = QueueSettings(QUEUE, (), strategy="hunt", ring=10.0, retry=1.0)
    dispatcher.feed(SettingsChanged(EngineSettings({QUEUE: queue}, agents)))
    faulty, good = Caller(faulty=True), Caller()
    dispatcher.join(faulty, CallerJoined(CallId("c1"), QUEUE))
    dispatcher.join(good, CallerJoined(CallId("c2"), QUEUE))
    staffed = QueueSettings(QUEUE, AGENTS, strategy="hunt", ring=10.0, retry=1.0)
    dispatcher.feed(SettingsChanged(EngineSettings({QUEUE: staffed}, agents)))
    assert [type(action) for action in good.told] == [Ring]
    await asyncio.sleep(10.5)
    assert [type(action) for action in good.told] == [Ring, CancelRing]
    dispatcher.close()


async def test_the_record_says_which_threshold_and_which_wrap_up_were_in_force() -> None:
    journal, caller = FakeJournal(), Caller()
    dispatcher = Dispatcher(Engine(seed=1), journal)
    agents = {name: AgentSettings(name) for name in AGENTS}
    queue = QueueSettings(
        QUEUE, AGENTS, strategy="hunt", wrap_up=12.0, service_within=15.0, short_abandon=4.0
    )
    dispatcher.feed(SettingsChanged(EngineSettings({QUEUE: queue}, agents)))
    dispatcher.join(caller, CallerJoined(CallId("c1"), QUEUE))
    dispatcher.feed(OfferAnswered(dispatcher.ringing[0].offer))
    assert journal.find("CallerJoined")[0].data["within"] == 15.0
    assert journal.find("CallerJoined")[0].data["short"] == 4.0
    assert journal.find("Connected")[0].data["wrap_up"] == 12.0
    dispatcher.close()
