"""What a phone's final status means for the dispatcher."""

from __future__ import annotations

import pytest

from softswitch.calls.agent_leg import failure_of
from softswitch.types import OfferFailure


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (486, OfferFailure.BUSY),
        (600, OfferFailure.BUSY),
        (603, OfferFailure.REJECTED),
        (480, OfferFailure.REJECTED),
        (302, OfferFailure.REJECTED),
        (487, OfferFailure.NO_ANSWER),
        (408, OfferFailure.UNREACHABLE),
        (404, OfferFailure.UNREACHABLE),
        (503, OfferFailure.UNREACHABLE),
    ],
)
def test_a_refusal_is_read_by_its_status(status: int, failure: OfferFailure) -> None:
    assert failure_of(status) is failure
