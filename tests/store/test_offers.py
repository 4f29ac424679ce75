"""How often agents were rung, off the events of calls."""

from __future__ import annotations

from typing import Any

import pytest

from softswitch.ports import Recorded
from softswitch.store.offers import Offer, OfferFold
from softswitch.types import CallId

CALL = CallId("c1")


def ended(result: str, **made: Any) -> Offer | None:
    fold = OfferFold()
    offer = {"offer": "o1", "agent": "ann", "queue": "sales"}
    assert fold.apply(Recorded(1, 10.0, "OfferMade", CALL, offer | made)) is None
    return fold.apply(
        Recorded(2, 14.0, "OfferEnded", CALL, {"offer": "o1", "agent": "ann", "result": result})
    )


@pytest.mark.parametrize("result", ["answered", "no-answer", "caller-left"])
def test_each_ringing_of_a_phone_counts(result: str) -> None:
    assert ended(result) == Offer(2, CALL, "ann", "sales", 10.0, result)


@pytest.mark.parametrize("result", ["caller-left", "customer-not-reached", "queue-closed"])
def test_who_was_reserved_for_a_customer_who_was_not_reached_was_not_rung(result: str) -> None:
    assert ended(result, reserved=True) is None


def test_who_was_reserved_and_then_rung_counts() -> None:
    assert ended("answered", reserved=True) == Offer(2, CALL, "ann", "sales", 10.0, "answered")
