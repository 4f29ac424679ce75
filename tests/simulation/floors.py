"""Settings and traffic for simulations, in short words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from softswitch.acd.settings import AgentSettings, EngineSettings, QueueSettings
from softswitch.simulation.draws import ENDLESS, Draws, parse
from softswitch.simulation.figures import Run
from softswitch.simulation.ledger import stays_of
from softswitch.simulation.runs import run
from softswitch.simulation.student import controlled
from softswitch.simulation.traffic import HOUR, Profile, QueueTraffic, Traffic
from softswitch.simulation.world import World
from softswitch.types import AgentName, QueueName

Q = QueueName("q")


def floor(agents: int | str = 5, **settings: Any) -> EngineSettings:
    """One queue, `q`, and its agents: so many, or of these names."""
    names = agents.split() if isinstance(agents, str) else [f"a{number}" for number in range(agents)]
    team = tuple(map(AgentName, names))
    queue = QueueSettings(Q, team, **({"overdue": None} | settings))
    return EngineSettings({Q: queue}, {name: AgentSettings(name) for name in team})


def traffic(
    load: float, talk: str = "100s", hours: float = 10, patience: Draws = ENDLESS, **more: Any
) -> Traffic:
    """Callers of `q`, so many erlangs, steadily."""
    draws, span = parse(talk), hours * HOUR
    callers = QueueTraffic(
        Q, draws, Profile.constant(load * HOUR / draws.mean, span), patience, more.pop("wrap_up", None)
    )
    return Traffic(span, (callers,), **more)


def world(settings: EngineSettings, what: Traffic, seed: int = 1) -> World:
    """One that has run."""
    made = World(settings, what, seed)
    made.run()
    return made


def runs(settings: EngineSettings, what: Traffic, count: int, first: int = 1) -> list[Run]:
    """Of so many seeds, here."""
    return [run(settings, what, seed, "service-level") for seed in range(first, first + count)]


def sure(
    values: Sequence[float | None], found: Sequence[Run], what: Traffic, theory: float, within: float
) -> str:
    """Empty when theory is in the 99.9 % confidence interval of the values of all runs, and that is no wider
    than `within` (of the theory) either way; else what is wrong. By how much more, or longer, calls than is
    true chance brought each run, is taken into account.
    """
    (callers,) = what.queues
    assert callers.profile is not None
    calls = callers.profile.calls * (1 - what.warm_up / what.span)
    controls = [
        (run.total.calls / calls - 1, (run.total.figures.talk_mean or 0.0) / callers.talk.mean - 1)
        for run in found
    ]
    low, high = controlled([value for value in values if value is not None], controls, 0.999)
    reach = (high - low) / 2 / theory
    if not low <= theory <= high:
        return f"theory says {theory:.5g}, simulation {low:.5g} to {high:.5g}"
    return f"the interval {low:.5g} to {high:.5g} is too wide: {reach:.1%}" if reach > within else ""


def waits_by_class(of: World) -> dict[str, float]:
    """The mean wait of those answered who came after the warm-up."""
    stays = stays_of([*of.accounts.values()])
    found: dict[str, list[float]] = {}
    for place in np.flatnonzero(stays.visits.answered & (stays.visits.joined >= of.traffic.warm_up)):
        found.setdefault(stays.priority[place], []).append(float(stays.visits.waited[place]))
    return {name: sum(waits) / len(waits) for name, waits in found.items()}
