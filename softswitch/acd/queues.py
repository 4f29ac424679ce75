"""One queue: its line, its team and who of it is free, its counts and its strategy's memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isinf
from typing import TYPE_CHECKING, Final

from softswitch.acd.deadlines import Timer
from softswitch.acd.estimate import Calibration, Foreseen, HandleTimes, Impatience, estimate
from softswitch.acd.explain import Skipped, SkipReason
from softswitch.acd.free import FreeAgents, Rank, ranking
from softswitch.acd.place import Place
from softswitch.acd.reach import Key, Needs, Reach, Steps, lacking, needs_by, needs_of, steps
from softswitch.acd.settings import QueueSettings
from softswitch.acd.stats import Tally
from softswitch.acd.strategies.base import Memory, Ranked, Strategy
from softswitch.acd.waiting import FIRST, OVERDUE, Caller, Line
from softswitch.types import AgentName, QueueName, Seconds

if TYPE_CHECKING:
    from softswitch.acd.agents import Agent, Membership


HELPERS: Final = 1_000_000
"""The tier of agents of other teams."""

NAMED: Final = 50
"""How many agents a why names at most, considered and skipped each; a larger ring-all names all who ring."""

Standing = tuple[int, float]
"""What a priority class starts with: the strategy's precedence, and points."""


class Queue:
    """One queue, also while the configuration no longer names it: counts stay, should it come back."""

    name: QueueName
    settings: QueueSettings
    strategy: Strategy
    classes: Mapping[str, Standing]
    """By priority class; `default` is always there."""
    open: bool = True
    """Named by the settings in force."""
    closed: bool = False
    """Its hours are over, or a supervisor has closed it."""
    shut: bool = False
    """Its hours are over."""
    watched: bool = False
    """Whether it matters how many wait, and who is there."""
    deserted: Timer | None = None
    """When those who wait go elsewhere, if still nobody is there to serve."""

    line: Line
    """Everybody who waits."""
    absent: int = 0
    """Of these, who are not on the line."""
    reaches: dict[Key, Reach]
    """Those of today's callers and of some before; they go with a reload."""
    whole: list[Reach]
    """Of these, who reach the whole team: they share `free`."""
    parts: dict[int, list[Reach]]
    """The others, by the places in the team that they have."""

    team: tuple[Agent, ...] = ()
    """Its own agents, then those who help while it overflows."""
    own: tuple[Agent, ...] = ()
    """Its own agents."""
    places: dict[AgentName, int]
    free: FreeAgents
    """Who of the team can be offered a call."""
    ranked_by: Sequence[str] = ()
    """The figures of an agent that the strategy ranks by."""
    ranked: Rank | None = None
    """What the strategy ranks them by; None: the team's order."""
    notes: list[Skipped]
    """Of the first of its own agents, why each is not offered a caller to whom all free ones are alike."""
    unnoted: set[int]
    """Places of these, up to `NAMED`, of whom the note is out of date."""
    unnoted_beyond: set[int]
    """The same beyond that: these are looked at only if several are considered."""
    helped: bool = False
    """It overflows."""
    weights: Mapping[AgentName, float]
    """Of those of the team who have another than 1."""
    memories: dict[str, Memory]
    """By strategy, so that a try of another one loses nothing."""

    tally: Tally
    handle_times: HandleTimes
    impatience: Impatience
    calibration: Calibration
    """Of the estimated waits."""
    plain: Reach | None = None
    """That of all callers who need nothing special, if nobody opens to them later; None: not known (yet)."""
    openings: dict[Needs, Steps]
    """Computed so far."""
    serving: float | None = None
    """Calls that agents who are there and not paused can serve at once; None: to be counted again."""
    manned: bool | None = None
    """Whether anybody is there to serve; None: to be asked again."""

    def __init__(
        self, name: QueueName, settings: QueueSettings, strategy: Strategy, classes: Mapping[str, Standing]
    ) -> None:
        self.name = name
        self.settings = settings
        self.strategy = strategy
        self.classes = classes
        self.line = Line()
        self.reaches = {}
        self.whole = []
        self.parts = {}
        self.places = {}
        self.free = FreeAgents()
        self.notes = []
        self.unnoted = set()
        self.unnoted_beyond = set()
        self.weights = {}
        self.memories = {}
        self.tally = Tally()
        self.handle_times = HandleTimes()
        self.impatience = Impatience()
        self.calibration = Calibration()
        self.openings = {}

    @property
    def tiered(self) -> bool:
        """Whether the tier of an agent matters."""
        return self.helped or bool(self.settings.members)

    def tier(self, name: AgentName) -> int:
        """The tier of one of the team; who helps comes after all of the team itself."""
        return self.settings.member(name).tier if self.places[name] < len(self.settings.agents) else HELPERS

    def score(self, caller: Caller, now: Seconds) -> float:
        """Points and ageing at `now`."""
        return self.classes[caller.priority][1] + self.settings.ageing * (now - caller.standing)

    def rank(self, caller: Caller, now: Seconds) -> None:
        """Settle a caller's class and place by the settings in force; the caller must stand in no line."""
        caller.priority = caller.asked if caller.asked in self.classes else "default"
        standing, overdue = caller.standing, self.settings.overdue
        if caller.advanced is not None:
            caller.place = Place(FIRST, -caller.advanced, standing, caller.order, caller)
        elif overdue is not None and standing + overdue <= now:
            caller.place = Place(OVERDUE, standing, standing, caller.order, caller)
        else:
            precedence, points = self.classes[caller.priority]
            points = self.settings.ageing * standing - points
            caller.place = Place(precedence, points, standing, caller.order, caller)

    def rank_all(self, now: Seconds) -> None:
        """Sort everybody anew after settings changed."""
        everybody = list(self.line)
        for caller in everybody:
            caller.put_on(None)
        self.line = Line()
        for caller in everybody:
            self.rank(caller, now)
        for caller in sorted(everybody, key=lambda caller: caller.place):
            self.line.add(caller)

    def gather(self, team: Mapping[AgentName, Agent]) -> None:
        """The team is another one, in this order: its own agents, then who helps."""
        self.team = tuple(team.values())
        self.own = self.team[: len(self.settings.agents)]
        self.places = {name: place for place, name in enumerate(team)}
        self.weights = {name: each.weight for name, each in self.settings.members.items()}
        self.ranked_by = self.strategy.ranked_by if isinstance(self.strategy, Ranked) else ()
        self.ranked = ranking(self.ranked_by)
        self.notes = [agent.passed_over for agent in self.own[: 2 * NAMED]]
        noted = range(len(self.notes))
        self.unnoted, self.unnoted_beyond = set(noted[: NAMED + 1]), set(noted[NAMED + 1 :])

    def sheet(self, place: int) -> set[int] | None:
        """Where it is to be noted that something about the agent at that place has changed; None: nowhere."""
        if place >= len(self.notes):
            return None
        return self.unnoted if place <= NAMED else self.unnoted_beyond

    def note_free(self, each: Membership, agent: Agent, free: bool) -> None:
        """An agent of the team can, or can no longer, be offered a call."""
        if free:
            place, rank = each.place, self.ranked
            key = each.key = place if rank is None else (rank(agent), place)
            self.free.add(key, agent)
        else:
            self.free.remove(each.key)
        if self.parts:
            for reach in self.parts.get(each.place, ()):
                if free:
                    reach.free.add(each.key, agent)
                else:
                    reach.free.remove(each.key)

    def rank_anew(self, each: Membership, agent: Agent) -> None:
        """An agent who can be offered a call may be ranked otherwise from now on."""
        if self.ranked is not None and self.ranked(agent) != each.key[0]:
            self.note_free(each, agent, False)
            self.note_free(each, agent, True)

    def free_of_own(self) -> int:
        """How many of its own agents can be offered a call."""
        own, free = len(self.own), self.free.agents
        return len(free) if len(self.team) == own else sum(self.places[agent.name] < own for agent in free)

    def reaches_to(self, place: int) -> Sequence[Reach]:
        """Those that have the agent at that place."""
        return [*self.whole, *self.parts.get(place, ())] if self.parts else self.whole

    def capacity(self) -> float:
        """Calls that its own agents who are here can serve at once; infinite with an unlimited one."""
        if self.serving is None:
            limits = (agent.limit for agent in self.own if agent.serves(self.name))
            self.serving = float(sum(float("inf") if limit is None else limit for limit in limits))
        return self.serving

    def raw_wait(self, position: int, *, patient: bool = False) -> Seconds | None:
        """By the formula alone; `patient`: as if nobody ahead gave up."""
        leaving = 0.0 if patient else self.impatience.rate
        serving = self.capacity() if self.serving is None else self.serving
        return estimate(position, self.handle_times.mean, serving, leaving)

    def foresee(self, position: int, after: Seconds) -> Foreseen | None:
        """How long the caller at that place, who joined `after` ago, will wait from now on; None: unknown."""
        raw = self.raw_wait(position)
        return None if raw is None else Foreseen(raw, self.calibration.corrected(raw), after)

    def expect(self, position: int) -> Seconds | None:
        """The same, only what is said of it."""
        raw = self.raw_wait(position)
        return None if raw is None else self.calibration.corrected(raw)

    def attended(self) -> bool:
        """Whether anybody of its own is there to serve."""
        if self.manned is None:
            paused = self.settings.no_agents.count_paused
            self.manned = any(agent.serves(self.name, paused=paused) for agent in self.own)
        return self.manned

    def full(self) -> bool:
        """Whether one more caller would be too many."""
        limit = self.settings.max_callers
        return limit is not None and self.on_line >= limit

    @property
    def on_line(self) -> int:
        """How many wait who are there to hear music."""
        return len(self.line) - self.absent

    def memory(self) -> Memory:
        """What the strategy in force remembers."""
        name = self.strategy.name
        return self.memories[name] if name in self.memories else self.memories.setdefault(name, {})

    # Who can be reached --------------------------------------------------------------------------

    def reach_of(self, caller: Caller, now: Seconds) -> tuple[Reach, Seconds | None]:
        """Whom a caller can be offered to at `now`, and when more can; None: never more."""
        if caller.preferred is not None:
            if self.is_held(caller, now):
                return self._reach(((), 0, caller.preferred)), self._preferred_until(caller)
            caller.preferred, caller.let_go = None, now
        if self.plain is not None and not caller.skills:
            return self.plain, None
        needs = needs_of(self.settings.needs, caller.skills)
        opening = self.steps(needs)
        step = opening.at(caller.standing, now)
        reach, after = self._reach((needs, step, None)), opening.after(step)
        if not caller.skills and len(opening.times) == 1:
            self.plain = reach
        return reach, None if after is None else caller.standing + after

    def is_held(self, caller: Caller, now: Seconds) -> bool:
        """Whether a caller waits for the preferred agent alone at `now`."""
        place = self.places.get(caller.preferred) if caller.preferred else None
        if place is None or not now < self._preferred_until(caller):
            return False
        if place >= len(self.settings.agents):
            return False
        return self.team[place].serves(self.name)

    def _preferred_until(self, caller: Caller) -> Seconds:
        """Until when only the preferred agent is rung; what had to be heard first is no part of it."""
        return max(caller.standing, caller.ready) + self.settings.preferred_for

    def held_for(self, agent: Agent) -> list[Caller]:
        """Who waits for that agent alone."""
        reach = self.reaches.get(((), 0, agent.name))
        return [*reach.unoffered, *reach.ringing_more] if reach else []

    def steps(self, needs: Needs) -> Steps:
        """When which agents open to callers with these needs."""
        found = self.openings.get(needs)
        if found is None:
            found = self.openings[needs] = steps(self.settings, self.team, needs)
        return found

    def _reach(self, key: Key) -> Reach:
        found = self.reaches.get(key)
        return self._make_reach(key) if found is None else found

    def _make_reach(self, key: Key) -> Reach:
        reach = Reach(self, self._open_to(key), self.free)
        self._place(key, reach)
        return reach

    def _place(self, key: Key, reach: Reach) -> None:
        self.reaches[key] = reach
        if len(reach.places) == len(self.team):
            reach.free = self.free
            self.whole.append(reach)
        else:
            reach.free = self.free.among(lambda agent: self.places[agent.name] in reach.places)
            for place in reach.places:
                self.parts.setdefault(place, []).append(reach)

    def _open_to(self, key: Key) -> set[int]:
        needs, step, preferred = key
        if preferred is not None:
            return {self.places[preferred]}
        return self.steps(needs).places(step, helped=self.helped)

    def why_outside(self, caller: Caller, agent: Agent, now: Seconds) -> Skipped | None:
        """Why an agent of the team cannot be offered this caller by now, and until when; None: may be."""
        place, reach = self.places[agent.name], caller.reach
        if reach is None or place in reach.places:
            return None
        if caller.preferred is not None:
            return Skipped(agent.name, SkipReason.HELD_FOR_PREFERRED, self._preferred_until(caller))
        needs = needs_of(self.settings.needs, caller.skills)
        opens = self.steps(needs).opens[place]
        since, until = caller.standing, None if isinf(opens) else caller.standing + opens
        if opens <= self.settings.member(agent.name).after:
            return Skipped(agent.name, SkipReason.TIER_CLOSED, until)
        lacks = lacking(needs_by(needs, self.settings.relax, since, now), agent.skills)
        return Skipped(agent.name, SkipReason.LACKS_SKILL, until, *(lacks or ()))

    def help(self, helped: bool) -> None:
        """Agents of other teams are reached from now on, or are no more."""
        self.helped = helped
        reaches, self.reaches, self.whole, self.parts = self.reaches, {}, [], {}
        for key, reach in reaches.items():
            reach.places = self._open_to(key)
            self._place(key, reach)

    def forget_reaches(self) -> list[Caller]:
        """After the team, its skills or its helpers changed; everybody who waits must be opened up anew."""
        everybody = list(self.line)
        for caller in everybody:
            caller.put_on(None)
            caller.reach = None
        self.reaches, self.whole, self.parts, self.openings, self.plain = {}, [], {}, {}, None
        return everybody
