"""The formulas, against tables, closed forms and brute force."""

from __future__ import annotations

from math import isinf

import numpy as np
import pytest

from softswitch.simulation.theory import (
    by_priority,
    endless_patience,
    erlang_b,
    erlang_c,
    one_agent,
    with_patience,
)


@pytest.mark.parametrize(
    ("agents", "load", "blocked"),
    [(1, 1.0, 0.5), (2, 1.0, 0.2), (10, 4.461, 0.01), (50, 37.9, 0.01), (100, 84.064, 0.01)],
)
def test_erlang_b_is_that_of_the_tables(agents: int, load: float, blocked: float) -> None:
    assert erlang_b(agents, load) == pytest.approx(blocked, rel=2e-3)


def test_erlang_c_of_one_and_two_agents_has_closed_forms() -> None:
    assert erlang_c(1, 0.7) == pytest.approx(0.7)
    assert erlang_c(2, 1.2) == pytest.approx(1.2**2 / (2 + 1.2))  # a^2 / (2 + a)
    assert erlang_c(3, 3.0) == 1.0


def test_thousands_of_agents_are_no_trouble() -> None:
    blocked = erlang_b(5000, 4900.0)
    assert 0 < blocked < 0.02
    assert erlang_c(5000, 4900.0) == pytest.approx(blocked / (1 - 0.98 * (1 - blocked)))
    found = with_patience(3500, 3600 / 180, 180.0, 120.0, 20.0)
    assert found.abandoned == pytest.approx(100 / 3600, rel=0.15)
    assert found.in_time <= 1 - found.abandoned + 1e-9


def test_without_patience_it_grows_for_ever_from_full_load_on() -> None:
    found = endless_patience(30, 0.2, 150.0, 20.0)
    assert isinf(found.wait_all)
    assert found.in_time == 0.0


def birth_and_death(agents: int, rate: float, talk: float, patience: float) -> tuple[float, float, float]:
    """Share abandoned, mean wait of all and occupancy of M/M/n+M, from the states themselves."""
    weights = [1.0]
    for k in range(1, agents + 2000):
        weights.append(weights[-1] * rate / (min(k, agents) / talk + max(k - agents, 0) / patience))
        if k > agents and weights[-1] < 1e-18 * max(weights):
            break
    p = np.array(weights) / sum(weights)
    k = np.arange(len(p))
    line = float((np.maximum(k - agents, 0) * p).sum())
    busy = float((np.minimum(k, agents) * p).sum())
    return line / patience / rate, line / rate, busy / agents


@pytest.mark.parametrize(
    ("agents", "rate", "talk", "patience"),
    [(1, 0.02, 60.0, 30.0), (5, 0.05, 100.0, 60.0), (35, 600 / 3600, 180.0, 90.0), (35, 0.3, 180.0, 600.0)],
)
def test_erlang_a_is_what_the_states_say(agents: int, rate: float, talk: float, patience: float) -> None:
    abandoned, wait, busy = birth_and_death(agents, rate, talk, patience)
    found = with_patience(agents, rate, talk, patience, 20.0)
    assert found.abandoned == pytest.approx(abandoned, rel=1e-8)
    assert found.wait_all == pytest.approx(wait, rel=1e-8)
    assert found.occupancy == pytest.approx(busy, rel=1e-8)
    answered, gave_up = 1 - found.abandoned, found.abandoned
    assert found.wait_answered < found.wait_all / answered
    assert found.wait_all == pytest.approx(gave_up * patience, rel=1e-8)  # P(abandon) = E[wait] / patience


def test_erlang_a_with_long_patience_is_erlang_c() -> None:
    c, a = endless_patience(35, 1 / 6, 180.0, 20.0), with_patience(35, 1 / 6, 180.0, 1e8, 20.0)
    assert a.wait_answered == pytest.approx(c.wait_answered, rel=1e-4)
    assert a.in_time == pytest.approx(c.in_time, rel=1e-5)
    assert a.delayed == pytest.approx(c.delayed, rel=1e-5)


def test_the_service_level_counts_answers_up_to_the_threshold() -> None:
    levels = [with_patience(5, 0.05, 100.0, 60.0, within).in_time for within in (0.0, 10.0, 1e3)]
    found = with_patience(5, 0.05, 100.0, 60.0, 10.0)
    assert levels[0] == pytest.approx(1 - found.delayed)
    assert levels[0] < levels[1] < levels[2]
    assert levels[2] == pytest.approx(1 - found.abandoned, rel=1e-6)
    assert found.service_level == pytest.approx(found.in_time / (1 - found.abandoned))


def test_priorities_share_out_the_waits_of_one_line() -> None:
    rates = [0.01, 0.02, 0.015]
    waits = by_priority(5, rates, 100.0)
    assert waits == sorted(waits)
    whole = sum(rate * wait for rate, wait in zip(rates, waits, strict=True)) / sum(rates)
    assert whole == pytest.approx(endless_patience(5, sum(rates), 100.0, 1.0).wait_all)  # Kleinrock's law
    assert isinf(by_priority(5, [0.02, 0.04], 100.0)[1])


def test_one_agent_with_constant_talk_has_half_the_waits_of_an_exponential_one() -> None:
    assert one_agent(0.01, 70.0, 70.0) == pytest.approx(0.7 * 70 / 0.3)
    assert one_agent(0.01, 70.0, 0.0) == pytest.approx(0.7 * 70 / 0.3 / 2)
    assert isinf(one_agent(0.01, 100.0, 0.0))
