"""Callers who are called back, over real SIP and RTP: from the key to the conversation, over a crash too."""

from __future__ import annotations

import asyncio
import contextlib
import io
from typing import Any

import pytest

from softswitch.audio.speech import SpeechService
from softswitch.calls import callback_words as words
from softswitch.commands.record import print_why
from softswitch.config.settings import MediaSettings
from softswitch.control.client import ask
from softswitch.testing.phone import Phone
from softswitch.testing.recognise import find
from softswitch.testing.voice import pcm_of, tone
from softswitch.types import Language
from tests.e2e.carrier import Carrier
from tests.e2e.house import AGENT_TONE, CALLER_TONE, last_second, picked_up, voice
from tests.e2e.switch import until
from tests.e2e.test_outbound import OWN
from tests.e2e.test_registering import running

NUMBER = "+48600300400"
EN = Language("en")


def house(carrier: Carrier, agent: Phone, **callback: Any) -> dict[str, Any]:
    """Key 1 of a menu is a callback; the number is keyed in, as the caller has none that could be called."""
    return {
        "media": {"languages": ["en"]},
        "numbers": {"500": {"menu": "welcome"}},
        "menus": {"welcome": {"say": "For a call back, press 1.", "choices": {1: {"callback": "support"}}}},
        "queues": {"support": {"ring": "20s", "retry": "1s", "callback": callback}},
        "agents": {"desk": {"dial": agent.contact}},
        "teams": {"support": {"agents": ["desk"]}},
        "trunks": {"carrier": {"server": carrier.server, "caller_id": OWN}},
        "outbound": [{"name": "outside", "match": ["+*"], "via": "carrier"}],
    }


async def wants(switch, caller):
    """From the key to good-bye: what the caller heard."""
    call = caller.call(switch.uri("500"))
    call.say(tone(400.0))
    await call.until_answered()
    await asyncio.sleep(1.0)
    call.press("1")
    await asyncio.sleep(1.5)
    call.press("600300400#")
    await asyncio.to_thread(until, lambda: len(switch.events("DigitsPressed")) == 11, 8.0, switch.last_words)
    await asyncio.sleep(1.0)
    call.press("1")
    assert await call.until_ended(15.0) == "them"
    return call


def told(switch, call):
    """What `softswitch why` says, once all of it is in the database."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        print_why(switch.data, call, as_json=False)
    return out.getvalue() if "reached by" in out.getvalue() else ""


async def clips(*prompts):
    async with SpeechService(MediaSettings()) as speech:
        return [pcm_of(await speech.prompt(prompt, EN)) for prompt in prompts]


@pytest.mark.parametrize("first", ["agent", "customer"])
async def test_from_the_key_to_a_conversation_in_which_both_hear_each_other(tmp_path, first):
    async with Carrier() as carrier, Phone("desk") as desk, Phone("100") as caller:
        settings = house(carrier, desk, first=first, early="0s", caller_id="+48221112233")
        async with running(tmp_path, settings) as switch:
            call = await wants(switch, caller)
            noted, whisper, greeting = await clips(words.NOTED, words.ago(0.0), words.greeting("support"))
            assert find(noted, call.ear.sound())
            if first == "agent":
                agent = await picked_up(desk)
                customer = await picked_up(carrier, CALLER_TONE, after=0.3)
                assert find(whisper, agent.ear.sound()), "whom it is about"
            else:
                customer = await picked_up(carrier, CALLER_TONE, after=0.3)
                agent = await picked_up(desk, after=4.0)
                assert find(greeting, customer.ear.sound()), "that an agent comes"
            await asyncio.sleep(1.5)
            assert voice(last_second(customer.ear.sound()), AGENT_TONE) > 0.5
            assert voice(last_second(agent.ear.sound()), CALLER_TONE) > 0.5
            assert customer.invite.start.startswith(f"INVITE sip:{NUMBER}@")
            assert customer.invite.get("from").startswith("<sip:+48221112233@")
            customer.bye()
            await agent.until_ended()
            one, two = await asyncio.to_thread(switch.records, lambda _: True, 2)
    assert (one["outcome"], two["outcome"], two["callback"]) == ("callback", "answered", one["id"])
    assert (two["number"], two["agent"], two["queues"]) == (NUMBER, "desk", ["support"])


async def test_a_callback_survives_a_crash_with_its_place_and_its_attempts(tmp_path):
    """Killed while the agent waits for the customer, who has been tried once before."""
    async with Carrier() as carrier, Phone("desk") as desk, Phone("100") as caller:
        settings = house(carrier, desk, early="0s", pause="1s", attempts=2)
        async with running(tmp_path, settings) as switch:
            await wants(switch, caller)
            agent = await picked_up(desk)
            (await carrier.rung()).refuse(486)
            await agent.until_ended()
            agent = await picked_up(desk)
            await carrier.rung()
            await asyncio.to_thread(switch.restart_after_a_crash)
            agent = await picked_up(desk)
            [waiting] = await asyncio.to_thread(ask, switch.data / "control.sock", "callbacks")
            assert (waiting["number"], waiting["attempts"], waiting["state"]) == (NUMBER, 1, "calling")
            customer = await picked_up(carrier, CALLER_TONE)
            await asyncio.sleep(1.5)
            assert voice(last_second(agent.ear.sound()), CALLER_TONE) > 0.5
            customer.bye()
            await agent.until_ended()
            await asyncio.to_thread(until, lambda: switch.events("CallbackEnded"), 5.0, switch.last_words)
            [ended] = switch.events("CallbackEnded")
            assert (ended["data"]["result"], ended["data"]["attempts"]) == ("reached", 2)
            assert len(switch.events("CallbackRestored")) == 1
            await asyncio.to_thread(until, lambda: told(switch, ended["call"]), 5.0, switch.last_words)
    story = told(switch, ended["call"])
    for part in ("wanted from queue support", "attempt 1", "not reached: busy", "goes on after a restart"):
        assert part in story
    assert "over: reached by desk, " in story
    assert story.count("desk was rung") == 3, "each attempt with its offers"
