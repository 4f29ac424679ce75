"""Whole days: shifts and breaks, callers who call again, callbacks, opening hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import inf
from pathlib import Path

import numpy as np
import pytest

from softswitch.acd.settings import CallbackSettings
from softswitch.config.load import load
from softswitch.simulation.draws import Constant, Exponential
from softswitch.simulation.figures import run_of
from softswitch.simulation.ledger import stays_of
from softswitch.simulation.opening import with_hours
from softswitch.simulation.plan import Wishes, plan
from softswitch.simulation.series import mean_over, step_of
from softswitch.simulation.traffic import (
    Break,
    Callbacks,
    Listed,
    QueueTraffic,
    Redial,
    Shift,
    Traffic,
    Turn,
)
from softswitch.simulation.world import World
from softswitch.types import AgentName
from tests.simulation.floors import Q, floor, traffic, world

ANN, BOB = AgentName("ann"), AgentName("bob")
INSURANCE = Path(__file__).parents[2] / "examples" / "insurance"


def calls(
    *made: tuple[float, float, float], habits: dict[str, object] | None = None, **more: object
) -> Traffic:
    """Calls as (time, talk, patience), of an hour."""
    listed = tuple(Listed(at, Q, "default", "", talk, patience) for at, talk, patience in made)
    callers = QueueTraffic(Q, Constant(60.0), **(habits or {}))  # type: ignore[arg-type]
    return Traffic(3600.0, (callers,), listed, **more)  # type: ignore[arg-type]


def stays(of: World) -> list[tuple[float, float, bool]]:
    """When each came, how long each waited, and whether an agent answered."""
    visits = stays_of([*of.accounts.values()]).visits
    return sorted(zip(visits.joined.tolist(), visits.waited.tolist(), visits.answered.tolist(), strict=True))


# Shifts and breaks. --------------------------------------------------------------------------------


def test_nobody_is_served_before_the_shift_begins_or_after_it_has_ended() -> None:
    shifts = {ANN: (Shift(100.0, 500.0),)}
    found = world(floor("ann"), calls((0, 50, inf), (480, 60, inf), (510, 50, 90), shifts=shifts))
    assert stays(found) == [(0.0, 100.0, True), (480.0, 0.0, True), (510.0, 90.0, False)]
    assert found.rota is not None
    assert found.rota.there(ANN, 0.0, 3600.0) == pytest.approx(400.0 + 40.0)  # the last call was finished
    assert run_of(found, 1, "service-level").total.occupancy == pytest.approx(110 / 440)


def test_a_break_begins_when_the_call_is_over_and_is_no_shorter_for_it() -> None:
    shifts = {ANN: (Shift(0.0, 3600.0, (Break(100.0, 300.0),)),)}
    found = world(floor("ann", wrap_up=20.0), calls((50, 90, inf), (200, 10, inf), shifts=shifts))
    assert stays(found) == [(50.0, 0.0, True), (200.0, 160.0 + 300.0 - 200.0, True)]
    assert found.rota is not None
    assert found.rota.away[ANN] == [(160.0, 460.0)]


def test_who_is_free_goes_at_once_and_the_other_one_serves() -> None:
    shifts = {ANN: (Shift(0.0, 3600.0, (Break(100.0, 300.0),)),)}
    found = world(floor("ann bob"), calls((150, 500, inf), (160, 10, inf), shifts=shifts))
    assert stays(found) == [(150.0, 0.0, True), (160.0, 240.0, True)]
    assert found.rota is not None
    assert found.rota.there(ANN, 0.0, 3600.0) == 3300.0
    assert found.rota.there(BOB, 0.0, 3600.0) == 3600.0


def test_a_break_ends_with_the_shift() -> None:
    shifts = {ANN: (Shift(0.0, 200.0, (Break(150.0, 300.0),)), Shift(400.0, 3600.0))}
    found = world(floor("ann"), calls((160, 10, inf), shifts=shifts))
    assert stays(found) == [(160.0, 240.0, True)]
    assert found.rota is not None
    assert found.rota.away[ANN] == [(150.0, 200.0)]


# Callers who call again. ---------------------------------------------------------------------------


def test_who_gave_up_calls_again_about_the_same_matter() -> None:
    habit = {"redial": Redial(1.0, Constant(100.0), most=2), "patience": Constant(30.0)}
    found = world(floor("ann"), calls((0, 500, inf), (10, 77, 30), habits=habit))
    assert stays(found)[1:] == [(10.0, 30.0, False), (140.0, 30.0, False), (270.0, 30.0, False)]
    assert found.came == 4
    served = world(floor("ann"), calls((0, 150, inf), (10, 77, 30), habits=habit))
    assert stays(served)[-1] == (140.0, 10.0, True)
    visits = stays_of([*served.accounts.values()]).visits
    assert sorted(visits.talk[visits.answered].tolist()) == [77.0, 150.0]


def test_as_many_call_again_as_is_said() -> None:
    base = traffic(3.0, "60s", hours=30, patience=Exponential(20.0))
    (callers,) = base.queues
    often = replace(base, queues=(replace(callers, redial=Redial(0.5, Constant(60.0), most=1)),))
    found = world(floor(2), often)
    visits = stays_of([*found.accounts.values()]).visits
    again = found.came - 30 * 180
    assert again / int(visits.abandoned.sum()) == pytest.approx(
        0.5, abs=0.17
    )  # those who call again give up, too
    assert again > 500


# Callbacks. ----------------------------------------------------------------------------------------


def test_who_wants_a_callback_keeps_the_place_and_is_called_in_turn() -> None:
    habit = {"callbacks": Callbacks(1.0, 20.0, Constant(7.0))}
    found = world(floor("ann"), calls((0, 100, inf), (10, 50, inf), (15, 30, 10), habits=habit))
    account = found.accounts[Q]
    (wanted,) = account.callbacks
    assert (wanted.since, wanted.attempts, wanted.reached) == (30.0, 1, 107.0)
    assert account.others.tolist() == [107.0, 50.0, 0.0]
    assert stays(found) == [(0.0, 0.0, True), (10.0, 20.0, False), (15.0, 10.0, False)]
    total = run_of(found, 1, "service-level").total
    assert (total.callbacks, total.called_back) == (1, 1)
    assert total.numbers()["turned_away"] == 0
    assert total.occupancy == pytest.approx(150 / 3600)


def test_the_customer_first_has_an_agent_reserved() -> None:
    settings = floor("ann", callback=CallbackSettings(customer_first=True))
    habit = {"callbacks": Callbacks(1.0, 20.0, Constant(7.0))}
    found = world(settings, calls((0, 100, inf), (10, 50, inf), habits=habit, answer=Constant(2.0)))
    (wanted,) = found.accounts[Q].callbacks
    assert wanted.reached == 2 + 100 + 7 + 2


def test_who_is_not_reached_is_tried_again_and_then_no_more() -> None:
    settings = floor("ann", callback=CallbackSettings(attempts=3, pause=60.0))
    habit = {"callbacks": Callbacks(1.0, 20.0, Constant(10.0), reached=0.0)}
    found = world(settings, calls((0, 100, inf), (10, 50, inf), habits=habit))
    (wanted,) = found.accounts[Q].callbacks
    assert (wanted.attempts, wanted.reached) == (3, None)
    assert not found.here
    assert run_of(found, 1, "service-level").total.called_back == 0


def test_an_agent_on_the_way_to_a_break_goes_when_the_customer_does_not_answer() -> None:
    shifts = {ANN: (Shift(0.0, 3600.0, (Break(103.0, 300.0),)),)}
    habit = {"callbacks": Callbacks(1.0, 20.0, Constant(10.0), reached=0.0)}
    found = world(floor("ann"), calls((0, 100, inf), (10, 50, inf), habits=habit, shifts=shifts))
    assert found.rota is not None
    assert found.rota.away[ANN] == [(110.0, 410.0)]


# Missed calls, hours, and steps. -------------------------------------------------------------------


def test_a_part_of_the_rings_is_not_answered() -> None:
    settings = floor(4, ring=10.0, retry=5.0)
    found = world(settings, replace(traffic(0.2, "10s", hours=60), missed=0.25))
    visits = stays_of([*found.accounts.values()]).visits
    late = (visits.waited >= 10.0).mean()
    assert late == pytest.approx(0.25, abs=0.03)


def test_a_closed_queue_takes_nobody() -> None:
    turns = (Turn(0.0, Q, True), Turn(100.0, Q, False), Turn(300.0, Q, True))
    found = world(floor("ann"), calls((50, 10, inf), (150, 10, inf), (310, 10, inf), turns=turns))
    assert [answered for _, _, answered in stays(found)] == [False, True, False]


def test_queues_open_by_the_hours_of_the_day_that_the_traffic_names() -> None:
    settings = load(INSURANCE / "separate.yaml")
    monday = plan(settings, Wishes(traffic=INSURANCE / "monday.yaml")).traffic
    assert [(turn.at, turn.closed) for turn in monday.turns if turn.queue == "claims"] == [
        (11.5 * 3600, True),
        (24 * 3600, False),
    ]
    sunday = with_hours(settings, replace(monday, day=date(2026, 3, 1)))
    assert [(turn.at, turn.closed) for turn in sunday.turns if turn.queue == "claims"] == [
        (0.0, True),
        (24 * 3600, False),
    ]
    assert with_hours(settings, replace(monday, day=None, turns=())).turns == ()
    put_forward = replace(monday, day=date(2026, 3, 29))  # a Sunday whose 02:00 is 03:00
    found = with_hours(settings, put_forward).turns
    assert [turn.at for turn in found if turn.queue == "claims"] == [0.0, 24 * 3600]


def test_steps_of_a_picture_are_round_and_not_too_many() -> None:
    assert step_of(8 * 3600) == 600
    assert step_of(11.5 * 3600) == 900
    assert step_of(3600) == 300
    assert step_of(180) == 30
    assert step_of(1e9) * 64 == pytest.approx(1e9)


def test_means_over_steps_count_the_part_of_each_span_that_is_inside() -> None:
    edges = np.array([0.0, 10.0, 20.0, 40.0])
    starts, ends = np.array([5.0, -5.0, 12.0]), np.array([15.0, 2.0, 100.0])
    assert mean_over(edges, starts, ends).tolist() == [0.5 + 0.2, 0.5 + 0.8, 1.0]


def test_the_day_of_a_run_adds_up_to_its_figures() -> None:
    settings = load(INSURANCE / "together.yaml")
    what = plan(settings, Wishes(traffic=INSURANCE / "monday.yaml"))
    made = world(what.settings, what.traffic)
    run = run_of(made, 1, what.formula)
    assert run.little < 1e-9
    for outcome in (*run.queues.values(), run.total):
        series, one = outcome.series, outcome.figures
        assert series.calls.sum() == outcome.calls
        assert series.answered.sum() == one.answered
        assert series.waits.sum() / one.answered == pytest.approx(one.wait_mean)
        long = np.diff(series.edges)
        assert (series.waiting * long).sum() / long.sum() == pytest.approx(outcome.waiting_mean)
        assert (series.busy * long).sum() / (series.there * long).sum() == pytest.approx(outcome.occupancy)
        rough = series.coarser(5)
        assert rough.calls.sum() == outcome.calls
        spans = np.diff(rough.edges)
        assert (rough.waiting * spans).sum() / spans.sum() == pytest.approx(outcome.waiting_mean)
        assert (rough.edges[0], rough.edges[-1]) == (series.edges[0], series.edges[-1])
        level = series.in_time + series.abandoned_in_time
        assert level.sum() / (one.answered + one.abandoned) == pytest.approx(one.service_level)
    assert run.total.called_back > 0
    assert made.came > run.total.calls - 1
