"""The world around the engine: what callers and agents do, second by second."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from softswitch.acd.settings import AgentSettings, EngineSettings, QueueSettings
from softswitch.simulation.draws import Constant, Exponential, parse
from softswitch.simulation.figures import line_over_time, run_of
from softswitch.simulation.ledger import stays_of
from softswitch.simulation.traffic import Listed, QueueTraffic, Traffic
from softswitch.simulation.world import World
from softswitch.types import AgentName, HangUp, QueueName, ToQueue
from tests.simulation.floors import Q, floor, traffic, world


def listed(*calls: tuple[float, float, float], queue: QueueName = Q, **more: object) -> Traffic:
    """Calls as (time, talk, patience); an hour of them."""
    made = tuple(Listed(at, queue, "default", "", talk, patience) for at, talk, patience in calls)
    callers = QueueTraffic(queue, Constant(60.0), wrap_up=more.pop("wrap_up", None))  # type: ignore[arg-type]
    return Traffic(3600.0, (callers,), made, **more)  # type: ignore[arg-type]


def waits(of: World) -> list[tuple[float, float, bool]]:
    """When each came, how long each waited, and whether an agent answered."""
    visits = stays_of([*of.accounts.values()]).visits
    rows = zip(visits.joined.tolist(), visits.waited.tolist(), visits.answered.tolist(), strict=True)
    return sorted(rows)


def test_callers_are_served_in_their_order() -> None:
    found = world(floor(1), listed((0, 100, inf), (10, 50, inf), (20, 30, inf)))
    assert waits(found) == [(0.0, 0.0, True), (10.0, 90.0, True), (20.0, 130.0, True)]


def test_who_has_no_patience_left_is_gone() -> None:
    found = world(floor(1), listed((0, 100, inf), (10, 50, 30), (20, 30, 85)))
    assert waits(found) == [(0.0, 0.0, True), (10.0, 30.0, False), (20.0, 80.0, True)]
    total = run_of(found, 1, "service-level").total
    assert total.figures.abandonment == pytest.approx(1 / 3)
    assert total.numbers()["mean_wait_all_s"] == pytest.approx(110 / 3)


def test_agents_let_the_phone_ring_before_they_answer() -> None:
    found = world(floor(1), listed((0, 100, inf), answer=Constant(4.0)))
    assert waits(found) == [(0.0, 4.0, True)]


def test_a_phone_that_rings_too_long_is_given_up_by_the_engine() -> None:
    found = world(floor(1, ring=10.0, retry=5.0), listed((0, 100, 40), answer=Constant(12.0)))
    assert waits(found) == [(0.0, 40.0, False)]


def test_notes_take_as_long_as_the_queue_says_or_as_is_drawn() -> None:
    calls = ((0.0, 100.0, inf), (10.0, 50.0, inf))
    assert waits(world(floor(1, wrap_up=30.0), listed(*calls)))[1] == (10.0, 120.0, True)
    for drawn, waited in (("lognormal 30s 1ms", 120.0), ("lognormal 8s 1ms", 98.0)):
        settings = floor(1, wrap_up=20.0)
        found = world(settings, listed(*calls, wrap_up=parse(drawn)))
        assert waits(found)[1][1] == pytest.approx(waited, abs=0.1)
        handled = stays_of([*found.accounts.values()]).visits.wrap_up
        assert handled[0] == pytest.approx(waited - 90, abs=0.1)


def test_drawn_notes_take_as_long_as_they_say_in_the_mean() -> None:
    settings = floor(3, wrap_up=40.0)
    found = world(settings, traffic(1.5, "60s", hours=20, wrap_up=Exponential(40.0)))
    assert run_of(found, 1, "service-level").total.occupancy == pytest.approx(1.5 * 100 / 60 / 3, rel=0.1)


def test_who_is_sent_on_to_another_queue_waits_there() -> None:
    b, ann, bob = QueueName("b"), AgentName("ann"), AgentName("bob")
    queues = {
        Q: QueueSettings(Q, (ann,), max_wait=20.0, timeout=ToQueue(b)),
        b: QueueSettings(b, (bob,), max_wait=30.0, timeout=HangUp()),
    }
    settings = EngineSettings(queues, {name: AgentSettings(name) for name in (ann, bob)})
    found = world(settings, listed((0, 100, inf), (10, 90, inf), (15, 50, inf)))
    assert waits(found) == [
        (0.0, 0.0, True),
        (10.0, 20.0, False),
        (15.0, 20.0, False),
        (30.0, 0.0, True),
        (35.0, 30.0, False),
    ]


def test_two_full_queues_do_not_send_a_caller_round_for_ever() -> None:
    b = QueueName("b")
    queues = {
        Q: QueueSettings(Q, (), max_callers=0, full=ToQueue(b)),
        b: QueueSettings(b, (), max_callers=0, full=ToQueue(Q)),
    }
    found = world(EngineSettings(queues, {}), listed((0, 100, inf)))
    assert len(waits(found)) == 11


def test_who_is_never_served_is_counted_hours_later() -> None:
    found = world(floor(""), listed((0, 100, inf)))
    assert run_of(found, 1, "service-level").total.unserved == 1


def test_the_line_over_time_is_what_callers_saw() -> None:
    found = world(floor(1), listed((0, 100, inf), (10, 50, inf), (20, 30, inf)))
    moments, lengths = line_over_time(stays_of([*found.accounts.values()]).visits)
    assert dict(zip(moments.tolist(), lengths.tolist(), strict=True)) == {0: 0, 10: 1, 20: 2, 100: 1, 150: 0}
    total = run_of(found, 1, "service-level").total
    assert total.waiting_most == 2
    assert total.waiting_mean == pytest.approx((90 + 130) / 3600)
    assert total.occupancy == pytest.approx(180 / 3600)


def test_other_talk_times_and_more_agents_meet_the_same_callers() -> None:
    one, other = (
        traffic(2.0),
        replace(traffic(2.0), queues=(replace(traffic(2.0).queues[0], talk=parse("30s")),)),
    )
    came = [[joined for joined, _, _ in waits(world(floor(3), what))] for what in (one, other)]
    assert came[0] == came[1]
    first, more = (stays_of([*world(floor(agents), one).accounts.values()]).visits for agents in (3, 6))
    talk = [dict(zip(each.joined.tolist(), each.talk.tolist(), strict=True)) for each in (first, more)]
    assert talk[0] == talk[1]


def test_a_higher_rate_brings_the_same_callers_sooner() -> None:
    few, many = (waits(world(floor(9), traffic(load, hours=2))) for load in (2.0, 4.0))
    assert [at for at, _, _ in many[: len(few)]] == pytest.approx([at / 2 for at, _, _ in few])


def test_a_broken_engine_is_found_out_by_littles_law() -> None:
    found = world(floor(1), listed((0, 100, inf), (10, 50, inf)))
    found.accounts[Q].line.waits += 1.0
    with pytest.raises(Exception, match="Little"):
        run_of(found, 1, "service-level")
