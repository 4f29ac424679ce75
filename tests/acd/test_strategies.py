"""Each strategy by its promise, the registry, and that the interface carries strategies yet to come."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from softswitch.acd import strategies
from softswitch.acd.actions import CancelRing, Ring
from softswitch.acd.events import FiguresRestored
from softswitch.acd.settings import Member
from softswitch.acd.stats import AgentFigures
from softswitch.acd.strategies import known_strategies, strategy_named
from softswitch.acd.strategies.base import Ask, Choice
from softswitch.errors import EngineError
from softswitch.types import AgentName
from tests.acd.desk import Desk, agent, only, queue


def order_of(desk: Desk, calls: int) -> list[str]:
    """Who takes so many calls that come one after the other."""
    taken = []
    for number in range(calls):
        call = f"call-{len(desk.all)}-{number}"
        [ring] = only(Ring, desk.join(call))
        taken.append(ring.agent)
        desk.serve(call, ring.agent, talk=10)
        desk.wait(1)
    return taken


def test_round_robin_goes_round() -> None:
    desk = Desk(queue(strategy="round-robin"))
    assert order_of(desk, 5) == ["ann", "bob", "cid", "ann", "bob"]


def test_round_robin_continues_after_the_last_one_offered_even_when_that_one_did_not_answer() -> None:
    desk = Desk(queue(strategy="round-robin"))
    desk.join("c1")
    desk.fail("ann")
    desk.serve("c1", "bob")
    desk.wait(10)
    assert order_of(desk, 1) == ["cid"]


def test_round_robin_skips_who_is_busy_without_losing_the_turn() -> None:
    desk = Desk(queue(strategy="round-robin"))
    desk.pause("bob")
    assert order_of(desk, 3) == ["ann", "cid", "ann"]
    desk.resume("bob")
    assert order_of(desk, 2) == ["bob", "cid"]


def test_round_robin_keeps_a_turn_per_queue() -> None:
    desk = Desk(
        queue("red", "ann bob", strategy="round-robin"), queue("blue", "ann bob", strategy="round-robin")
    )
    desk.join("c1", "red")
    desk.serve("c1", "ann")
    desk.join("c2", "blue")
    assert desk.ringing() == {"ann": "c2"}


def test_hunt_starts_at_the_top_for_each_caller() -> None:
    desk = Desk(queue(strategy="hunt"))
    assert order_of(desk, 3) == ["ann", "ann", "ann"]


def test_longest_idle_takes_who_has_been_idle_longest() -> None:
    desk = Desk(queue(strategy="longest-idle"))
    assert order_of(desk, 4) == ["ann", "bob", "cid", "ann"]
    desk.outside("bob", "x")
    desk.wait(1)
    desk.outside_over("bob", "x")
    desk.wait(1)
    assert order_of(desk, 3) == ["cid", "ann", "bob"]


def test_longest_idle_prefers_idle_agents_to_those_with_a_call_in_hand() -> None:
    desk = Desk(queue(agents="ann bob", strategy="longest-idle"), agent("ann", calls=2))
    desk.join("c1")
    desk.answer("ann")
    desk.join("c2")
    assert desk.ringing() == {"bob": "c2"}


def test_longest_idle_sends_who_does_not_answer_to_the_end_of_the_line() -> None:
    desk = Desk(queue(strategy="longest-idle"))
    desk.wait(100)
    desk.join("c1")
    desk.fail("ann")
    desk.leave("c1")
    desk.wait(10)
    assert order_of(desk, 3) == ["bob", "cid", "ann"]


def test_losing_a_ring_all_does_not_count_as_a_failed_offer() -> None:
    desk = Desk(queue(strategy="ring-all"))
    desk.wait(50)
    desk.join("c1")
    desk.serve("c1", "ann")
    desk.reload(queue(strategy="longest-idle"))
    assert order_of(desk, 1) == ["bob"]


def test_random_reaches_everybody_and_follows_the_seed() -> None:
    taken = [order_of(Desk(queue(strategy="random"), seed=seed), 60) for seed in (1, 1, 2)]
    assert taken[0] == taken[1] != taken[2]
    assert min(Counter(taken[0]).values()) > 10


def test_vip_priority_gives_a_vip_the_best_agent_and_others_the_plainest() -> None:
    levels = [agent("ann", level=1), agent("bob", level=5), agent("cid", level=3)]
    desk = Desk(queue(strategy="vip-priority"), *levels)
    desk.join("vip", priority="vip")
    assert desk.ringing() == {"bob": "vip"}
    desk.join("plain")
    desk.join("urgent", priority="urgent")
    assert desk.ringing() == {"bob": "vip", "ann": "plain", "cid": "urgent"}


def test_vip_priority_puts_vips_before_all_others_whatever_the_score() -> None:
    desk = Desk(queue(agents="ann", strategy="vip-priority", ageing=10.0))
    desk.pause("ann")
    desk.join("plain")
    desk.wait(1000)
    desk.join("vip", priority="vip")
    assert desk.line() == ["vip", "plain"]
    desk.resume("ann")
    assert desk.ringing() == {"ann": "vip"}


def test_vip_priority_puts_its_vips_before_callers_of_other_queues_of_the_same_agent() -> None:
    desk = Desk(queue("gold", "ann", strategy="vip-priority"), queue("old", "ann", ageing=10.0))
    desk.pause("ann")
    desk.join("plain", "old")
    desk.wait(1000)
    desk.join("vip", "gold", priority="vip")
    desk.resume("ann")
    assert desk.ringing() == {"ann": "vip"}


# The registry ---------------------------------------------------------------------------------------


def test_the_six_are_known() -> None:
    assert set(known_strategies()) >= {
        "longest-idle", "round-robin", "ring-all", "hunt", "random", "vip-priority",
    }  # fmt: skip


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    with pytest.raises(EngineError, match="unknown strategy 'longest-idel': did you mean 'longest-idle'"):
        strategy_named("longest-idel")
    with pytest.raises(EngineError, match="unknown strategy 'qqq': known are longest-idle, round-robin"):
        strategy_named("qqq")


class FewestCalls:
    """One of the strategies yet to come."""

    name = "fewest-calls"

    def precedence(self, priority: str) -> int:
        return 0

    def choose(self, ask: Ask) -> Choice:
        return Choice(sorted(ask.candidates, key=lambda agent: agent.taken))


class Tiers(FewestCalls):
    """The first agent of the team alone for ten seconds; then the others, too."""

    name = "tiers"

    def choose(self, ask: Ask) -> Choice:
        opens = ask.caller.joined + 10.0
        able = [agent for agent in ask.candidates if ask.places[agent.name] == 0 or ask.now >= opens]
        return Choice(able, again=opens)


class RingProgressively(FewestCalls):
    """One more phone every five seconds."""

    name = "ring-progressively"

    def choose(self, ask: Ask) -> Choice:
        at_once = 1 + int((ask.now - ask.caller.joined) // 5)
        return Choice(ask.candidates, at_once=at_once, again=ask.caller.joined + 5.0 * at_once)


class Broken(FewestCalls):
    """What a plug-in can do wrong."""

    name = "broken"

    def choose(self, ask: Ask) -> Choice:
        raise ZeroDivisionError


class Inventive(FewestCalls):
    """Names somebody twice."""

    name = "inventive"

    def choose(self, ask: Ask) -> Choice:
        return Choice([ask.candidates[0], ask.candidates[0]], at_once=None)


class Wordy(FewestCalls):
    """Says its number in words."""

    name = "wordy"

    def choose(self, ask: Ask) -> Choice:
        return Choice(ask.candidates, at_once="two")  # type: ignore[arg-type]


class BrokenAtOnce(FewestCalls):
    """Cannot even be made."""

    def __init__(self) -> None:
        raise RuntimeError("no licence")


class BrokenRanking(FewestCalls):
    """Cannot rank a class."""

    def precedence(self, priority: str) -> int:
        raise KeyError(priority)


class LeastLevel(FewestCalls):
    """Has the engine keep the order."""

    name = "least-level"
    ranked_by: tuple[str, ...] = ("level", "taken")

    def choose(self, ask: Ask) -> Choice:
        return Choice(ask.candidates)


class ByShoeSize(LeastLevel):
    """Ranks by what nobody knows."""

    name = "shoes"
    ranked_by = ("taken", "shoes")


PLUG_INS = (
    *(FewestCalls, Tiers, RingProgressively, Broken, Inventive, Wordy, BrokenAtOnce, BrokenRanking),
    *(LeastLevel, ByShoeSize),
)


@pytest.fixture(autouse=True)
def plug_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a package with these classes were installed."""
    found = {
        getattr(kind, "name", "") if kind not in (BrokenAtOnce, BrokenRanking) else kind.__name__: kind
        for kind in PLUG_INS
    }

    def entry_points(group: str, name: str | None = None) -> list[EntryPoint]:
        assert group == "softswitch.strategies"
        return [
            EntryPoint(each, f"{kind.__module__}:{kind.__qualname__}", group)
            for each, kind in found.items()
            if name in (None, each)
        ]

    monkeypatch.setattr(strategies, "entry_points", entry_points)


def test_a_strategy_of_another_package_is_found_by_its_entry_point() -> None:
    assert "fewest-calls" in known_strategies()
    desk = Desk(queue(strategy="fewest-calls"))
    assert order_of(desk, 4) == ["ann", "bob", "cid", "ann"]


def test_a_package_that_cannot_be_loaded_is_named() -> None:
    with pytest.raises(EngineError, match=r"strategy 'BrokenAtOnce' of .*cannot be loaded.*no licence"):
        Desk(queue(strategy="BrokenAtOnce"))


def test_a_strategy_that_cannot_rank_a_class_is_refused_with_the_settings() -> None:
    with pytest.raises(EngineError, match="strategy 'BrokenRanking' cannot rank a priority class"):
        Desk(queue(strategy="BrokenRanking"))


@pytest.mark.parametrize(
    ("name", "fault"),
    [("broken", "ZeroDivisionError"), ("inventive", "EngineError"), ("wordy", "EngineError")],
)
def test_a_strategy_that_fails_does_not_stop_the_queue_and_the_why_tells(name: str, fault: str) -> None:
    desk = Desk(queue(strategy=name))
    [ring] = only(Ring, desk.join("c1"))
    assert ring.agent == "ann"
    assert ring.why.strategy == f"team order, since {name} failed: {fault}"


def test_the_interface_carries_tiers_that_open_by_time() -> None:
    desk = Desk(queue(strategy="tiers"))
    desk.pause("ann")
    assert desk.join("c1") == []
    assert desk.wait(9.5) == []
    [ring] = only(Ring, desk.wait(0.5))
    assert ring.agent == "bob"
    assert desk.engine.next_deadline() == desk.now + ring.timeout


def test_tiers_do_not_keep_the_same_agents_from_other_queues() -> None:
    desk = Desk(queue("tiered", "ann bob", strategy="tiers"), queue("plain", "bob"))
    desk.pause("ann", "bob")
    desk.join("c1", "tiered", priority="vip")
    desk.join("c2", "plain")
    desk.resume("bob")
    assert desk.ringing() == {"bob": "c2"}


def test_the_interface_carries_one_more_phone_at_a_time() -> None:
    desk = Desk(queue(strategy="ring-progressively", ring=60.0))
    desk.join("c1")
    seen: list[Any] = [sorted(desk.ringing())]
    for _ in range(3):
        desk.wait(5)
        seen.append(sorted(desk.ringing()))
    assert seen == [["ann"], ["ann", "bob"], ["ann", "bob", "cid"], ["ann", "bob", "cid"]]


def test_the_engine_keeps_free_agents_in_the_order_that_a_strategy_names() -> None:
    desk = Desk(
        queue(strategy="least-level"), agent("ann", level=2), agent("bob", level=1), agent("cid", level=1)
    )
    assert order_of(desk, 3) == ["bob", "cid", "bob"]
    desk.reload(queue(strategy="least-level"), agent("ann"), agent("bob", level=3), agent("cid", level=1))
    assert order_of(desk, 2) == ["ann", "ann"]


def test_figures_that_no_agent_has_are_refused_with_the_settings() -> None:
    with pytest.raises(EngineError, match="'shoes' ranks agents by shoes; known are level, load, idle_since"):
        Desk(queue(strategy="shoes"))


def test_who_takes_a_call_and_can_take_more_is_ranked_anew_at_once() -> None:
    desk = Desk(queue(strategy="longest-idle"), agent("ann", calls=3), agent("bob", calls=3))
    for number in range(5):
        desk.join(f"c{number}")
    taken = Counter(offer.agent.name for offer in desk.engine._floor.offers.values())
    assert taken == {"ann": 2, "bob": 2, "cid": 1}


def test_figures_from_before_a_restart_rank_free_agents() -> None:
    desk = Desk(queue(strategy="fewest-calls"))
    desk.tell(FiguresRestored({}, {AgentName("ann"): AgentFigures(3), AgentName("bob"): AgentFigures(1)}))
    assert order_of(desk, 4) == ["cid", "bob", "cid", "bob"]


# Those of other queues ---------------------------------------------------------------------------


def test_fewest_calls_counts_conversations_of_all_queues() -> None:
    desk = Desk(queue(strategy="fewest-calls"), queue("other", "ann"))
    desk.join("x", "other")
    desk.serve("x", "ann", talk=10)
    assert order_of(desk, 5) == ["bob", "cid", "ann", "bob", "cid"]


def test_least_talk_goes_by_time_not_by_calls() -> None:
    desk = Desk(queue(agents="ann bob", strategy="least-talk"))
    desk.join("long")
    desk.serve("long", "ann", talk=300)
    assert order_of(desk, 3) == ["bob", "bob", "bob"]


def test_sequential_leads_each_caller_down_the_team_and_begins_anew_after_the_last() -> None:
    desk = Desk(queue(strategy="sequential", retry=0.0))
    desk.join("c1")
    rung = [desk.rings["ann"].agent]
    for _ in range(4):
        [ring] = only(Ring, desk.fail(rung[-1]))
        rung.append(ring.agent)
    assert rung == ["ann", "bob", "cid", "ann", "bob"]
    desk.answer("bob")
    desk.join("c2")
    assert desk.ringing() == {"ann": "c2"}, "each caller begins at the top"


def test_ring_progressively_adds_a_phone_every_five_seconds_and_lets_those_before_ring_on() -> None:
    desk = Desk(queue(strategy="ring-progressively", ring=60.0))
    desk.join("c1")
    assert desk.ringing() == {"ann": "c1"}
    desk.wait(5)
    assert desk.ringing() == {"ann": "c1", "bob": "c1"}
    desk.wait(5)
    assert desk.ringing() == {"ann": "c1", "bob": "c1", "cid": "c1"}
    assert len(only(CancelRing, desk.answer("bob"))) == 2


def test_weighted_random_draws_in_proportion() -> None:
    members = {AgentName("ann"): Member(weight=3.0), AgentName("cid"): Member(weight=0.0)}
    desk = Desk(queue(strategy="weighted-random", members=members), seed=5)
    taken = Counter(order_of(desk, 800))
    assert taken["cid"] == 0
    assert 560 <= taken["ann"] <= 640, "600 of 800, give or take three standard deviations"
    desk.pause("ann", "bob")
    assert order_of(desk, 1) == ["cid"], "weight 0 is a reserve"
