"""`softswitch why` in words: why this caller, why that agent, and why nobody at all."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from rich.console import Console

from softswitch.acd.explain import Rival, Skipped, SkipReason, Why
from softswitch.calls.reasons import reasons
from softswitch.commands.record import calls, why
from softswitch.ports import Recorded
from softswitch.store.call_record import CallRecord, Offer, Talk
from softswitch.store.reading import reasoning
from softswitch.types import AgentName, CallId, QueueName

CALL = CallId("c1")


def record(*said: tuple[str, Mapping[str, Any]]) -> list[Recorded]:
    return [Recorded(seq, 1000.0 + seq, kind, CALL, dict(data)) for seq, (kind, data) in enumerate(said)]


def words(events: Sequence[Recorded]) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(why(CALL, list(events)))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def offered(**facts: Any) -> str:
    settings: dict[str, Any] = {
        "strategy": "hunt", "position": 1, "score": 3.00026, "considered": (AgentName("ann"),), "skipped": (),
    }  # fmt: skip
    told = reasons(Why(**settings | facts), 50.0)
    return words(record(("OfferMade", {"offer": "o1", "agent": "ann", "queue": "support", "why": told})))


def test_points_are_rounded_and_who_else_waited_is_told() -> None:
    text = offered(waiting=5, next_score=1.0, waited=30.0)
    assert "place 1 of 5, 3 points, waited 30 s, the next one behind has 1 point" in text
    assert "before ring already" not in text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"position": 3, "waiting": 5}, "those before ring already, or need other agents"),
        ({"overdue": True}, "overdue: has waited so long as to go before everybody who has not"),
        (
            {"regained": 70.0},
            "called again, was moved or is called back, and has the place that was taken 1:10 before",
        ),
        ({"preferred": "bob", "held": 20.0}, "waited 20 s for the preferred agent bob alone"),
        ({"weight": 5.0}, "the queue's weight is 5, which makes 8 points against other queues"),
        (
            {"rivals": (Rival(QueueName("sales"), 10.04, 2.0, 4),)},
            "sales: of 4 the best has 12 points, 2 of them its weight",
        ),
        ({"rivals": (Rival(QueueName("sales"), 1.0, 0.0, 1, True),)}, "the best has 1 point and is overdue"),
        ({"helping": {"ann": "sales"}}, "ann of the team of sales, since the queue overflows"),
    ],
)
def test_each_fact_has_its_words_and_they_are_there_only_with_it(facts: dict[str, Any], said: str) -> None:
    assert said in offered(**facts)
    assert said not in offered()


def skipped(reason: SkipReason, until: float | None = None, *skill: Any) -> str:
    return offered(skipped=(Skipped(AgentName("bob"), reason, until, *skill),))


def test_why_agents_were_skipped_says_until_when_and_what_is_lacking() -> None:
    assert "bob: wrap-up, for another 25 s" in skipped(SkipReason.WRAP_UP, 75.0)
    assert "bob: tier-closed; opens in 1:10" in skipped(SkipReason.TIER_CLOSED, 120.0)
    lacks = skipped(SkipReason.LACKS_SKILL, 120.0, "polish", 3, 1)
    assert "bob: lacks-skill: polish 3 is needed, has 1; opens in 1:10" in lacks
    never = skipped(SkipReason.LACKS_SKILL, None, "polish", 3, 0)
    assert "bob: lacks-skill: polish 3 is needed, has none, and will not do later" in never


def test_a_call_for_which_nobody_was_rung_says_why() -> None:
    told = reasons(
        Why(
            "", 2, 0.0, (), (Skipped(AgentName("ann"), SkipReason.PAUSED),), 0, 4, None, 82.0,
        ),
        50.0,
    )  # fmt: skip
    joined = ("CallerJoined", {"queue": "support"})
    text = words(
        record(joined, ("CallerLeft", {"reason": "closed", "queue": "support", "waited": 82.0, "why": told}))
    )
    assert "no agent was rung for queue support: it was closed after 1:22 of waiting" in text
    assert "place 2 of 4, 0 points, waited 1:22" in text
    assert "ann: paused" in text
    hung_up = words(record(joined, ("CallerLeft", {"reason": "hung-up", "why": told})))
    assert "no agent was rung for queue support: the caller hung up after 1:22 of waiting" in hung_up
    full = words(record(joined, ("CallerLeft", {"reason": "full", "queue": "support", "waited": 0.0})))
    assert "no agent was rung for queue support: it was full, at " in full
    vain = words(record(joined, ("CallerHopeless", {"queue": "support", "needs": {"hebrew": 3}})))
    assert "no agent of queue support can ever take this caller: nobody has hebrew 3" in vain
    assert "no agent was rung yet; it waits in queue support" in words(record(joined))
    lost = words(record(("CallRouted", {"destination": "menu welcome"})))
    assert "it has joined no queue; it was led to menu welcome" in lost


def test_offers_are_numbered_on_from_those_of_earlier_attempts() -> None:
    out = io.StringIO()
    made = record(("OfferMade", {"offer": "o7", "agent": "ann", "queue": "support"}))
    Console(file=out, width=200).print(why(CALL, made, 2))
    assert "3. ann was rung at" in out.getvalue()


def test_for_machines_reasons_end_at_moments_of_the_wall_clock() -> None:
    told = reasons(Why("hunt", 1, 0.0, (), (Skipped(AgentName("bob"), SkipReason.WRAP_UP, 75.0),)), 50.0)
    (step,) = reasoning(record(("OfferMade", {"offer": "o1", "agent": "ann", "queue": "q", "why": told})))
    why_it_was: Any = step["why"]
    assert why_it_was["skipped"] == [{"agent": "bob", "reason": "wrap-up", "left": 25.0, "until": 1025.0}]


def test_who_moved_the_caller_and_gave_it_to_whom_and_took_over_is_told() -> None:
    moved = {"queue": "support", "to": "sales", "by": "user sam", "priority": "vip", "first": True}
    taken = {"by": "ann", "number": "203", "attended": True, "into": None, "taken_by": "user sam"}
    text = words(
        record(
            ("CallerMoved", moved),
            ("CallerMoved", {"queue": "sales", "to": "sales", "by": "user ada", "first": True}),
            ("CallerPulled", {"queue": "sales", "agent": "ann", "by": "user ada"}),
            ("Connected", {"agent": "ann"}),
            ("Transferred", taken),
        )
    )
    assert "user sam moved the caller at" in text
    assert "from queue support to sales, as vip, first" in text
    assert "in the queue, first" in text
    assert "user ada gave the caller of queue sales to ann at" in text
    assert "user sam took over from ann" in text
    assert "another call" not in text


def test_a_caller_who_waited_on_after_phones_rang_is_told_why_none_did_any_more() -> None:
    paused = (Skipped(AgentName("ann"), SkipReason.PAUSED),)
    told = reasons(Why("", 1, 0.0, (), paused, 0, 1, None, 82.0), 50.0)
    joined = ("CallerJoined", {"queue": "support"})
    rung = ("OfferMade", {"offer": "o1", "agent": "ann", "queue": "support"})
    left = words(record(joined, rung, ("CallerLeft", {"reason": "hung-up", "why": told})))
    assert "no phone rang any more for queue support: the caller hung up after 1:22 of waiting" in left
    assert "ann: paused" in left
    out = io.StringIO()
    now = {"queue": "support", "why": told}
    Console(file=out, width=200).print(why(CALL, record(joined, rung), now=now))
    assert "no phone rings now; it waits in queue support" in out.getvalue()
    assert "ann: paused" in out.getvalue()


def test_by_what_the_strategy_has_chosen_is_told_up_to_the_figure_that_decided() -> None:
    names = tuple(map(AgentName, ("ann", "bob", "cid", "dan")))
    idle = ({"load": 0, "idle_since": 10.0}, {"load": 0, "idle_since": 38.0}, {"load": 0, "idle_since": 49.0})
    assert "hunt chose among ann (idle 40 s), bob (idle 12 s), cid (idle 1.0 s), dan" in offered(
        considered=names, figures=idle
    )
    taken = ({"taken": 0, "load": 0, "idle_since": 10.0}, {"taken": 1, "load": 0, "idle_since": 9.0})
    assert "ann (0 calls taken), bob (1 call taken), cid" in offered(considered=names, figures=taken)
    assert "ann, bob, cid, dan" in offered(considered=names, figures=({"load": 0}, {"load": 0}))


def test_an_agent_who_is_kept_for_a_customer_who_is_called_first_was_not_rung() -> None:
    made = {"offer": "o1", "agent": "ann", "queue": "support", "reserved": True}
    said = words(record(("OfferMade", made)))
    assert "ann was reserved, the customer being called first, at" in said
    assert "was rung" not in said


def test_of_a_customer_who_was_not_reached_the_agent_is_told_who_was_rung_in_vain() -> None:
    rung = [Offer("ann", "answered")]
    tried = CallRecord(CALL, callback="c0", number="+48600", outside="+48600", offers=rung)
    assert [str(cell) for cell in calls([tried])._rows[0]][6] == "(ann)"
    tried.talks.append(Talk("ann"))
    assert [str(cell) for cell in calls([tried])._rows[0]][6] == "ann"
