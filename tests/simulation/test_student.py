"""Confidence intervals hold as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from softswitch.simulation.student import controlled, interval, quantile


@pytest.mark.parametrize(
    ("freedom", "confidence", "t"),
    [(1, 0.95, 12.706), (4, 0.95, 2.776), (9, 0.99, 3.250), (29, 0.999, 3.659), (1000, 0.95, 1.962)],
)
def test_quantiles_are_those_of_the_tables(freedom: int, confidence: float, t: float) -> None:
    assert quantile(freedom, confidence) == pytest.approx(t, abs=6e-4)


def test_the_true_mean_is_inside_as_often_as_it_should_be() -> None:
    chance = np.random.default_rng(1)
    inside = 0
    for _ in range(2000):
        low, high = interval(chance.normal(5.0, 2.0, 6).tolist(), 0.9) or (0.0, 0.0)
        inside += low <= 5.0 <= high
    assert inside / 2000 == pytest.approx(0.9, abs=0.02)


def test_one_value_tells_nothing_of_how_sure_it_is() -> None:
    assert interval([3.0]) is None


def test_what_is_known_of_chance_makes_the_interval_narrower_and_no_less_true() -> None:
    chance = np.random.default_rng(2)
    inside, widths, plain = 0, 0.0, 0.0
    for _ in range(300):
        noise = chance.normal(0.0, 1.0, 12)
        values = 5.0 + 2.0 * noise + chance.normal(0.0, 0.5, 12)
        low, high = controlled(values.tolist(), [(each, 0.0) for each in noise], 0.9)
        inside += low <= 5.0 <= high
        widths += high - low
        usual = interval(values.tolist(), 0.9) or (0.0, 0.0)
        plain += usual[1] - usual[0]
    assert inside / 300 == pytest.approx(0.9, abs=0.04)
    assert widths < plain / 3
