"""Several prompts as one sound, to a leg that may be gone at any moment, and the keys that answer them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog

from softswitch.calls.call import Call
from softswitch.calls.switch import Switch
from softswitch.config.settings import MediaSettings
from softswitch.dialplan.numbering import NumberFormat
from softswitch.errors import AudioError
from softswitch.ivr.entry import Complete, More, NumberReader
from softswitch.ivr.settings import Ask
from softswitch.ports import Leg
from softswitch.sentences.book import built_in
from softswitch.sentences.grammar import SPELT, digit_word
from softswitch.sound import Clip, Hear
from softswitch.types import Language, Prompt, Seconds

log = structlog.get_logger(__name__)

PATIENCE: Seconds = 6.0
"""How long the first key may take after a question."""

BETWEEN: Seconds = 4.0
"""How long the next digit of a number may take."""


def spelt(number: str, media: MediaSettings) -> list[Prompt]:
    """A number digit by digit, as mailboxes say it: short sounds, of which none is anybody's number."""
    books = {**built_in(), **media.sentences}
    known = [(language, books[language]) for language in media.languages if language in books]
    others = [language for language in media.languages if language not in books]
    return [
        Prompt({**dict.fromkeys(others, each), **{name: digit_word(book, each) for name, book in known}})
        for each in number
        if each in SPELT
    ]


def read_out(switch: Switch, number: str) -> list[Prompt]:
    """A number in E.164 as people of the house write it, digit by digit."""
    settings = switch.settings
    return spelt(settings.dialplan.numbering.written(number, NumberFormat.NATIONAL), settings.media)


async def joined(switch: Switch, prompts: Sequence[Prompt], language: Language) -> Clip | None:
    """One clip of all that can be had; None: of none."""
    clips: list[Clip] = []
    for prompt in prompts:
        try:
            clips.append(await switch.speech.prompt(prompt, language))
        except AudioError as error:
            log.error("prompt cannot be played", error=str(error))
    if not clips:
        return None
    return Clip(b"".join(each.pcm for each in clips), clips[0].rate, " ".join(each.label for each in clips))


async def say(switch: Switch, leg: Leg, prompts: Sequence[Prompt], language: Language) -> None:
    """Play to the end, or until the leg is over."""
    clip = await joined(switch, prompts, language)
    if clip is not None:
        await play_out(switch, leg, clip)


async def play_out(switch: Switch, leg: Leg, clip: Clip) -> None:
    """Let a leg hear a clip and nothing else, to its end or that of the leg.

    Who cuts it short by cancelling says what the leg hears next: it may hear that already.
    """
    if leg.ended.done():
        return
    with switch.endpoint.media.player(clip) as player:
        leg.hear(Hear(player))
        await asyncio.wait([leg.ended], timeout=clip.duration)
        leg.hear()


class Questions:
    """What a caller is asked, and answers by keys."""

    def __init__(self, switch: Switch, call: Call) -> None:
        self._switch = switch
        self._call = call

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Keys are awaited; those of before count no more."""
        leg = self._call.leg
        while not leg.digits.empty():
            leg.digits.get_nowait()
        leg.await_keys(True)
        try:
            yield
        finally:
            leg.await_keys(False)
            leg.hear()

    async def say(self, *prompts: Prompt) -> None:
        """To the end."""
        await say(self._switch, self._call.leg, prompts, self._call.language)

    async def key(self, *prompts: Prompt) -> str:
        """The key that is pressed while they are heard, or soon after; empty: none was."""
        clip = await joined(self._switch, prompts, self._call.language)
        if clip is None:
            return await self._pressed(PATIENCE)
        with self._switch.endpoint.media.player(clip) as player:
            self._call.leg.hear(Hear(player))
            pressed = await self._pressed(clip.duration + PATIENCE)
            self._call.leg.hear()
        return pressed

    async def number(self, *prompts: Prompt) -> str:
        """The number that is keyed in, up to # or a pause; * begins anew. Empty: none was."""
        reader = NumberReader(Ask("number", Prompt()))
        key = await self.key(*prompts)
        while key:
            reading = reader.press(key)
            if isinstance(reading, Complete):
                return reading.value
            if key == "#":
                return ""
            key = await self._pressed(BETWEEN if isinstance(reading, More) else PATIENCE)
        ended = reader.pause()
        return ended.value if isinstance(ended, Complete) else ""

    async def _pressed(self, within: Seconds) -> str:
        try:
            async with asyncio.timeout(within):
                key = await self._call.leg.digits.get()
        except TimeoutError:
            return ""
        self._call.note("DigitsPressed", digits=key)
        return key
