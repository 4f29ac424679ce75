"""A day in which everything happens that a report tells of: the real switch lives it on virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import cache

from softswitch.acd.settings import AgentSettings, CallbackSettings, EngineSettings, QueueSettings
from softswitch.calls.operator import Operator
from softswitch.config.settings import AgentPhone, CallbackRules, SwitchSettings
from softswitch.mailboxes import Mailbox
from softswitch.ports import Recorded
from softswitch.routing import NumberRule, Routing
from softswitch.testing.clock import VirtualTimeLoop
from softswitch.testing.fake_desk import FakeDesk
from softswitch.testing.fakes import FakeLeg, PhoneScript, answers, busy, never_answers
from softswitch.types import AgentName, MailboxName, QueueName, ToCallback, ToQueue, ToVoicemail, Way
from tests.calls.house import SUPPORT, House, house, settings
from tests.calls.office import with_a_carrier

TEN = 1_772_010_000.0
"""2026-02-25 10:00 in Warsaw, a Wednesday."""

SALES, OFFICE, BACK, SMALL = (QueueName(name) for name in ("sales", "office", "back", "small"))
ANN, BEN, CEM = (AgentName(f"desk-20{number}") for number in (1, 2, 3))
BOX = MailboxName("office")
CUSTOMER = "+48600700800"


def config() -> SwitchSettings:
    """Queues for every way out."""
    support = QueueSettings(
        SUPPORT, (ANN, BEN), strategy="hunt", ring=20.0, wrap_up=15.0, short_abandon=5.0, max_wait=60.0,
        timeout=ToQueue(SALES),
    )  # fmt: skip
    queues = (
        support,
        QueueSettings(SALES, (CEM,), ring=20.0, service_within=10.0),
        QueueSettings(OFFICE, max_wait=30.0, timeout=ToVoicemail(BOX)),
        QueueSettings(
            BACK, (BEN,), ring=15.0, max_wait=40.0, timeout=ToCallback(BACK),
            callback=CallbackSettings(attempts=2, pause=300.0),
        ),
        QueueSettings(SMALL, max_callers=1),
    )  # fmt: skip
    plain = with_a_carrier(settings())
    numbers = [NumberRule(f"60{place}", ToQueue(queue.name)) for place, queue in enumerate(queues)]
    agents = {name: AgentSettings(name) for name in (ANN, BEN, CEM)}
    return replace(
        plain,
        engine=EngineSettings({queue.name: queue for queue in queues}, agents),
        routing=Routing((*numbers, *plain.routing.numbers), plain.routing.callers),
        phones={
            name: AgentPhone(name, name, Way(f"sip:{name[-3:]}@desk"), name[-3:], ring=20.0)
            for name in agents
        },
        menus=replace(plain.menus, extensions={name[-3:]: name for name in agents}),
        media=replace(plain.media, queue_music={queue.name: "classical" for queue in queues}),
        callbacks={BACK: CallbackRules()},
        mailboxes={BOX: Mailbox(BOX)},
    )


@cache
def whole_day() -> list[Recorded]:
    """Its events, in order."""
    loop = VirtualTimeLoop()
    try:
        return loop.run_until_complete(_lived())
    finally:
        loop.close()


async def _lived() -> list[Recorded]:
    async with house({}, config()) as it:
        it.switch.desk = desk = FakeDesk()
        await _morning(it)
        await _noon(it)
        await asyncio.sleep(3600 * 3 - asyncio.get_running_loop().time())
        for draft in desk.taken:
            left = {"file": draft.file, "mailbox": BOX, "queue": OFFICE, "began": TEN + 3600, "seconds": 9.0}
            it.journal.note("VoicemailLeft", **left)
    notes = [(note.at, note.kind, note.call, note.data) for note in it.journal.notes]
    there = [str(name) for name in (ANN, BEN, CEM)]
    told = [(0.0, "SwitchStarting", None, {}), (0.0, "SwitchStarted", None, {"agents": there}), *notes]
    told.append((3600.0 * 3, "SwitchStopped", None, {}))
    return [
        Recorded(seq, TEN + at, kind, call, dict(data)) for seq, (at, kind, call, data) in enumerate(told, 1)
    ]


def _scripts(it: House, **phones: PhoneScript) -> None:
    """Who answers how, from now on; whom nobody names lets it ring."""
    for name in (ANN, BEN, CEM):
        it.endpoint.agents[f"sip:{name[-3:]}@desk"] = phones.get(f"n{name[-3:]}", never_answers())


async def _until(minute: float) -> None:
    await asyncio.sleep(60 * minute - asyncio.get_running_loop().time())


async def _morning(it: House) -> None:
    """Support: in time, late with a hold, given up, given up at once, sent on to sales."""
    _scripts(it, n201=answers(after=4.0, talks=100.0))
    it.call("600")
    await _until(10)
    _scripts(it, n202=answers(after=5.0, talks=60.0))
    it.call("600")
    await _until(10.6)
    (agent,) = it.endpoint.rung("sip:202@desk")
    agent.hold()
    await asyncio.sleep(10)
    agent.resume()
    await _until(20)
    _scripts(it)
    await _gives_up(it.call("600"), 30.0)
    await _until(30)
    await _gives_up(it.call("600"), 3.0)
    await _until(40)
    _scripts(it, n203=answers(after=6.0, talks=50.0))
    it.call("600")
    await _until(60)


async def _noon(it: House) -> None:
    """A message, a callback at the second attempt, a transfer, an operator ends two calls, a full queue."""
    caller = it.call("602")
    await asyncio.sleep(50)
    caller.press("#")
    await _until(70)
    await _called_back(it)
    await _until(100)
    _scripts(it, n201=answers(after=5.0), n202=answers(after=3.0))
    caller = it.call("600")
    await asyncio.sleep(35)
    assert it.endpoint.rung("sip:201@desk")[-1].refer("202") == 202
    await asyncio.sleep(43)
    caller.hang_up()
    operator = Operator(it.switch, it.supervisor)
    await _until(110)
    _scripts(it)
    await _ended(it, operator, 12.0)
    await _until(120)
    first, second = it.call("604"), it.call("604")
    await asyncio.sleep(30)
    assert second.ended.done()
    first.hang_up()
    await _until(130)
    _scripts(it, n201=answers(after=4.0))
    await _ended(it, operator, 24.0)
    await _until(140)


async def _gives_up(caller: FakeLeg, after: float) -> None:
    await asyncio.sleep(after)
    caller.hang_up()


async def _ended(it: House, operator: Operator, after: float) -> None:
    it.call("600")
    await asyncio.sleep(after)
    (call,) = (one.id for one in it.supervisor.calls)
    operator.hang_up(call, "user anna")


async def _called_back(it: House) -> None:
    _scripts(it)
    caller = it.call("603", CUSTOMER)
    await asyncio.sleep(60)
    caller.press("1")
    _scripts(it, n202=answers(after=2.0))
    it.endpoint.agents[f"sip:{CUSTOMER}@one"] = it.endpoint.agents[f"sip:{CUSTOMER}@two"] = busy()
    await _until(74)
    it.endpoint.agents[f"sip:{CUSTOMER}@one"] = answers(after=3.0, talks=90.0)
    await _until(90)
