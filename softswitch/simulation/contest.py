"""Estimators of waits compete in one simulated day: all see the same callers, and none is told to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from softswitch.acd.actions import Action, Connect, Leave, ReportWrapUp, Ring
from softswitch.acd.engine import Engine
from softswitch.acd.estimate import Calibration, Foreseen, HandleTimes
from softswitch.acd.estimators import ESTIMATORS, Basis
from softswitch.acd.events import CallerJoined, CallerLeft, ConversationEnded, Event
from softswitch.acd.settings import EngineSettings
from softswitch.acd.snapshot import Snapshot
from softswitch.reports.estimates import Pairs
from softswitch.simulation.traffic import Traffic
from softswitch.simulation.world import World
from softswitch.types import AgentName, CallId, Seconds


@dataclass(slots=True)
class Rival:
    """One estimator, plain or calibrated, and how it did."""

    name: str
    calibrated: bool
    calibration: Calibration = field(default_factory=Calibration)
    said: dict[CallId, Foreseen] = field(default_factory=dict)
    estimates: list[Seconds] = field(default_factory=list)
    waits: list[Seconds] = field(default_factory=list)

    def foresee(self, call: CallId, basis: Basis) -> None:
        """Estimate for one who has joined."""
        raw = ESTIMATORS[self.name](basis)
        if raw is not None:
            self.said[call] = Foreseen(raw, self.calibration.corrected(raw) if self.calibrated else raw)

    def answered(self, call: CallId, waited: Seconds) -> None:
        """What came of it."""
        if (foreseen := self.said.pop(call, None)) is not None:
            self.estimates.append(foreseen.said)
            self.waits.append(waited)
            self.calibration.note(foreseen, waited)

    def gave_up(self, call: CallId, waited: Seconds) -> None:
        """Nobody knows what would have come of it; that it was longer is something."""
        if (foreseen := self.said.pop(call, None)) is not None:
            self.calibration.note_given_up(foreseen, waited)

    @property
    def pairs(self) -> Pairs:
        """For scores."""
        return Pairs(np.array(self.estimates), np.array(self.waits))


class Contest:
    """Stands where the engine is (as `Witness`), for a day of one queue whose agents are all there, all the
    time, and take one call each.
    """

    def __init__(self, engine: Engine, agents: int) -> None:
        self._engine = engine
        self._agents = agents
        self._waiting: dict[CallId, Seconds] = {}
        self._talks: dict[CallId, tuple[AgentName, Seconds]] = {}
        self._rung: dict[CallId, Seconds] = {}
        self._handled = HandleTimes()
        self._last: Seconds | None = None
        self._gone, self._all_waits = 0, 0.0
        self.rivals = [Rival(name, calibrated) for name in ESTIMATORS for calibrated in (False, True)]

    def receive(self, event: Event, now: Seconds) -> Sequence[Action]:
        """As the engine does."""
        if isinstance(event, CallerLeft):
            self._left(event.call, now)
        actions = self._engine.receive(event, now)
        if isinstance(event, CallerJoined):
            self._waiting[event.call] = now
        if isinstance(event, ConversationEnded) and not any(
            isinstance(each, ReportWrapUp) for each in actions
        ):
            self._handled.add(now - self._rung.pop(event.call))
        rung = False
        for action in actions:
            match action:
                case Ring():
                    self._rung[action.call] = now
                    rung = rung or (isinstance(event, CallerJoined) and action.call == event.call)
                case Connect():
                    self._connected(action)
                case Leave():
                    self._waiting.pop(action.call, None)
        if isinstance(event, CallerJoined) and not rung:
            self._foresee(event.call, now)
        return actions

    def next_deadline(self) -> Seconds | None:
        """As the engine does."""
        return self._engine.next_deadline()

    def snapshot(self, now: Seconds, most: int) -> Snapshot:
        """As the engine does."""
        return self._engine.snapshot(now, most=most)

    def _foresee(self, call: CallId, now: Seconds) -> None:
        first = next(iter(self._waiting))
        basis = Basis(
            position=len(self._waiting),
            mean=self._handled.mean,
            serving=float(self._agents),
            last=self._last,
            head=None if first == call else now - self._waiting[first],
            impatience=self._gone / self._all_waits if self._all_waits > 0 else 0.0,
        )
        if basis.mean is not None and basis.last is not None:  # so that all estimate the same callers
            for rival in self.rivals:
                rival.foresee(call, basis)

    def _connected(self, action: Connect) -> None:
        self._waiting.pop(action.call)
        self._all_waits += action.waited
        if action.waited > 0:
            self._last = action.waited
        for rival in self.rivals:
            rival.answered(action.call, action.waited)

    def _left(self, call: CallId, now: Seconds) -> None:
        waited = now - self._waiting.pop(call)
        self._gone += 1
        self._all_waits += waited
        for rival in self.rivals:
            rival.gave_up(call, waited)


def contest(settings: EngineSettings, traffic: Traffic, seed: int) -> list[Rival]:
    """A day without notes (which the wait for an agent would need too): each estimator, and how it did."""
    world = World(settings, traffic, seed)
    assert isinstance(world.engine, Engine)
    judge = Contest(world.engine, len(settings.agents))
    world.engine = judge  # type: ignore[assignment]
    world.run()
    return judge.rivals
