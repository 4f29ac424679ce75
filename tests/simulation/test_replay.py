"""A day of the record, folded and run again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from typing import Any

import numpy as np
import pytest

from softswitch.acd.events import (
    AgentCallEnded,
    AgentCallStarted,
    AgentPaused,
    AgentResumed,
    PhonesReachable,
    PhonesUnreachable,
)
from softswitch.acd.settings import AgentSettings, EngineSettings, Overflow, QueueSettings
from softswitch.config.load import load
from softswitch.config.settings import SwitchSettings
from softswitch.errors import SimulationError
from softswitch.ports import Recorded
from softswitch.simulation.attendance import AtWork, presence
from softswitch.simulation.draws import Constant, Exponential, parse
from softswitch.simulation.figures import run_of
from softswitch.simulation.ledger import ABANDONED, ANSWERED, OTHERWISE, Account
from softswitch.simulation.past import Caller, Past, fold
from softswitch.simulation.replay import Frame, happened, replayed
from softswitch.simulation.traffic import Break, Callbacks, Listed, QueueTraffic, Shift, Traffic
from softswitch.simulation.world import World
from softswitch.types import AgentName, CallId, HangUp, QueueName, ToQueue
from tests.simulation.commands import SIMULATION
from tests.simulation.floors import Q, floor, traffic

MIDNIGHT = datetime(2026, 3, 2).timestamp()
ZERO = MIDNIGHT + 8 * 3600
B = QueueName("b")


@pytest.fixture(scope="module")
def common() -> SwitchSettings:
    """All of a configuration but queues and agents."""
    return load(SIMULATION)


def record(settings: EngineSettings, what: Traffic, seed: int = 1) -> tuple[World, list[Recorded]]:
    """A day that has run, and what is on record of it."""
    found: list[Recorded] = []
    made = World(settings, what, seed)
    made.record(ZERO, found.append)
    made.run()
    return made, found


def again(common: SwitchSettings, settings: EngineSettings, past: Past, seed: int = 1) -> World:
    """The same day by a replay."""
    whole = replace(common, engine=settings)
    plan = replayed(past, Frame.of(past, MIDNIGHT), whole, whole)
    made = World(plan.settings, plan.traffic, seed)
    made.run()
    return made


def rows(of: World) -> dict[str, list[list[float]]]:
    """Everything that is noted of each stay, by queue and by time."""
    found = {}
    for name, account in of.accounts.items():
        table = np.frombuffer(account.rows).reshape(-1, 9)
        agents = np.array(account.agents).reshape(-1, 1)
        whole = np.hstack((table[:, [0, 1, 2, 3, 4, 6, 7]], agents))
        found[str(name)] = sorted(whole.tolist())
    return found


def shared() -> EngineSettings:
    """Two queues; the team of one helps in the other, from which callers are sent on after a while."""
    ann, bob, cid = (AgentName(name) for name in ("ann", "bob", "cid"))
    queues = {
        Q: QueueSettings(Q, (ann, bob), wrap_up=16.0, max_wait=200.0, timeout=ToQueue(B), ring=15.0),
        B: QueueSettings(B, (cid,), overflow=Overflow(to=(Q,), callers=2), timeout=HangUp(), max_wait=300.0),
    }
    settings = EngineSettings(queues, {name: AgentSettings(name) for name in (ann, bob, cid)})
    return replace(settings, agents={**settings.agents, cid: AgentSettings(cid, registers=False)})


def busy_day() -> Traffic:
    """No chance in it, and all moments are sums of powers of two, so that no digit is lost on record."""
    calls = []
    for number in range(220):
        queue = B if number % 4 == 1 else Q
        talk = 64.0 + (number * 37) % 100 + 0.25
        patience = 30.5 + (number * 53) % 150 if number % 3 == 0 else inf
        calls.append(Listed(number * 48.0 + 0.5 * (number % 3), queue, talk=talk, patience=patience))
    shifts = {
        AgentName("ann"): (Shift(0.0, 6000.0, (Break(2000.0, 600.0),)),),
        AgentName("bob"): (Shift(600.0, 10800.0, (Break(4000.0, 300.0, "lunch"),)),),
    }
    queues = (
        QueueTraffic(Q, Constant(60.0), wrap_up=Constant(16.0)),
        QueueTraffic(B, Constant(60.0)),
    )
    return Traffic(10800.0, queues, tuple(calls), answer=Constant(3.5), shifts=shifts)


def test_a_day_without_chance_is_replayed_to_the_last_digit(common: SwitchSettings) -> None:
    settings = shared()
    first, events = record(settings, busy_day())
    past = fold(events, MIDNIGHT, MIDNIGHT + 86400)
    second = again(common, settings, past)
    outcomes = {row[2] for each in rows(first).values() for row in each}
    assert outcomes == {ANSWERED, ABANDONED, OTHERWISE}  # some are sent on
    assert len(past.callers) == 220
    assert rows(second) == rows(first)


def test_what_happened_is_counted_as_the_day_itself_was(common: SwitchSettings) -> None:
    first, events = record(shared(), busy_day())
    past = fold(events, MIDNIGHT, MIDNIGHT + 86400)
    whole = replace(common, engine=shared())
    plan = replayed(past, Frame.of(past, MIDNIGHT), whole, whole)
    found = happened(past, plan, "then").runs[0]
    ours = run_of(first, 1, plan.formula)
    theirs = found.total.numbers()
    for name in (
        "calls",
        "answered",
        "abandoned",
        "turned_away",
        "mean_wait_s",
        "wait_p95_s",
        "service_level",
    ):
        assert theirs[name] == pytest.approx(ours.total.numbers()[name]), name
    assert set(found.queues) == {Q, B}
    assert plan.traffic.clock == 8 * 3600.0


def test_a_day_of_chance_comes_out_close_and_other_rules_do_not(common: SwitchSettings) -> None:
    settings = floor(8, wrap_up=10.0, ring=20.0)
    chance = traffic(
        7.5, "lognormal 120s 90s", hours=10, patience=Exponential(100.0), answer=parse("lognormal 4s 2s")
    )
    first, events = record(settings, chance, seed=3)
    past = fold(events, MIDNIGHT, MIDNIGHT + 86400)
    then = run_of(first, 1, "service-level").total
    runs = [run_of(again(common, settings, past, seed), 1, "service-level").total for seed in range(1, 5)]
    share = float(np.mean([run.figures.abandonment or 0.0 for run in runs]))
    wait = float(np.mean([run.figures.wait_mean or 0.0 for run in runs]))
    assert then.figures.abandonment is not None
    assert then.figures.wait_mean is not None
    assert share == pytest.approx(then.figures.abandonment, rel=0.06)
    assert wait == pytest.approx(then.figures.wait_mean, rel=0.08)
    other = run_of(again(common, floor(8, wrap_up=40.0, ring=20.0), past), 1, "service-level").total
    assert other.figures.abandonment is not None
    assert other.figures.abandonment > share + 0.05


def test_skills_and_the_preferred_agent_of_callers_are_replayed(common: SwitchSettings) -> None:
    ann, bob = AgentName("ann"), AgentName("bob")
    settings = EngineSettings(
        {Q: QueueSettings(Q, (ann, bob), preferred_for=60.0)},
        {ann: AgentSettings(ann, skills={"polish": 2}), bob: AgentSettings(bob)},
    )
    calls = (
        Listed(0.0, Q, talk=100.0, preferred=bob),
        Listed(10.0, Q, talk=100.0, needs={"polish": 1}),
        Listed(20.0, Q, talk=10.0, needs={"polish": 1}),
    )
    what = Traffic(1800.0, (QueueTraffic(Q, Constant(60.0)),), calls)
    first, events = record(settings, what)
    assert [row[-1] for row in rows(first)["q"]] == [1.0, 0.0, 0.0]
    past = fold(events, MIDNIGHT, MIDNIGHT + 86400)
    assert rows(again(common, settings, past)) == rows(first)


# What is on record, event by event -------------------------------------------------------------------


def events_of(*lines: tuple[float, str, str | None, dict[str, Any]]) -> list[Recorded]:
    return [
        Recorded(number, ZERO + at, kind, None if call is None else CallId(call), data)
        for number, (at, kind, call, data) in enumerate(lines, 1)
    ]


def past_of(*lines: tuple[float, str, str | None, dict[str, Any]]) -> Past:
    return fold(events_of(*lines), MIDNIGHT, MIDNIGHT + 86400)


JOINED = {"queue": "q", "priority": "default", "number": "+48", "within": 20.0}


def test_who_hangs_up_or_the_crash_takes_is_told_apart() -> None:
    past = past_of(
        (0, "CallArrived", "a", {}), (1, "CallerJoined", "a", JOINED),
        (31, "CallerLeft", "a", {"reason": "hung-up"}), (31, "CallEnded", "a", {}),
        (2, "CallArrived", "b", {}), (3, "CallerJoined", "b", JOINED),
        (50, "CallEnded", "b", {"last_seen": ZERO + 43}),
        (60, "CallArrived", "c", {}), (61, "CallerJoined", "c", JOINED), (70, "CallEnded", "c", {}),
    )  # fmt: skip
    assert [(caller.waited, caller.gave_up) for caller in past.callers] == [
        (30, True),
        (40, False),
        (9, True),
    ]


def test_who_is_sent_on_or_wants_a_callback_had_more_patience() -> None:
    past = past_of(
        (0, "CallArrived", "a", {}), (0, "CallerJoined", "a", JOINED),
        (60, "CallerLeft", "a", {"reason": "max-wait", "waited": 60.0}),
        (60, "CallerJoined", "a", JOINED | {"queue": "b"}),
        (90, "Connected", "a", {"agent": "ann", "queue": "b", "waited": 30.0, "wrap_up": 20.0}),
        (150, "ConversationEnded", "a", {"agent": "ann", "talked": 60.0, "wrap_up": 20.0}),
        (150, "CallEnded", "a", {}),
        (158, "WrapUpEnded", "a", {"agent": "ann", "took": 8.0}),
        (5, "CallArrived", "b", {}), (5, "CallerJoined", "b", JOINED),
        (45, "CallbackWanted", "b", {}), (46, "CallEnded", "b", {}),
    )  # fmt: skip
    a, b = past.callers
    assert (a.queue, a.waited, a.gave_up, b.called_back) == ("q", 90, False, True)
    assert (b.waited, b.gave_up) == (40, False)
    assert a.last is not None
    assert (a.last.talk, a.last.wrap_up, a.last.given) == (60.0, 8.0, 20.0)
    assert [(stay.queue, stay.outcome) for stay in past.stays] == [("q", 0.0), ("b", 1.0), ("q", 0.0)]


def test_who_is_called_back_is_one_caller_with_two_calls() -> None:
    past = past_of(
        (5, "CallArrived", "b", {}), (5, "CallerJoined", "b", JOINED),
        (45, "CallbackWanted", "b", {}), (46, "CallEnded", "b", {}),
        (300, "CallArrived", "b1", {"callback": "b"}), (310, "CallbackNotReached", "b1", {}),
        (311, "CallEnded", "b1", {}),
        (600, "CallArrived", "b2", {"callback": "b"}),
        (620, "Connected", "b2", {"agent": "ann", "queue": "q", "wrap_up": 0.0}),
        (700, "ConversationEnded", "b2", {"agent": "ann"}), (700, "CallEnded", "b2", {}),
    )  # fmt: skip
    (caller,) = past.callers
    assert caller.back is not None
    assert (caller.back.at - ZERO, caller.back.agent, caller.back.talk) == (620, "ann", 80.0)
    assert (past.reached, past.not_reached, past.told) == (1, 1, [])


def test_callbacks_are_wanted_again_after_the_same_wait(common: SwitchSettings) -> None:
    settings = floor(1)
    calls = tuple(Listed(at, Q, talk=200.0) for at in (0.0, 10.0, 20.0))
    habit = Callbacks(1.0, 64.0, Constant(8.0))
    what = Traffic(1800.0, (QueueTraffic(Q, Constant(60.0), callbacks=habit),), calls)
    first, events = record(settings, what)
    past = fold(events, MIDNIGHT, MIDNIGHT + 86400)
    second = again(common, settings, past)
    assert [caller.called_back for caller in past.callers] == [False, True, True]
    assert rows(second) == rows(first)
    for day in (first, second):
        found = run_of(day, 1, "service-level").total
        assert (found.callbacks, found.called_back) == (2, 2)
    whole = replace(common, engine=settings)
    then = happened(past, replayed(past, Frame.of(past, MIDNIGHT), whole), "then").runs[0].total
    assert (then.callbacks, then.called_back) == (2, 2)


def test_calls_outside_the_queues_take_their_agents_too() -> None:
    past = past_of(
        (0, "CallArrived", "a", {"agent": "ann"}), (100, "CallEnded", "a", {}),
        (10, "CallArrived", "b", {}), (12, "Connected", "b", {"agent": "bob", "queue": None}),
        (50, "ConversationEnded", "b", {"agent": "bob"}), (50, "CallEnded", "b", {}),
    )  # fmt: skip
    kinds = [(at - ZERO, type(event), event.agent) for at, event in past.told]  # type: ignore[union-attr]
    assert kinds == [
        (0, AgentCallStarted, "ann"),
        (100, AgentCallEnded, "ann"),
        (12, AgentCallStarted, "bob"),
        (50, AgentCallEnded, "bob"),
    ]


def test_pauses_of_the_engine_itself_are_not_told_to_it() -> None:
    past = past_of(
        (0, "AgentPaused", None, {"agent": "ann", "automatic": True}),
        (1, "AgentPaused", None, {"agent": "bob", "reason": "lunch"}),
        (2, "AgentResumed", None, {"agent": "ann", "automatic": True}),
    )
    assert [event for _, event in past.told] == [AgentPaused(AgentName("bob"), "lunch")]


def test_a_start_of_the_switch_finds_nobody_until_phones_are_there_again() -> None:
    past = past_of(
        (0, "AgentOnline", None, {"agent": "ann"}), (1, "AgentOnline", None, {"agent": "bob"}),
        (50, "SwitchStarting", None, {}), (60, "AgentOnline", None, {"agent": "bob"}),
    )  # fmt: skip
    told = [(at - ZERO, event) for at, event in past.told]
    found = presence(told, always=(), never=())
    assert found.there == {AgentName("ann"): ((0.0, 50.0),), AgentName("bob"): ((1.0, 50.0), (60.0, inf))}


def test_when_agents_were_there_follows_from_what_is_said_of_them() -> None:
    ann, bob, cid, dan = (AgentName(name) for name in ("ann", "bob", "cid", "dan"))
    found = presence(
        [
            (-50.0, PhonesReachable(ann)),
            (100.0, PhonesUnreachable(bob)),
            (200.0, AgentPaused(ann)),
            (300.0, AgentResumed(ann)),
            (400.0, PhonesReachable(cid)),
        ],
        always=(),
        never=(dan,),
    )
    assert found.there == {
        ann: ((0.0, 200.0), (300.0, inf)),
        bob: ((0.0, 100.0),),
        cid: ((400.0, inf),),
        dan: (),
    }
    assert (0.0, PhonesReachable(bob)) in found.told


def test_who_signs_out_in_a_conversation_is_there_until_it_is_over() -> None:
    ann, bob = AgentName("ann"), AgentName("bob")
    account = Account(Q, 20.0)
    account.note(0.0, 50.0, ANSWERED, "default", 100.0, 30.0, agent=0)
    account.note(0.0, 700.0, ANSWERED, "default", 10.0, agent=0)
    seen = presence([(90.0, PhonesUnreachable(ann))], (), ())
    found = AtWork(floor("ann bob"), {Q: account}, seen, 1000.0)
    assert found.spans(ann) == [(0.0, 180.0, 1), (700.0, 710.0, 1)]
    assert found.there(ann, 100.0, 705.0) == 85.0
    assert (found.spans(bob), found.there(bob, 0.0, 5.0)) == ([(0.0, 1000.0, 1)], 5.0)


def test_the_clock_of_a_day_is_that_of_its_zone_also_where_it_is_changed() -> None:
    joined = datetime(2026, 3, 29, 6, 10, tzinfo=UTC).timestamp()  # 08:10 there, 7:10 h after midnight
    past = Past(callers=[Caller(CallId("a"), "support", joined, "default")])
    frame = Frame.of(past, datetime(2026, 3, 28, 23, tzinfo=UTC).timestamp(), "Europe/Warsaw")
    assert (frame.clock, joined - frame.zero) == (8 * 3600, 600.0)


def test_a_queue_that_the_other_rules_do_not_have_is_named(common: SwitchSettings) -> None:
    past = past_of((0, "CallArrived", "a", {}), (0, "CallerJoined", "a", JOINED | {"queue": "suport"}))
    with pytest.raises(SimulationError, match=r"queue .suport., and .* has none; did you mean .support."):
        replayed(past, Frame.of(past, MIDNIGHT), common)


def test_a_day_begins_and_ends_no_earlier_and_later_than_its_record() -> None:
    past = past_of(
        (2415, "SwitchStarted", None, {"agents": []}),
        (2430, "CallArrived", "a", {}), (2431, "CallerJoined", "a", JOINED), (2500, "CallEnded", "a", {}),
        (2505, "SwitchStopped", None, {}),
    )  # fmt: skip
    frame = Frame.of(past, MIDNIGHT)
    assert (frame.zero, frame.span) == (ZERO + 2400, 120)
    past = past_of(
        (-7200, "SwitchStarted", None, {"agents": []}),
        (2430, "CallArrived", "a", {}), (2431, "CallerJoined", "a", JOINED), (2500, "CallEnded", "a", {}),
        (2510, "SwitchStopped", None, {}), (3000, "SwitchStarting", None, {}),
    )  # fmt: skip
    frame = Frame.of(past, MIDNIGHT)
    assert (frame.zero, frame.span) == (ZERO, 3600)
