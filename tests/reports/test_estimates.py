"""How good estimated waits were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from softswitch.ports import Recorded
from softswitch.reports.estimates import Pairs, by_wait, pairs, score, together
from softswitch.simulation.draws import Exponential
from softswitch.simulation.world import World
from tests.reports.conftest import kept as kept  # noqa: PLC0414 - a fixture
from tests.simulation.commands import Run, runner
from tests.simulation.floors import floor, traffic


def some(*of: tuple[float, float]) -> Pairs:
    table = np.array(of, np.float64).reshape(-1, 2)
    return Pairs(table[:, 0], table[:, 1])


def test_bias_distance_and_shares_by_hand() -> None:
    # close: within 30 s, or a third of the estimate
    found = score("q", some((100, 120), (300, 390), (60, 200), (500, 100)))
    assert found.estimated == 4
    assert found.wait_mean == pytest.approx(202.5)
    assert found.bias == pytest.approx((-20 - 90 - 140 + 400) / 4)
    assert found.off_by == pytest.approx(650 / 4)
    assert found.off_share == pytest.approx(650 / 810)
    assert found.close == 0.5
    assert found.longer == 0.25


def test_nobody_and_nobody_who_waited_divide_nothing() -> None:
    assert score("q", some()).off_by is None
    assert score("q", some((10, 0))).off_share is None


def test_steps_of_waiting_time_add_up() -> None:
    found = by_wait(some((10, 5), (20, 29), (30, 30), (600, 2000)))
    assert [(each.label, each.estimated) for each in found] == [
        ("0 s to 30 s", 2),
        ("30 s to 1 min", 1),
        ("from 20 min on", 1),
    ]


def test_only_who_was_answered_counts_from_the_moment_of_the_estimate() -> None:
    rows = np.array([
        [0, 100, 1, 20, 60, 0, 0, 80, 0],
        [0, 100, 1, 20, 60, 0, 0, 80, 30],
        [0, 100, 2, 20, -1, 0, 0, 80, 0],
        [0, 100, 1, 20, 60, 0, 0, -1, 0],
    ])  # fmt: skip
    found = pairs(rows)
    assert found.estimate.tolist() == [80, 80]
    assert found.waited.tolist() == [100, 70]
    assert len(together([found, found])) == 4


@pytest.fixture
def estimate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner("estimate", monkeypatch, capsys)


def test_a_record_is_scored(kept: Callable[[list[Recorded]], Path], estimate: Run, tmp_path: Path) -> None:
    events: list[Recorded] = []
    day = World(floor(5), traffic(5.5, hours=4, patience=Exponential(200.0)), 1)
    day.record(1_767_600_000.0, events.append)
    day.run()
    folder, plot = kept(events), tmp_path / "estimates.png"
    ran = estimate("--data", folder, "--json")
    assert ran.code == 0, ran.err
    found = ran.json
    assert found["estimated"] > 100
    assert found["queues"]["q"]["off_by"] == found["off_by"] > 0
    assert sum(step["estimated"] for step in found["by_wait"]) == found["estimated"]
    ran = estimate("--data", folder, "--plot", plot)
    assert "By how long they waited" in ran.out
    assert plot.read_bytes().startswith(b"\x89PNG")
    ran = estimate("--data", folder, "--from 2020-01-01 --to 2020-01-02")
    assert ran.code == 4
    assert "of nobody who was answered on 2020-01-01 to 2020-01-02 was a wait estimated" in ran.err
    assert "nobody has waited in a queue 'p'" in estimate("--data", folder, "--queue p").err
