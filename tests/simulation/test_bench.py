"""The benches of simulations measure what they say."""

from __future__ import annotations

import numpy as np
import pytest

from bench import estimates, simulation, theory
from softswitch.acd.estimators import ESTIMATORS
from softswitch.reports.estimates import Pairs


def test_the_bench_has_a_row_for_each_size_and_two_for_growth() -> None:
    made = simulation.rows(200, teams=(5, 10), lines=(10, 40))
    assert [row.what.rpartition(", ")[2] for row in made] == [
        "5 agents",
        "10 agents",
        "growth from 5 to 10 agents",
        "10 waiting",
        "40 waiting",
        "growth from 10 to 40 waiting",
    ]
    assert made[0].wanted == "5,000 times"


def test_the_line_of_the_bench_is_as_long_as_it_says() -> None:
    rate = 100 * 3600 / 180
    made = simulation.world(100, simulation.Profile((0.0, 1.0, 900.0), (600 * 3600, rate)))
    lengths: list[int] = []
    for at in (360.0, 600.0, 890.0):
        made.plan(at, lambda _: lengths.append(made.accounts[theory.QUEUE].line.waiting), None)
    made.run(until=900.0)
    assert len(lengths) == 3
    assert all(400 < length < 600 for length in lengths)


def test_theory_is_met_or_missed_by_two_percent() -> None:
    case = theory.Case(3, 30, 300, 120)
    found = theory.compared(case, range(1, 7), workers=1)
    assert set(found) == {"mean_wait_s", "service_level", "occupancy", "abandoned_share"}
    assert all(abs(off) < 4 * chance for off, chance in found.values())
    row = theory.rows(case, {"mean_wait_s": (0.015, 0.01), "occupancy": (-0.021, 0.01)})
    assert row.what == "Erlang A, patience 120 s: 3 agents, 30 calls/h of 180 s"
    assert (row.measured, row.met) == ("wait +1.5% ± 1.0%, occupancy -2.1% ± 1.0%", False)


def test_the_default_estimator_is_held_against_the_best_of_the_others() -> None:
    def days(*off: float) -> list[Pairs]:
        return [Pairs(np.array([60.0 + each]), np.array([60.0])) for each in off]

    found = {name + mark: days(9.0, 9.1, 9.2) for name in ESTIMATORS for mark in ("", estimates.CALIBRATED)}
    row = estimates.verdict("a day", found | {"erlang-a": days(5.0, 5.1, 5.2)})
    assert row.what == "estimates off by, a day"
    assert (row.measured, row.met) == ("erlang-a 5.1 s (9.1 s calibrated)", True)
    assert not estimates.verdict("a day", found | {"place": days(5.0, 5.1, 5.3)}).met
    nothing = Pairs(np.array([]), np.array([]))
    with pytest.raises(ValueError, match="last: there is a day on which no wait was estimated"):
        estimates.verdict("a day", found | {"last": [*days(9.0, 9.1), nothing]})
