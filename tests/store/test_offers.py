"""How often agents were rung, off the events of calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from softswitch.ports import Recorded
from softswitch.reports.agents import agent_figures
from softswitch.store.offers import LOST, Offer, OfferFold
from softswitch.types import CallId

CALL = CallId("c1")


def ended(result: str, **made: Any) -> Sequence[Offer]:
    fold = OfferFold()
    offer = {"offer": "o1", "agent": "ann", "queue": "sales"}
    assert fold.apply(Recorded(1, 10.0, "OfferMade", CALL, offer | made)) == ()
    return fold.apply(
        Recorded(2, 14.0, "OfferEnded", CALL, {"offer": "o1", "agent": "ann", "result": result})
    )


@pytest.mark.parametrize("result", ["answered", "no-answer", "caller-left"])
def test_each_ringing_of_a_phone_counts(result: str) -> None:
    assert ended(result) == (Offer(2, CALL, "ann", "sales", 10.0, result),)


@pytest.mark.parametrize("result", ["caller-left", "customer-not-reached", "queue-closed"])
def test_who_was_reserved_for_a_customer_who_was_not_reached_was_not_rung(result: str) -> None:
    assert ended(result, reserved=True) == ()


def test_who_was_reserved_and_then_rung_counts() -> None:
    assert ended("answered", reserved=True) == (Offer(2, CALL, "ann", "sales", 10.0, "answered"),)


def test_a_ringing_that_a_crash_cut_counts_and_is_held_against_nobody() -> None:
    fold = OfferFold()
    for seq, (agent, more) in enumerate([("ann", {}), ("ben", {}), ("eve", {"reserved": True})], 1):
        fold.apply(Recorded(seq, 10.0 + seq, "OfferMade", CALL, {"offer": agent, "agent": agent, **more}))
    fold.apply(Recorded(4, 15.0, "OfferEnded", CALL, {"offer": "ben", "agent": "ben", "result": "busy"}))
    cut = Recorded(5, 99.0, "CallEnded", CALL, {"ended_by": "switch", "last_seen": 16.0})
    assert fold.apply(cut) == [Offer(1, CALL, "ann", "", 11.0, LOST)]
    assert fold.apply(cut) == []
    [figures] = agent_figures([], [("ann", LOST, 1)], {}, {}, whole=True)
    assert (figures.offered, figures.answered, figures.missed, figures.declined) == (1, 0, 0, 0)
