"""Skills, overflow, hours and redials on the real switch: who rings, and where callers go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from softswitch.control.client import ask
from softswitch.control.wire import SOCKET
from softswitch.testing.phone import Phone
from softswitch.testing.phone.call import Refused
from tests.e2e.house import House, open_house
from tests.e2e.switch import Record, until

pytestmark = pytest.mark.xdist_group("queues")

TODAY = datetime.now(UTC).date()
DAYS = [TODAY + timedelta(days=days) for days in (-1, 0, 1)]
AGENTS = ["front", "spare", "polish", "plain", "redial"]
CONFIGURATION = {
    "hours": {
        "not_today": {
            "timezone": "UTC",
            "open": {"mon-sun": "00:00-24:00"},
            "closed": [str(day) for day in DAYS],
        }
    },
    "numbers": {
        "600": {"queue": "busy"},
        "601": {"queue": "skilled"},
        "602": {"queue": "shut"},
        "603": {"queue": "empty"},
        "604": {"queue": "redial"},
    },
    "menus": {},
    "queues": {
        "busy": {"strategy": "hunt", "overflow": {"to": ["helpers"], "callers": 2}},
        "helpers": {},
        "skilled": {"needs": {"polish": 2}, "relax": [{"after": "2s", "needs": {}}]},
        "shut": {"hours": "not_today", "closed": {"reject": 480}},
        "empty": {"no_agents": {"joining": {"reject": 404}}},
        "redial": {"keep_place": "1m"},
    },
    "teams": {
        "busy": {"agents": ["front"]},
        "helpers": {"agents": ["spare"]},
        "skilled": {"agents": ["plain", "polish"]},
        "shut": {"agents": ["spare"]},
        "empty": {"agents": []},
        "redial": {"agents": ["redial"]},
    },
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory):
    skills = {"polish": {"skills": {"polish": 3}}}
    async with open_house(tmp_path_factory.mktemp("queues"), CONFIGURATION, AGENTS, skills) as opened:
        yield opened


async def noted(find: Callable[[], list[Record]]) -> list[Record]:
    """What is on record as soon as it is."""
    return await asyncio.to_thread(until, find, 10.0, lambda: "nothing is on record")


def gone(house: House) -> list[Record]:
    """Callers who hung up while they waited."""
    return [event for event in house.switch.events("CallerLeft") if event["data"]["reason"] == "hung-up"]


def whys(house: House, agent: str) -> list[Record]:
    """Why an agent was rung, each time."""
    offers = (event["data"] for event in house.switch.events("OfferMade"))
    return [offer["why"] for offer in offers if offer["agent"] == agent]


@pytest.mark.asyncio(loop_scope="module")
async def test_another_team_helps_from_two_callers_on(house: House) -> None:
    async with Phone("+48601") as one, Phone("+48602") as two:
        first, second = await house.dial(one, "600"), await house.dial(two, "600")
        own, helper = await asyncio.gather(house.picked_up("front"), house.picked_up("spare"))
        [began] = await noted(lambda: house.switch.events("OverflowBegan"))
        assert began["data"] == {"queue": "busy", "waiting": 2}
        for call in (first, second):
            call.bye()
        await asyncio.gather(own.until_ended(), helper.until_ended())
    await noted(lambda: house.switch.events("OverflowEnded"))


@pytest.mark.asyncio(loop_scope="module")
async def test_who_has_the_skill_is_rung_and_others_when_it_is_needed_no_more(house: House) -> None:
    async with Phone("+48603") as one, Phone("+48604") as two:
        first = await house.dial(one, "601")
        able = await house.picked_up("polish", after=0.1)
        begun = asyncio.get_running_loop().time()
        second = await house.dial(two, "601")
        other = await house.picked_up("plain", after=0.1)
        assert 1.9 <= asyncio.get_running_loop().time() - begun < 5.0
        [why] = await noted(lambda: whys(house, "polish"))
        assert [(each["agent"], each["reason"]) for each in why["skipped"]] == [("plain", "lacks-skill")]
        for call in (first, second):
            call.bye()
        await asyncio.gather(able.until_ended(), other.until_ended())


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("number", "status"), [("602", 480), ("603", 404)])
async def test_a_queue_that_is_closed_or_empty_refuses(house: House, number: str, status: int) -> None:
    async with Phone("+48605") as caller:
        with pytest.raises(Refused) as refused:
            await caller.call(house.switch.uri(number)).until_answered()
        assert refused.value.status == status


@pytest.mark.asyncio(loop_scope="module")
async def test_who_is_cut_off_and_calls_again_is_served_before_who_came_later(house: House) -> None:
    async with Phone("+48606") as one, Phone("+48607") as two, Phone("+48608") as three:
        talking = await house.dial(one, "604")
        agent = await house.picked_up("redial", after=0.1)
        cut_off = await house.dial(two, "604")
        later = await house.dial(three, "604")
        waits = await asyncio.to_thread(ask, house.switch.data / SOCKET, "waits", wanted="+48608")
        skipped = [(each["agent"], each["reason"]) for each in waits["why"]["skipped"]]
        assert (waits["queue"], skipped) == ("redial", [("redial", "talking")])
        before = len(gone(house))
        cut_off.bye()
        (left,) = await noted(lambda: gone(house)[before:])
        assert left["data"]["queue"] == "redial"
        assert left["data"]["waited"] > 0
        again = await house.dial(two, "604")
        talking.bye()
        await agent.until_ended()
        agent = await house.agents["redial"].rung()
        assert "+48607" in agent.invite.get("from")
        [regained] = await noted(lambda: house.switch.events("PlaceRegained"))
        assert regained["data"]["queue"] == "redial"
        for call in (again, later):
            call.bye()
        await asyncio.gather(again.until_ended(), later.until_ended())
