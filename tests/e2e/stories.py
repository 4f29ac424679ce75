"""Calls to be listened to: scripted phones on both sides of one real switch, all stories at the same time.

Each story has agents and a queue of its own. What it gives back is heard and judged in test_listening.py.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from softswitch.testing.phone import Call, IncomingCall, OutgoingCall, Phone
from softswitch.testing.sound import Sound
from softswitch.testing.voice import tone
from tests.e2e.house import AGENT_TONE, House

WELCOME = "Welcome to the switchboard. For the front desk, please press one. For the workshop, press two."
WORKSHOP = "This is the workshop. For bicycles, please press one."

MUSIC = Path(__file__).parents[2] / "media" / "music"
PIECES = ("prelude", "elise")
"""What is played to those who wait: Elise to the neighbours, the prelude to all others."""

AGENTS = [
    "journey",
    "sudden",
    "holding",
    "held",
    "keys",
    "codecs",
    "tcp",
    "late",
    "neighbours",
    "g722",
    "opus",
    "polish",
]
"""One agent for each story, who is also the only one in the queue of the same name."""

CONFIGURATION: dict[str, Any] = {
    "media": {"languages": ["en", "pl"]},
    "numbers": {
        "700": {"menu": "welcome"},
        "702": {"menu": "two_keys"},
        **{f"{71 + place}": {"queue": name} for place, name in enumerate(AGENTS)},
        "703": {"menu": "languages"},
    },
    "menus": {
        "welcome": {"say": WELCOME, "choices": {"1": {"queue": "journey"}}},
        "two_keys": {"say": WELCOME, "choices": {"2": {"menu": "workshop"}}},
        "languages": {
            "ask": {"customer_number": {"digits": 4, "say": {"en": "Your number?", "pl": "Numer?"}}},
            "say": {"en": WELCOME, "pl": "Witamy."},
            "choices": {"9": {"language": "pl", "queue": "polish"}},
        },
        "workshop": {"say": WORKSHOP, "choices": {"1": {"queue": "keys"}}},
    },
    "queues": {
        **{name: {"music": "prelude"} for name in AGENTS},
        "journey": {
            "label": "Front desk",
            "music": "prelude",
            "announce": {"position": True, "first": "2s"},
        },
        "sudden": {"music": "prelude", "announce": {"position": True, "first": "1s"}},
        "polish": {"music": "prelude", "announce": {"position": True}},
        "neighbours": {"music": "elise"},
    },
    "music": {piece: [str(MUSIC / f"{piece}.ogg")] for piece in PIECES},
    "teams": {name: {"agents": [name]} for name in AGENTS},
}


@dataclass
class Heard:
    """One story's two phones and what happened when."""

    caller: OutgoingCall
    agent: IncomingCall
    moments: dict[str, float] = field(default_factory=dict)
    neighbour: OutgoingCall | None = None
    """Another caller at the same time."""

    def mark(self, name: str) -> None:
        """Remember when."""
        self.moments[name] = time.time()

    @property
    def by_caller(self) -> Sound:
        """What the caller heard."""
        return self.caller.ear.sound()

    @property
    def by_agent(self) -> Sound:
        """What the agent heard."""
        return self.agent.ear.sound()


async def journey(house: House) -> Heard:
    """Menu, a key in the middle of the prompt, music, an announcement over it, the agent, both talk."""
    async with Phone("600100200", name="Jan Kowalski") as phone:
        ringing = asyncio.create_task(house.agents["journey"].rung())
        call = await house.dial(phone, "700")
        await asyncio.sleep(2.0)
        pressed = time.time()
        call.press("1")
        incoming = await ringing
        incoming.say(tone(AGENT_TONE))
        incoming.ring()
        await asyncio.sleep(9.0)
        incoming.answer()
        await incoming.until_answered()
        heard = Heard(call, incoming, {"pressed": pressed, "connected": time.time()})
        await asyncio.sleep(2.0)
        await _farewell(call, incoming)
        return heard


async def sudden(house: House) -> Heard:
    """The agent answers, and says nothing, in the middle of an announcement."""
    async with Phone("600100201") as phone:
        answering = asyncio.create_task(house.picked_up("sudden", after=1.5, sounds=False))
        call = await house.dial(phone, _number("sudden"))
        heard = Heard(call, await answering)
        await asyncio.sleep(1.5)
        await _farewell(call, heard.agent)
        return heard


async def holding(house: House) -> Heard:
    """The agent puts the caller on hold, in each of the three ways, and resumes."""
    return await _on_and_off_hold(house, "holding", lambda heard: heard.agent)


async def held(house: House) -> Heard:
    """The caller puts the agent on hold, in each of the three ways, and resumes."""
    return await _on_and_off_hold(house, "held", lambda heard: heard.caller)


async def _on_and_off_hold(house: House, name: str, holder: Callable[[Heard], Call]) -> Heard:
    async with Phone("600100202") as phone:
        answering = asyncio.create_task(house.picked_up(name))
        heard = Heard(await house.dial(phone, _number(name)), await answering)
        await asyncio.sleep(1.0)
        for way in ("sendonly", "inactive", "0.0.0.0"):
            assert (await holder(heard).hold(way)).status == 200
            heard.mark(f"{way} held")
            await asyncio.sleep(2.0)
            assert (await holder(heard).resume()).status == 200
            heard.mark(f"{way} resumed")
            await asyncio.sleep(1.0)
        await _farewell(heard.caller, heard.agent)
        return heard


async def keys(house: House) -> Heard:
    """Both keys of two menus, typed ahead in the first second."""
    async with Phone("600100203") as phone:
        answering = asyncio.create_task(house.picked_up("keys"))
        call = await house.dial(phone, "702")
        await asyncio.sleep(0.6)
        pressed = time.time()
        call.press("21")
        heard = Heard(call, await answering, {"pressed": pressed})
        await asyncio.sleep(1.0)
        await _farewell(call, heard.agent)
        return heard


async def codecs(house: House) -> Heard:
    """A-law on one side, mu-law on the other."""
    async with Phone("600100204", codecs=("PCMA",)) as phone:
        return await _short_talk(house, phone, "codecs")


async def tcp(house: House) -> Heard:
    """The caller comes by TCP."""
    async with Phone("600100205", transport="tcp") as phone:
        return await _short_talk(house, phone, "tcp")


async def g722(house: House) -> Heard:
    """The caller knows G.722 alone."""
    async with Phone("600100209", codecs=("G722",)) as phone:
        return await _short_talk(house, phone, "g722")


async def opus(house: House) -> Heard:
    """The caller knows Opus alone."""
    async with Phone("600100210", codecs=("opus",)) as phone:
        return await _short_talk(house, phone, "opus")


async def late(house: House) -> Heard:
    """The caller's INVITE has no session description; the ACK brings it."""
    async with Phone("600100206") as phone:
        return await _short_talk(house, phone, "late", late_offer=True)


async def polish(house: House) -> Heard:
    """The caller keys in a customer number, chooses Polish and is told the place at once."""
    async with Phone("600100211") as phone:
        answering = asyncio.create_task(house.picked_up("polish", after=2.5))
        call = await house.dial(phone, "703")
        await asyncio.sleep(0.5)
        call.press("1234")
        await asyncio.sleep(1.5)
        pressed = time.time()
        call.press("9")
        heard = Heard(call, await answering, {"pressed": pressed})
        await _farewell(call, heard.agent)
        return heard


async def neighbours(house: House) -> Heard:
    """Two callers wait for the same queue: the second only listens, next to the first."""
    async with Phone("600100207") as phone, Phone("600100208") as neighbour:
        answering = asyncio.create_task(house.picked_up("neighbours", after=4.0))
        call = await house.dial(phone, _number("neighbours"))
        second = await house.dial(neighbour, _number("neighbours"))
        heard = Heard(call, await answering)
        heard.neighbour = second
        await asyncio.sleep(0.5)
        second.bye()
        await _farewell(call, heard.agent)
        return heard


async def _short_talk(house: House, phone: Phone, name: str, **options: Any) -> Heard:
    answering = asyncio.create_task(house.picked_up(name))
    heard = Heard(await house.dial(phone, _number(name), **options), await answering)
    await asyncio.sleep(1.5)
    await _farewell(heard.caller, heard.agent)
    return heard


async def _farewell(call: Call, other: Call) -> None:
    call.bye()
    await other.until_ended()


def _number(name: str) -> str:
    return f"{71 + AGENTS.index(name)}"


STORIES: dict[str, Callable[[House], Awaitable[Heard]]] = {
    story.__name__: story
    for story in (journey, sudden, holding, held, keys, codecs, tcp, late, neighbours, g722, opus, polish)
}
