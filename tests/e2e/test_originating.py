"""Calls that the REST API makes: a click in a customer's record, and a customer who is called."""

from __future__ import annotations

import asyncio

from softswitch.testing.voice import tone
from tests.e2e.carrier import Carrier
from tests.e2e.house import AGENT_TONE, CALLER_TONE, voice
from tests.e2e.switch import until
from tests.e2e.test_outbound import NUMBER, OWN, answered
from tests.e2e.test_web_api import get, house_with_api, there

SAYING = tone(CALLER_TONE)


def outside(carrier):
    return {
        "trunks": {"carrier": {"servers": [carrier.server], "caller_id": OWN}},
        "outbound": [{"name": "outside", "match": ["+*"], "via": "carrier"}],
    }


async def begun(api, path, body):
    answer = await api.post(path, json=body)
    assert answer.status_code == 202, answer.text
    return answer.json()["call"]


async def test_a_click_rings_the_agents_phone_then_the_number_and_they_hear_each_other(tmp_path):
    async with Carrier() as carrier, house_with_api(tmp_path, more=outside(carrier)) as (house, api):
        call = await begun(api, "/agents/desk/dial", {"number": "600 300 400"})
        incoming = await house.agents["desk"].rung()
        assert NUMBER in incoming.invite.get("from")
        (live,) = await get(api, "/calls/live")
        assert (live["call"], live["phase"]) == (call, "ringing")
        incoming.say(SAYING)
        incoming.answer()
        customer = await answered(carrier)
        await asyncio.sleep(1.5)
        assert voice(incoming.ear.sound().after(0.7), AGENT_TONE) > 0.5
        assert voice(customer.ear.sound().after(0.7), CALLER_TONE) > 0.5
        customer.bye()
        assert await incoming.until_ended() == "them"
        (record,) = await there(api, "/calls", "calls")
        assert (record["id"], record["outside"], record["outcome"]) == (call, NUMBER, "answered")
        assert record["originated_by"] == "token crm"
        kinds = [event["kind"] for event in (await get(api, f"/calls/{call}/events"))["events"]]
        assert kinds[:4] == ["CallArrived", "OfferMade", "OfferEnded", "CallAnswered"]
        assert (await get(api, f"/calls/{call}/why"))["steps"]


async def test_a_customer_is_called_and_waits_for_an_agent_of_a_queue(tmp_path):
    async with Carrier() as carrier, house_with_api(tmp_path, more=outside(carrier)) as (house, api):
        call = await begun(api, "/calls", {"to": NUMBER, "then": {"queue": "support"}})
        customer = await answered(carrier)
        agent = await house.picked_up("desk")
        await asyncio.sleep(1.0)
        (live,) = await get(api, "/calls/live")
        assert (live["call"], live["queue"], live["agent"]) == (call, "support", "desk")
        agent.bye()
        assert await customer.until_ended() == "them"
        wrong = await api.post("/calls", json={"to": "desk", "then": {"queue": "suport"}})
        assert (wrong.status_code, "did you mean 'support'" in wrong.text) == (404, True)
        found = lambda: house.switch.events("OriginateFailed")  # noqa: E731
        (failed,) = await asyncio.to_thread(until, found, 5.0, house.switch.last_words)
        assert (failed["call"], failed["data"]["status"]) == (None, 404)
