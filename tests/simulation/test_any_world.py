"""Whatever the settings and the traffic: Little's law holds, the engine's books are those of the callers, and
nobody talks to two callers at once.
"""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from softswitch.acd.settings import (
    AgentSettings,
    CallbackSettings,
    EngineSettings,
    Member,
    Overflow,
    QueueSettings,
    Relaxation,
)
from softswitch.acd.strategies import BUILT_IN
from softswitch.simulation.draws import ENDLESS, Constant, Exponential, LogNormal
from softswitch.simulation.figures import run_of
from softswitch.simulation.ledger import work_of
from softswitch.simulation.traffic import (
    Break,
    Callbacks,
    Profile,
    QueueTraffic,
    Redial,
    Shift,
    Traffic,
    Turn,
)
from softswitch.types import AgentName, HangUp, QueueName, ToQueue
from tests.simulation.floors import world

A, B = QueueName("a"), QueueName("b")
SPAN = 3600.0


def any_settings(chance: random.Random) -> EngineSettings:
    names = [AgentName(f"n{number}") for number in range(chance.randint(1, 7))]
    agents = {name: AgentSettings(name, skills={"s": chance.randint(0, 2)}) for name in names}
    queues = {}
    for name, other in ((A, B), (B, A)):
        team = tuple(chance.sample(names, chance.randint(1, len(names))))
        queues[name] = QueueSettings(
            name,
            team,
            strategy=chance.choice([*BUILT_IN]),
            members={
                each: Member(tier=chance.randint(1, 2), after=chance.choice([0.0, 15.0])) for each in team
            },
            ring=chance.choice([5.0, 20.0]),
            retry=chance.choice([0.0, 5.0]),
            wrap_up=chance.choice([0.0, 20.0]),
            ageing=chance.choice([0.0, 0.1]),
            overdue=chance.choice([None, 60.0]),
            needs=chance.choice([{}, {"s": 1}]),
            relax=chance.choice([(), (Relaxation(20.0, {}),)]),
            max_callers=chance.choice([None, 3]),
            full=chance.choice([None, HangUp(), ToQueue(other)]),
            max_wait=chance.choice([None, 40.0]),
            timeout=chance.choice([None, ToQueue(other, "vip")]),
            overflow=chance.choice([None, Overflow((other,), callers=2)]),
            keep_place=chance.choice([0.0, 600.0]),
            callback=CallbackSettings(chance.random() < 0.5, 15.0, 2, 60.0),
            short_abandon=chance.choice([0.0, 5.0]),
        )
    return EngineSettings(queues, agents)


def any_traffic(chance: random.Random, settings: EngineSettings) -> Traffic:
    queues = tuple(
        QueueTraffic(
            name,
            chance.choice([Exponential(90.0), Constant(60.0), LogNormal(80.0, 60.0)]),
            Profile((0.0, 1800.0, SPAN), (chance.uniform(0, 200), chance.uniform(0, 120))),
            chance.choice([ENDLESS, Exponential(60.0), Constant(40.0)]),
            chance.choice([None, Exponential(20.0), Constant(10.0)]),
            {"vip": 0.2},
            chance.choice([None, Redial(0.5, Exponential(60.0))]),
            chance.choice([None, Callbacks(0.5, 20.0, Exponential(8.0), 0.7)]),
        )
        for name in (A, B)
    )
    shifts = {
        name: (Shift(chance.uniform(0, 900), chance.uniform(2500, SPAN), (Break(2000.0, 300.0),)),)
        for name in settings.agents
        if chance.random() < 0.4
    }
    return Traffic(
        SPAN,
        queues,
        answer=chance.choice([Constant(0.0), Exponential(3.0), Constant(20.0)]),
        missed=chance.choice([0.0, 0.2]),
        shifts=shifts,
        turns=chance.choice([(), (Turn(2000.0, A, True), Turn(2600.0, A, False))]),
    )


@pytest.mark.parametrize("seed", range(24))
def test_whatever_is_simulated_the_books_are_right(seed: int) -> None:
    chance = random.Random(seed)
    settings = any_settings(chance)
    made = world(settings, any_traffic(chance, settings), seed)
    run = run_of(made, seed, "service-level")  # which compares the books
    assert run.little < 1e-9
    work = work_of([*made.accounts.values()])
    for agent in set(work.agent.tolist()):
        theirs = sorted(zip(work.start[work.agent == agent], work.end[work.agent == agent], strict=True))
        assert all(end <= start + 1e-6 for (_, end), (start, _) in pairwise(theirs))
    assert run.total.occupancy is None or run.total.occupancy <= 1 + 1e-9
