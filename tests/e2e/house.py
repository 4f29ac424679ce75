"""A running switch with phones for its agents, and the steps that scripted calls are made of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from softswitch.testing.phone import IncomingCall, OutgoingCall, Phone
from softswitch.testing.sound import Sound
from softswitch.testing.voice import tone
from tests.e2e.switch import Switch, serving

CALLER_TONE, AGENT_TONE = 1630, 2150
"""Hz that the two sides say: neither is a note of the music."""


def voice(sound: Sound, frequency: float) -> float:
    """How much of a sound is one tone, 0 to 1; a jitter buffer may make it jump here and there."""
    return float(np.median(sound.tone_over_time(frequency, 0.05)))


def last_second(sound: Sound) -> Sound:
    """The end of what was heard."""
    return sound.between(sound.end - 1.0)


async def picked_up(phone: Phone, says: float | None = AGENT_TONE, after: float = 0.0) -> IncomingCall:
    """The phone rings for a while and is answered, with a tone of so many Hz or in silence."""
    incoming = await phone.rung()
    if says is not None:
        incoming.say(tone(says))
    incoming.ring()
    await asyncio.sleep(after)
    incoming.answer()
    await incoming.until_answered()
    return incoming


class House:
    """The switch, the agents' phones, and what a story needs of them."""

    def __init__(self, switch: Switch, agents: dict[str, Phone]) -> None:
        self.switch = switch
        self.agents = agents

    async def dial(self, caller: Phone, number: str, **options: Any) -> OutgoingCall:
        """Call a number, with a tone on the lips, and wait for the answer."""
        call = caller.call(self.switch.uri(number), **options)
        call.say(tone(CALLER_TONE))
        await call.until_answered()
        return call

    async def picked_up(self, name: str, *, after: float = 0.3, sounds: bool = True) -> IncomingCall:
        """The agent of that name rings for a while and answers, with a tone or in silence."""
        return await picked_up(self.agents[name], AGENT_TONE if sounds else None, after)


@asynccontextmanager
async def open_house(
    folder: Path,
    configuration: Mapping[str, Any],
    agents: Iterable[str],
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> AsyncIterator[House]:
    """Start a switch for these agents, each on a phone of its own; `settings` are theirs beside `dial`.

    At the end the switch gets SIGTERM, and must end with 0.
    """
    async with AsyncExitStack() as stack:
        phones = {name: await stack.enter_async_context(Phone(name)) for name in agents}
        described = {
            name: {"dial": phone.contact, **(settings or {}).get(name, {})} for name, phone in phones.items()
        }
        switch = Switch(folder, {**configuration, "agents": described})
        async with serving(switch):
            yield House(switch, phones)
