"""What supervisors do in any traffic, for `test_machine`: the rules, and what the model makes of them."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from softswitch.acd.actions import ReportAmendmentOver, Ring
from softswitch.acd.amendments import (
    AgentAmended,
    AgentChange,
    CallerAdvanced,
    CallerPulled,
    QueueAmended,
    QueueChange,
)
from softswitch.acd.chance import SplitMix64
from softswitch.acd.events import SettingsChanged
from softswitch.acd.meaning.supervisors import PULLED
from softswitch.acd.settings import EngineSettings, Overflow
from softswitch.types import AgentName, HangUp, QueueName
from tests.acd.model import AGENTS, STRATEGIES, Model, floor_number

QUEUE_CHANGES = st.builds(
    QueueChange,
    strategy=st.none() | st.sampled_from(STRATEGIES),
    opened=st.sampled_from([None, True, False]),
    max_wait=st.sampled_from([None, 12.0]),
    no_agents=st.sampled_from([None, HangUp()]),
    closes=st.sampled_from([None, HangUp()]),
    overflow=st.sampled_from([None, (), ("red",), ("blue", "green")]),
)
SPANS = st.sampled_from([None, 0.0, 6.0, 40.0])


class Supervisors(Model):
    """Queues and agents are changed for a while; callers are put first, or given to somebody."""

    def __init__(self) -> None:
        super().__init__()
        self.base = EngineSettings()
        """As configured; `floor` is what is in force."""
        self.queue_changes: dict[QueueName, tuple[QueueChange, float]] = {}
        """With their ends."""
        self.agent_changes: dict[AgentName, tuple[AgentChange, float]] = {}
        self.shut: set[QueueName] = set()
        """By their hours."""

    # What happens ----------------------------------------------------------------------------------

    @rule(queue=st.integers(0, 2), change=QUEUE_CHANGES, span=SPANS, nothing=st.booleans())
    def amend_queue(self, queue: int, change: QueueChange, span: float | None, nothing: bool) -> None:
        names = sorted(self.known_queues)  # type: ignore[attr-defined]
        name, change = names[queue % len(names)], QueueChange() if nothing else change
        end = inf if span is None else self.now + span
        self.queue_changes.pop(name, None)
        if change != QueueChange() and name in self.base.queues:
            self.queue_changes[name] = change, end
        self.enforce()
        self.tell(QueueAmended(name, change, None if span is None else end))  # type: ignore[attr-defined]

    @rule(
        which=st.sampled_from(AGENTS),
        queues=st.none() | st.sets(st.sampled_from(["red", "blue", "green"])),
        skills=st.none() | st.fixed_dictionaries({"polish": st.integers(0, 2)}),
        span=SPANS,
    )
    def amend_agent(
        self, which: str, queues: set[str] | None, skills: dict[str, int] | None, span: float | None
    ) -> None:
        name = AgentName(which)
        if name not in self.desks:
            return
        serves = None if queues is None else tuple(map(QueueName, sorted(queues)))
        change, end = AgentChange(skills, serves), inf if span is None else self.now + span
        self.agent_changes.pop(name, None)
        if change != AgentChange() and name in self.base.agents:
            self.agent_changes[name] = change, end
        self.enforce()
        self.tell(AgentAmended(name, change, None if span is None else end))  # type: ignore[attr-defined]

    @precondition(lambda self: self.waiting())
    @rule(which=st.integers(0))
    def advance(self, which: int) -> None:
        stay = self.stays[self.pick(which, self.waiting())]
        stay.advanced = self.now
        self.tell(CallerAdvanced(stay.call))  # type: ignore[attr-defined]

    @precondition(lambda self: self.waiting())
    @rule(which=st.integers(0), agent=st.sampled_from(AGENTS))
    def pull(self, which: int, agent: str) -> None:
        stay, name = self.stays[self.pick(which, self.waiting())], AgentName(agent)
        if name not in self.desks:
            return
        desk, limit = self.desks[name], self.floor.agents[name].calls if name in self.floor.agents else 0
        load = len(desk.ringing) + len(desk.talking) + len(desk.outside)
        free = desk.reachable and (limit is None or load < limit)
        may = not stay.absent and not stay.held and stay.accepted is None and name not in stay.phones
        actions = self.tell(CallerPulled(stay.call, name))  # type: ignore[attr-defined]
        rung = [each for each in actions if isinstance(each, Ring) and each.why.strategy == PULLED]
        assert [(each.call, each.agent) for each in rung] == ([(stay.call, name)] if free and may else [])

    def steer(self, chance: SplitMix64) -> None:
        """Any of it, as a supervisor would who has much to do; also a reload beneath it."""
        which, agent = chance.below(1000), AGENTS[chance.below(len(AGENTS))]
        match chance.below(6):
            case 0 | 1 if self.waiting():
                self.pull(which, agent)
            case 2 if self.waiting():
                self.advance(which)
            case 3:
                strategy, opened = STRATEGIES[which % len(STRATEGIES)], (None, True, False)[which % 3]
                change = QueueChange(strategy, opened, closes=HangUp() if which % 2 else None)
                self.amend_queue(which, change, (None, 6.0)[which % 2], which % 5 == 0)
            case 4:
                self.amend_agent(agent, {("red", "blue", "green")[which % 3]}, None, None)
            case _:
                self.reload(floor_number(which))  # type: ignore[attr-defined]

    # What the model makes of it --------------------------------------------------------------------

    def configured(self, floor: EngineSettings) -> None:
        """Changes of what is gone are gone; `follow_report` is to see that this was said."""
        self.base = floor
        self.gone = {name for name in self.queue_changes if name not in floor.queues}
        self.gone |= {name for name in self.agent_changes if name not in floor.agents}  # type: ignore[arg-type]
        self.queue_changes = {n: each for n, each in self.queue_changes.items() if n in floor.queues}
        self.agent_changes = {n: each for n, each in self.agent_changes.items() if n in floor.agents}
        self.enforce()

    def enforce(self) -> None:
        """What is in force from now on."""
        queues = dict(self.base.queues)
        for name, (change, _) in self.agent_changes.items():
            for queue, mine in queues.items() if change.queues is not None else ():
                others = tuple(each for each in mine.agents if each != name)
                if queue not in change.queues:
                    queues[queue] = replace(mine, agents=others)
                elif name not in mine.agents:
                    queues[queue] = replace(mine, agents=(*others, name))
        for name, (change, _) in self.queue_changes.items():
            queues[name] = self.changed(queues[name], change)
        agents = {
            name: replace(mine, skills=change.skills)
            if (change := self.agent_changes.get(name, (AgentChange(), inf))[0]).skills is not None
            else mine
            for name, mine in self.base.agents.items()
        }
        for name, mine in queues.items():
            if name in self.floor.queues and mine.no_agents != self.floor.queues[name].no_agents:
                self.deserted.pop(name, None)
        self.floor = replace(self.base, queues=queues, agents=agents)
        self.doors()

    def changed(self, mine: Any, change: QueueChange) -> Any:
        """One queue with a change."""
        if change.no_agents is not None:
            rule = replace(mine.no_agents, joining=change.no_agents, waiting=change.no_agents)
            mine = replace(mine, no_agents=rule)
        if change.overflow is not None:
            to = tuple(each for each in change.overflow if each in self.base.queues and each != mine.name)
            overflow = replace(mine.overflow or Overflow(to), to=to) if to else None
            mine = replace(mine, overflow=overflow)
        for each in ("strategy", "max_wait", "closes"):
            if getattr(change, each) is not None:
                mine = replace(mine, **{each: getattr(change, each)})
        return mine

    def doors(self) -> None:
        """Which queues are closed."""
        for name in self.known_queues:  # type: ignore[attr-defined]
            opened = self.queue_changes.get(name, (QueueChange(), inf))[0].opened
            closed = name in self.shut if opened is None else not opened
            (self.closed.add if closed else self.closed.discard)(name)

    def follow_pull(self, ring: Ring) -> None:
        """A phone that rings for who was pulled."""
        stay = self.stays[ring.call]
        assert not stay.phones
        assert stay.agent is None
        assert ring.why.considered == (ring.agent,)
        assert ring.why.position == self.line(ring.queue).index(ring.call) + 1
        stay.round, stay.joined_in = ring.why, False
        stay.phones[ring.agent] = ring.offer
        self.desks[ring.agent].ringing.add(ring.offer)
        self.offers[ring.offer] = (ring.call, ring.agent, self.now + ring.timeout)

    def follow_amendment_over(self, action: ReportAmendmentOver) -> None:
        """It was due, or what it was about is gone."""
        if action.gone:
            event = self.story[-1][0]
            assert isinstance(event, SettingsChanged)
            self.gone.remove(action.queue or action.agent)  # type: ignore[arg-type]
            return
        changes: Any = self.queue_changes if action.queue else self.agent_changes
        _, end = changes.pop(action.queue or action.agent)
        assert end <= self.now
        self.enforce()
        self.release()

    def nothing_changed_for_too_long(self) -> None:
        """To be asked whenever nothing is due."""
        for _, end in (*self.queue_changes.values(), *self.agent_changes.values()):
            assert end > self.now
        assert not getattr(self, "gone", ()), "what is gone has been said to be"
