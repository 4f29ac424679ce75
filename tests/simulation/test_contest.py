"""Estimators of waits compete."""

from __future__ import annotations

from softswitch.acd.estimators import ESTIMATORS
from softswitch.reports.estimates import score
from softswitch.simulation.contest import contest
from softswitch.simulation.draws import Exponential
from tests.simulation.floors import floor, traffic


def test_all_see_the_same_callers_and_who_knows_that_some_give_up_is_closer() -> None:
    found = contest(floor(8), traffic(10.0, hours=12, patience=Exponential(120.0)), 1)
    assert [(rival.name, rival.calibrated) for rival in found] == [
        (name, calibrated) for name in ESTIMATORS for calibrated in (False, True)
    ]
    scores = {(rival.name, rival.calibrated): score(rival.name, rival.pairs) for rival in found}
    counts = {one.estimated for one in scores.values()}
    assert len(counts) == 1
    assert counts.pop() > 1000
    place, erlang, last = (scores[name, False] for name in ("place", "erlang-a", "last"))
    assert place.off_by is not None
    assert erlang.off_by is not None
    assert last.off_by is not None
    assert erlang.off_by < 0.85 * place.off_by
    assert erlang.off_by < last.off_by
    assert place.bias is not None
    assert erlang.bias is not None
    assert 0 < erlang.bias < place.bias
    told = scores["erlang-a", True]
    assert told.bias is not None
    assert abs(told.bias) < erlang.bias


def test_where_nobody_gives_up_they_are_the_same() -> None:
    found = {
        rival.name: rival for rival in contest(floor(4), traffic(3.4, hours=10), 2) if not rival.calibrated
    }
    assert found["place"].estimates == found["erlang-a"].estimates
