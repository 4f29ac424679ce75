"""Everybody calls, transfers, picks up, holds and hangs up at random: in the end nothing is left behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random

import pytest
from structlog.testing import capture_logs

from softswitch.acd.agents import AgentState
from softswitch.acd.settings import AgentSettings, QueueSettings
from softswitch.config.settings import SwitchSettings, Trunk, TrunkServer
from softswitch.dialplan.plan import DialPlan, OutboundRule
from softswitch.testing.fakes import (
    FakeCarriers,
    FakeLeg,
    PhoneScript,
    answers,
    busy,
    forwards,
    never_answers,
    unreachable,
)
from softswitch.types import LegState, QueueName, ToNumber
from tests.calls.house import SUPPORT, House, house
from tests.calls.office import CARRIER, NAMES, SALES, doing, office, records

pytestmark = pytest.mark.virtual_time

OUTSIDE = ("600300400", "600300401")
WHERE = ("201", "202", "203", "600", "700", "500", *OUTSIDE, "999", "*8", "*8202")


def busy_office(random: Random) -> SwitchSettings:
    """Every agent serves both queues; desk-203 sends calls on, and desk-202 has a mobile too."""
    plain = office()
    queues = {
        QueueName(name): QueueSettings(
            QueueName(name), NAMES, strategy=random.choice(("hunt", "ring-all")), ring=4.0, wrap_up=1.0
        )
        for name in (SUPPORT, SALES)
    }
    agents = {name: AgentSettings(name, calls=random.choice((1, 2, None))) for name in NAMES}
    phones = dict(plain.phones)
    phones[NAMES[2]] = replace(phones[NAMES[2]], forwards=True)
    phones[NAMES[1]] = replace(phones[NAMES[1]], outside=ToNumber("+48600300499", (CARRIER,)))
    return replace(
        plain,
        engine=replace(plain.engine, queues=queues, agents=agents),
        phones=phones,
        dialplan=DialPlan(rules=(OutboundRule("outside", ("+*",), (CARRIER,)),)),
        trunks={CARRIER: Trunk(CARRIER, (TrunkServer("one"), TrunkServer("two")))},
    )


def in_queues(it: House) -> float:
    """Seconds of talk with callers of queues, by the record."""
    by_queue, seconds = {}, 0.0
    for note in it.journal.notes:
        if note.kind == "Connected":
            by_queue[note.call] = "queue" in note.data
        elif note.kind == "ConversationEnded" and by_queue.get(note.call):
            talked = note.data["talked"]
            assert isinstance(talked, float)
            seconds += talked
    return seconds


class Turmoil:
    """People at random."""

    def __init__(self, it: House, random: Random) -> None:
        self.it = it
        self.random = random
        self.callers: list[FakeLeg] = []

    @property
    def legs(self) -> list[FakeLeg]:
        every = [*self.callers, *self.it.endpoint.dialled]
        return [leg for leg in every if leg.state is not LegState.ENDED]

    def act(self) -> None:
        """One of them does something."""
        random, legs = self.random, self.legs
        if not legs or random.random() < 0.25:
            agent = random.choice(("", "", *NAMES))
            self.callers.append(self.it.call(random.choice(WHERE), "+48600100200", agent=agent))
            return
        leg = random.choice(legs)
        match random.randrange(8):
            case 0 | 1:
                leg.hang_up()
            case 2:
                leg.hold() if not leg.held else leg.resume()
            case 3:
                leg.press("1")
            case 4 if leg.outgoing and leg.state is not LegState.ANSWERED:
                leg.answer_remotely()
            case 5:
                leg.refer("x", random.choice(self._same_agents(leg)))
            case _:
                leg.refer(random.choice(WHERE))

    def _same_agents(self, leg: FakeLeg) -> list[FakeLeg]:
        """The legs on which one agent is, as far as that can be seen from here; any, in case of doubt."""
        talks = self.it.switch.exchange.conversations
        at = {each.id: talk.agent_of(each) for each in self.legs if (talk := talks.get(each.id)) is not None}
        agent = at.get(leg.id)
        others = [each for each in self.legs if each is not leg and at.get(each.id) == agent]
        calling = [each for each in self.callers if agent is not None and each.origin.agent == agent]
        return [*others, *calling] or self.legs

    async def pause(self) -> None:
        """Some turns of the loop, or some time."""
        if self.random.random() < 0.6:
            for _ in range(self.random.randrange(8)):
                await asyncio.sleep(0)
        else:
            await asyncio.sleep(self.random.choice((0.1, 1.0, 3.0)))


@pytest.mark.parametrize("seed", range(100))
async def test_nothing_is_left_behind(seed: int) -> None:
    random = Random(seed)
    scripts = [answers(0.5), answers(2.0), busy(0.5), never_answers(), answers(1.0, talks=3.0)]
    phones = {name[-3:]: random.choice(scripts) for name in NAMES[:2]}
    phones["203"] = random.choice([*scripts, forwards("202"), forwards(OUTSIDE[0])])
    with capture_logs() as logs:
        await live(random, phones)
    assert [line for line in logs if line["log_level"] in ("error", "critical")] == []


async def live(random: Random, phones: dict[str, PhoneScript]) -> None:
    """Until everybody has hung up."""
    scripts = [answers(0.5), answers(2.0), busy(0.5), never_answers(), answers(1.0, talks=3.0)]
    async with house(phones, busy_office(random)) as it:
        it.switch.carriers = FakeCarriers({CARRIER: ["sip:{}@one", "sip:{}@two"]})
        for number in (*OUTSIDE, "600300499"):
            for server in ("one", "two"):
                it.endpoint.agents[f"sip:+48{number}@{server}"] = random.choice(
                    [*scripts, unreachable(0.5, status=503)]
                )
        turmoil = Turmoil(it, random)
        for _ in range(40):
            turmoil.act()
            await turmoil.pause()
        for leg in turmoil.callers:
            leg.hang_up()
        await asyncio.sleep(200)
        for leg in turmoil.legs:  # those in calls of their own
            leg.hang_up()
        await asyncio.sleep(30)
        assert turmoil.legs == []
        assert it.supervisor.calls == []
        exchange = it.switch.exchange
        assert (exchange.calls, exchange.conversations, exchange.offered, exchange.ringing) == (
            {},
            {},
            {},
            {},
        )
        assert [doing(it, name) for name in NAMES] == [AgentState.FREE] * 3
        snapshot = it.switch.dispatcher.engine.snapshot(asyncio.get_running_loop().time())
        assert [queue.waiting for queue in snapshot.queues.values()] == [0, 0]
        talked = sum(agent.talk_time for agent in snapshot.agents.values())
        assert talked == pytest.approx(in_queues(it), abs=0.1), "of queues, as the record has it"
        found = records(it)
        assert len(found) == len(it.journal.find("CallArrived"))
        assert [offer for record in found for offer in record.offers if not offer.result] == []
