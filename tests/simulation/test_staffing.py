"""How many agents a day needs: by formula, by simulation, as shifts."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np
import pytest

from softswitch.acd.settings import EngineSettings, QueueSettings
from softswitch.simulation import staffing
from softswitch.simulation.demand import Demand, steady
from softswitch.simulation.draws import ENDLESS, Constant, Draws, Exponential
from softswitch.simulation.patience import hazard_mean, survival
from softswitch.simulation.shifts import Group, cover, present
from softswitch.simulation.staffing import Case, Measured, Target, by_formula, rota, staff
from softswitch.simulation.theory import endless_patience, with_patience
from softswitch.types import AgentName
from tests.simulation.floors import Q

SETTINGS = EngineSettings({Q: QueueSettings(Q)}, {})


def case(demand: Demand, talk: float = 180.0, patience: float = inf, **more: int) -> Case:
    draws: Draws = ENDLESS if patience == inf else Exponential(patience)
    return Case(SETTINGS, Q, demand, Exponential(talk), draws, patience, **more)


@pytest.mark.parametrize("patience", [inf, 120.0])
@pytest.mark.parametrize("rate", [5.0, 60.0, 600.0, 6000.0])
def test_the_formula_gives_the_least_number_that_reaches_the_target(rate: float, patience: float) -> None:
    target = Target(0.8, 20.0, 0.03)
    agents, found = by_formula(rate / 3600, case(steady(rate, 1), patience=patience), target)

    def level(count: int) -> tuple[float, float]:
        if patience == inf:
            one = endless_patience(count, rate / 3600, 180.0, 20.0)
        else:
            one = with_patience(count, rate / 3600, 180.0, patience, 20.0)
        return one.in_time, one.abandoned

    assert found is not None
    assert (found.in_time, found.abandoned) == level(agents)
    assert level(agents)[0] >= 0.8
    assert level(agents)[1] <= 0.03
    assert agents == 1 or level(agents - 1)[0] < 0.8 or level(agents - 1)[1] > 0.03


def test_a_known_figure_of_the_trade() -> None:
    # 100 calls in half an hour of 3 minutes, 80 % within 20 s: 14 agents in every table of Erlang C
    assert by_formula(100 / 1800, case(steady(200, 1)), Target(0.8, 20.0))[0] == 14


def test_half_hours_without_calls_have_the_least_agents() -> None:
    assert by_formula(0.0, case(steady(1, 1), least=2), Target()) == (2, None)


def test_a_rota_has_so_many_agents_in_each_half_hour_and_the_last_stay_on() -> None:
    names = [AgentName(name) for name in ("a", "b", "c")]
    found = rota([1, 3, 2, 3, 1], 1800.0, names)
    for step, count in enumerate((1, 3, 2, 3, 1)):
        at = step * 1800.0 + 1
        assert sum(each.start <= at < each.end for shifts in found.values() for each in shifts) == count
    assert [(each.start, each.end) for each in found[names[2]]] == [(1800.0, 3600.0), (5400.0, 7200.0)]
    assert found[names[0]][-1].end == 5 * 1800.0 + staffing.SERVED


def measured(agents: Sequence[int], short: Sequence[bool], spare: Sequence[bool]) -> Measured:
    level = np.where(short, 0.5, 0.9)
    nothing = np.zeros(len(agents))
    return Measured(tuple(agents), nothing + 10, level, nothing, nothing, nothing, tuple(short), tuple(spare))


def test_simulation_adds_agents_where_they_are_too_few_and_takes_them_where_one_less_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    formula = [by_formula(60 / 1800, case(steady(120, 2)), Target())[0]] * 4
    needed = [formula[0] + 2, formula[0], formula[0] - 1, formula[0]]

    def simulated(_case: Case, _target: Target, agents: Sequence[int], *_more: object) -> Measured:
        short = [count < need for count, need in zip(agents, needed, strict=True)]
        spare = [place == 3 or count > needed[place] for place, count in enumerate(agents)]
        return measured(agents, short, spare)

    monkeypatch.setattr(staffing, "simulated", simulated)
    found = staff(case(steady(120, 2)), Target(), range(5))
    assert found.formula_agents == tuple(formula)
    assert found.agents == tuple(needed)


def test_the_numbers_reach_the_target_in_simulated_days() -> None:
    demand = Demand(8 * 3600.0, 1800.0, (20.0, 60.0, 70.0, 30.0))
    target = Target(0.8, 20.0, 0.05)
    found = staff(case(demand, patience=90.0), target, range(8))
    assert not any(found.final.short)
    assert found.final.whole >= 0.8
    assert found.final.calls == pytest.approx(demand.calls, rel=0.3)
    again = staffing.simulated(found.case, target, found.agents, range(100, 112))
    assert again.whole >= 0.78
    halved = staffing.simulated(found.case, target, [count // 2 for count in found.agents], range(100, 104))
    assert any(halved.short)
    assert halved.whole < 0.6


def test_constant_talk_of_callers_who_never_give_up_is_simulated_too() -> None:
    calm = Case(SETTINGS, Q, steady(120, 1), Constant(60.0), ENDLESS, inf)
    found = staff(calm, Target(0.9, 10.0), range(4))
    assert found.case.formula == "Erlang C"
    assert found.final.whole > 0.85


def test_shifts_cover_every_half_hour_and_none_could_be_spared() -> None:
    needed = [2, 3, 5, 5, 3, 1, 0, 2]
    groups = cover(needed, 4)
    there = present(groups, 8, 4)
    assert all(have >= need for have, need in zip(there, needed, strict=True))
    # 5 are needed at once in the third, and 2 in the last, which no shift that covers the third reaches
    assert sum(group.count for group in groups) == 7
    assert groups == [Group(0, 2), Group(1, 1), Group(2, 2), Group(4, 2)]


def test_patience_is_known_beyond_the_waits_of_those_who_were_answered() -> None:
    chance = np.random.default_rng(1)
    patience, offered = chance.exponential(100.0, 20_000), chance.exponential(60.0, 20_000)
    waits = [(min(a, b), a < b) for a, b in zip(patience.tolist(), offered.tolist(), strict=True)]
    found = survival(waits)
    assert found is not None
    for at in (10.0, 50.0, 100.0, 200.0):
        assert found.share(at) == pytest.approx(np.exp(-at / 100.0), abs=0.03)
    assert found.mean == pytest.approx(100.0, rel=0.05)
    assert hazard_mean(waits) == pytest.approx(100.0, rel=0.03)
    drawn = found.sample(np.random.default_rng(2), 5000)
    assert drawn.mean() == pytest.approx(100.0, rel=0.07)
    beyond = [found.beyond(80.0, chance) for _ in range(2000)]
    assert min(beyond) >= 80.0
    assert np.mean(beyond) == pytest.approx(180.0, rel=0.08)


def test_the_share_of_kaplan_and_meier_by_hand() -> None:
    found = survival([(10.0, True), (20.0, False), (30.0, True), (40.0, False)])
    assert found is not None
    assert found.share(5.0) == 1.0
    assert found.share(10.0) == 0.75
    assert found.share(30.0) == 0.375  # of the two who were still there one gave up
    assert found.tail == 50.0
    assert survival([(10.0, False)]) is None
