"""All phones of an agent ring at once; one answer wins; all refusals together mean one thing."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.fork import COMPLETED_ELSEWHERE, Fork, best
from softswitch.errors import LegGone, LegRefused
from softswitch.testing.fakes import FakeEndpoint, answers, busy, never_answers, rejects, unreachable
from softswitch.types import LegState, Party, Way

pytestmark = pytest.mark.virtual_time

CALLER = Party("100")
DESK, MOBILE, HOME = (Way(f"sip:{name}@phones") for name in ("desk", "mobile", "home"))


def fork(endpoint, *ways):
    return Fork(endpoint, ways, CALLER, {"X-Queue": "support"})


async def test_the_first_answer_wins_and_the_others_hear_of_it():
    endpoint = FakeEndpoint({DESK.uri: answers(3.0), MOBILE.uri: answers(2.0), HOME.uri: never_answers()})
    ringing = fork(endpoint, DESK, MOBILE, HOME)
    leg = await ringing.answered()
    assert leg.remote.uri == MOBILE.uri
    assert [other.state for other in ringing.legs] == [LegState.ENDED, LegState.ANSWERED, LegState.ENDED]
    ends = [other.ended.result().reason for other in ringing.legs if other is not leg]
    assert ends == [COMPLETED_ELSEWHERE] * 2
    ringing.hangup()


async def test_two_who_answer_at_once_are_one_answer():
    endpoint = FakeEndpoint({DESK.uri: answers(1.0), MOBILE.uri: answers(1.0)})
    ringing = fork(endpoint, DESK, MOBILE)
    leg = await ringing.answered()
    assert leg.remote.uri == DESK.uri
    assert len(endpoint.live()) == 1
    ringing.hangup()


async def test_one_phone_that_refuses_does_not_stop_the_others():
    endpoint = FakeEndpoint({DESK.uri: rejects(0.5), MOBILE.uri: answers(4.0)})
    ringing = fork(endpoint, DESK, MOBILE)
    assert (await ringing.answered()).remote.uri == MOBILE.uri
    ringing.hangup()


async def test_when_all_refuse_the_best_refusal_counts():
    endpoint = FakeEndpoint(
        {DESK.uri: busy(2.0), MOBILE.uri: unreachable(status=404), HOME.uri: unreachable()}
    )
    with pytest.raises(LegRefused, match="486"):
        await fork(endpoint, DESK, MOBILE, HOME).answered()


async def test_a_phone_that_cannot_even_be_dialled_is_one_that_refused():
    endpoint = FakeEndpoint({DESK.uri: answers(1.0)})
    ringing = fork(endpoint, Way("mailto:nobody"), DESK)
    assert (await ringing.answered()).remote.uri == DESK.uri
    ringing.hangup()
    with pytest.raises(LegRefused, match="484"):
        fork(endpoint, Way("mailto:nobody"))
    with pytest.raises(LegRefused, match="480"):
        fork(endpoint)


async def test_an_answer_that_is_gone_at_once_is_no_answer():
    endpoint = FakeEndpoint({DESK.uri: never_answers(), MOBILE.uri: never_answers()})
    ringing = fork(endpoint, DESK, MOBILE)
    waiting = asyncio.ensure_future(ringing.answered())
    await asyncio.sleep(1)
    ringing.hangup()
    with pytest.raises(LegGone):
        await waiting


async def test_being_cancelled_leaves_nothing_waiting():
    endpoint = FakeEndpoint({DESK.uri: never_answers(), MOBILE.uri: never_answers()})
    ringing = fork(endpoint, DESK, MOBILE)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await ringing.answered()
    assert all(not leg.ended.done() for leg in ringing.legs), "who rings is whoever made it to end"
    ringing.hangup()
    assert not endpoint.live()


@pytest.mark.parametrize(
    ("statuses", "meant"),
    [
        ((404, 486), 486),
        ((503, 404), 404),
        ((603, 486), 603),
        ((480, 408), 480),
        ((503, 302), 302),
        ((), 480),
    ],
)
async def test_what_refusals_mean_together(statuses, meant):
    assert best([LegRefused(status) for status in statuses]).status == meant
