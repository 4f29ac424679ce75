"""An office that transfers: agents, queues, and the steps that all such tests are made of."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from softswitch.acd.agents import AgentState
from softswitch.acd.settings import AgentSettings, QueueSettings
from softswitch.config.settings import AgentPhone, SwitchSettings, Trunk, TrunkServer
from softswitch.dialplan.plan import DialPlan, OutboundRule
from softswitch.ports import Recorded
from softswitch.routing import NumberRule, Routing
from softswitch.store.call_record import CallRecord
from softswitch.store.calls import rebuild
from softswitch.store.records import misfits
from softswitch.testing.fakes import FakeLeg
from softswitch.types import AgentName, Party, QueueName, ToQueue, TrunkName, Way
from tests.calls.house import SUPPORT, House, settings

SALES = QueueName("sales")
NAMES = tuple(AgentName(f"desk-20{number}") for number in (1, 2, 3))
CARRIER = TrunkName("carrier")


def office(**sales: object) -> SwitchSettings:
    """Three agents: desk-201 serves support (600), desk-203 sales (700); desk-202 serves none."""
    plain = settings(
        QueueSettings(SUPPORT, NAMES[:1], strategy="hunt", ring=10.0, wrap_up=30.0),
        {name: AgentSettings(name) for name in NAMES},
    )
    queue = QueueSettings(SALES, NAMES[2:], strategy="hunt", ring=10.0)
    engine = replace(plain.engine, queues={**plain.engine.queues, SALES: replace(queue, **sales)})  # type: ignore[arg-type]
    numbers = (NumberRule("700", ToQueue(SALES)), *plain.routing.numbers)
    return replace(
        plain,
        engine=engine,
        routing=Routing(numbers, plain.routing.callers),
        menus=replace(plain.menus, extensions={name[-3:]: name for name in NAMES}),
        phones={
            name: AgentPhone(name, f"Desk {name[-3:]}", Way(f"sip:{name[-3:]}@desk"), name[-3:], ring=20.0)
            for name in NAMES
        },
        media=replace(plain.media, queue_music={SUPPORT: "classical", SALES: "silence"}),
    )


def two_at_once() -> SwitchSettings:
    """The office, where desk-201 talks to two at once."""
    plain = office()
    agents = {**plain.engine.agents, NAMES[0]: AgentSettings(NAMES[0], calls=2)}
    return replace(plain, engine=replace(plain.engine, agents=agents))


def with_a_carrier(plain: SwitchSettings) -> SwitchSettings:
    """Agents may dial outside, but no premium numbers."""
    rules = (OutboundRule("premium", ("+4870*",)), OutboundRule("outside", ("+*",), (CARRIER,)))
    trunk = Trunk(CARRIER, (TrunkServer("one"),), caller_id="+48221234567")
    return replace(plain, dialplan=DialPlan(rules=rules), trunks={CARRIER: trunk})


def leg_of(it: House, number: str, last: int = -1) -> FakeLeg:
    return it.endpoint.rung(f"sip:{number}@desk")[last]


def doing(it: House, agent: str) -> AgentState:
    now = asyncio.get_running_loop().time()
    return it.switch.dispatcher.engine.snapshot(now).agents[AgentName(agent)].state


def records(it: House) -> list[CallRecord]:
    """What the record says, in the order of the ends; every event is one that it knows."""
    notes = it.journal.notes
    assert [misfits(note.kind, note.data) for note in notes if misfits(note.kind, note.data)] == []
    return list(
        rebuild(Recorded(seq, note.at, note.kind, note.call, note.data) for seq, note in enumerate(notes, 1))
    )


async def hung_up(it: House, *legs: FakeLeg) -> list[CallRecord]:
    """The legs hang up: what the record says then."""
    for leg in legs:
        leg.hang_up()
    await asyncio.sleep(1)
    return records(it)


async def talking(it: House, seconds: float = 5.0) -> tuple[FakeLeg, FakeLeg]:
    """A caller of the queue talks to desk-201: both legs."""
    caller = it.call("600", "+48600100200")
    await asyncio.sleep(1 + seconds)
    agent = leg_of(it, "201")
    assert caller.hears() == {"201": 1.0}
    return caller, agent


async def dialled(it: House) -> tuple[FakeLeg, FakeLeg]:
    """desk-201 has dialled desk-202, and they talk: both legs."""
    one = it.call("202", "201", agent="desk-201")
    await asyncio.sleep(3)
    two = leg_of(it, "202")
    assert one.hears() == {"202": 1.0}
    return one, two


async def consulted(it: House) -> tuple[FakeLeg, FakeLeg, FakeLeg, FakeLeg]:
    """desk-201, who takes one call at once, talks to a caller, holds, and asks desk-202.

    The caller's leg, both legs of the agent (the first on hold), and the colleague's.
    """
    caller, first = await talking(it)
    first.hold()
    second = it.call("202", "201", agent="desk-201")
    await asyncio.sleep(3)
    assert second.hears() == {"202": 1.0}
    assert caller.hears() == {"classical": 1.0}
    return caller, first, second, leg_of(it, "202")


async def handed_on(it: House, agent: FakeLeg, other: FakeLeg, number: str) -> Party:
    """The agent hands the other one on to a number that rings: who is shown there."""
    assert agent.refer(number) == 202
    await asyncio.sleep(1)
    assert other.hears() == {"ringback": 1.0}
    shown = leg_of(it, number).caller_shown
    assert shown is not None
    return shown


async def turns(count: int) -> None:
    """The loop turns so often, in no time."""
    for _ in range(count):
        await asyncio.sleep(0)
