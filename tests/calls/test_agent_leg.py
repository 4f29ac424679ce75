"""What an agent's phone shows, and what its final status means for the dispatcher."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.agent_leg import failure_of
from softswitch.testing.fakes import never_answers
from softswitch.types import OfferFailure
from tests.calls.house import house


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


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    ("number", "name", "shown"),
    [("100", "Ada", "Support: Ada"), ("100", "", "Support: 100"), ("", "", "Support: anonymous")],
)
async def test_an_agents_phone_shows_the_queue_and_the_caller(number: str, name: str, shown: str) -> None:
    async with house({"201": never_answers()}) as it:
        caller = it.call(number=number, name=name)
        await asyncio.sleep(1)
        party = it.endpoint.dialled[0].caller_shown
        assert party is not None
        assert party.name == shown
        caller.hang_up()
