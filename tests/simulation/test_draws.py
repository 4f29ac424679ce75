"""How durations are written, and that they are drawn as written."""

from __future__ import annotations

from math import inf
from pathlib import Path

import numpy as np
import pytest

from softswitch.errors import SimulationError
from softswitch.simulation.draws import (
    AT_ONCE,
    ENDLESS,
    Constant,
    Exponential,
    LogNormal,
    Measured,
    Tap,
    parse,
    stream,
)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("180s", Exponential(180.0)),
        ("exponential 3m", Exponential(180.0)),
        ("constant 180s", Constant(180.0)),
        ("lognormal 180s 2m", LogNormal(180.0, 120.0)),
        ("endless", ENDLESS),
        ("0", AT_ONCE),
        ("0s", AT_ONCE),
    ],
)
def test_durations_are_written_in_few_words(text: str, drawn: object) -> None:
    assert parse(text) == drawn


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("180", "'180': expected a duration, as 20s, 10m, 300ms or 1h; write 180s, 180m or 180ms"),
        ("lognorm 180s 60s", "did you mean 'lognormal'?"),
        ("lognormal 180s", "write it as lognormal MEAN DEVIATION"),
        ("constant", "write it as constant DURATION"),
        ("constant -5s", "'-5s': expected a duration"),
        ("lognormal 0s 60s", "the mean must be above 0"),
        ("", "write 180s, constant 180s, lognormal 180s 120s, file talk.csv or endless"),
        ("file", "write it as file NAME.csv"),
    ],
)
def test_what_is_no_duration_is_told_how_to_be_one(text: str, says: str) -> None:
    with pytest.raises(SimulationError) as told:
        parse(text)
    assert says in str(told.value)


@pytest.mark.parametrize(
    ("text", "mean", "deviation"),
    [("90s", 90.0, 90.0), ("lognormal 200s 120s", 200.0, 120.0), ("constant 7s", 7.0, 0.0)],
)
def test_they_have_the_mean_and_the_deviation_that_are_written(
    text: str, mean: float, deviation: float
) -> None:
    values = parse(text).sample(stream(3, "talk"), 200_000)
    assert values.mean() == pytest.approx(mean, rel=0.01)
    assert values.std() == pytest.approx(deviation, rel=0.02)


def test_measured_values_come_as_often_as_they_were_measured(tmp_path: Path) -> None:
    (tmp_path / "talk.csv").write_text("seconds\n100\n100\n3:20\n5m\n")
    drawn = parse("file talk.csv", tmp_path)
    assert isinstance(drawn, Measured)
    assert drawn.values == (100.0, 100.0, 200.0, 300.0)
    assert drawn.mean == 175.0
    values = drawn.sample(stream(3, "talk"), 100_000)
    assert (values == 100.0).mean() == pytest.approx(0.5, abs=0.01)
    assert set(values) == {100.0, 200.0, 300.0}


def test_nobody_loses_endless_patience() -> None:
    assert set(ENDLESS.sample(stream(1, "patience"), 5)) == {inf}


def test_streams_are_independent_of_each_other_and_the_same_every_time() -> None:
    one, same = stream(1, "talk", "sales").random(1000), stream(1, "talk", "sales").random(1000)
    assert np.array_equal(one, same)
    others = [stream(1, "talk", "support"), stream(1, "arrivals", "sales"), stream(2, "talk", "sales")]
    for other in others:
        assert abs(np.corrcoef(one, other.random(1000))[0, 1]) < 0.1


def test_one_by_one_they_are_the_same_as_all_at_once() -> None:
    tap = Tap(Exponential(10.0), stream(5, "answer"))
    many = Exponential(10.0).sample(stream(5, "answer"), 3000).tolist()
    assert [tap.next() for _ in range(3000)] == many
