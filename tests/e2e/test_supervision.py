"""A supervisor in a conversation, by the REST API: who hears the supervisor's voice, in the received RTP."""

from __future__ import annotations

import asyncio

from softswitch.testing.phone import Phone
from tests.e2e.house import AGENT_TONE, CALLER_TONE, last_second, picked_up, voice
from tests.e2e.switch import until
from tests.e2e.test_web_api import get, house_with_api, post

CHIEF_TONE = 1170
"""Hz."""

MODES = {"listen": (False, False), "whisper": (False, True), "barge": (True, True)}
"""Whether the caller hears the supervisor, and whether the agent does."""


def heard(call):
    """The tones of the last second, of those that the three speak."""
    sound = last_second(call.ear.sound())
    share = {name: voice(sound, hz) for name, hz in TONES.items()}
    return {name for name, part in share.items() if part > 0.2}


TONES = {"caller": CALLER_TONE, "agent": AGENT_TONE, "chief": CHIEF_TONE}


async def test_listen_whisper_barge_and_taking_over_are_heard_as_they_should_be(tmp_path):
    async with house_with_api(tmp_path, ("desk", "chief")) as (house, api), Phone("100") as phone:
        answering = asyncio.create_task(house.picked_up("desk"))
        caller = await house.dial(phone, "600")
        agent = await answering
        (live,) = await get(api, "/calls/live")
        begun = await api.post(f"/calls/{live['call']}/supervise", json={"as": "listen", "agent": "chief"})
        assert begun.status_code == 202, begun.text
        supervision = begun.json()["call"]
        chief = await picked_up(house.agents["chief"], CHIEF_TONE)
        assert "listen" in chief.invite.get("from")
        for mode, (by_caller, by_agent) in MODES.items():
            await post(api, f"/supervisions/{supervision}", {"as": mode})
            await asyncio.sleep(1.6)
            assert heard(chief) == {"caller", "agent"}, mode
            assert heard(caller) == {"agent"} | ({"chief"} if by_caller else set()), mode
            assert heard(agent) == {"caller"} | ({"chief"} if by_agent else set()), mode
        (one,) = await get(api, "/supervisions")
        assert (one["as"], one["state"], one["of"], one["by"]) == ("barge", "on", "desk", "token crm")

        await post(api, f"/supervisions/{supervision}/take-over")
        assert await agent.until_ended() == "them"
        await asyncio.sleep(1.6)
        assert (heard(chief), heard(caller)) == ({"caller"}, {"chief"})
        caller.bye()
        assert await chief.until_ended() == "them"
        kinds = lambda: [one["kind"] for one in house.switch.events() if one["call"] == live["call"]]  # noqa: E731
        await asyncio.to_thread(until, lambda: "CallEnded" in kinds(), 5.0, house.switch.last_words)
        assert [kind for kind in kinds() if kind.startswith("Supervision")] == [
            "SupervisionStarted",
            *["SupervisionChanged"] * 2,
            "SupervisionEnded",
        ]
