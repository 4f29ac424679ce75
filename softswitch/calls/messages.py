"""An agent hears the messages of the own mailboxes by phone: new ones first, and of these the eldest first.

| key | does |
|---|---|
| 1 | the message again |
| 2, or none for a while | keep it, and on to the next |
| 3 | delete it, and on to the next |

A message is new until it was heard to its end, or was kept while it sounded; one that was passed over before
it began stays new, and so does one in which the agent hangs up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import structlog

from softswitch.calls.call import Call
from softswitch.calls.switch import Switch
from softswitch.errors import AudioError
from softswitch.mailboxes import Message
from softswitch.ports import Desk
from softswitch.sentences.phrases import phrase
from softswitch.sound import Clip, Hear
from softswitch.types import AgentName, Destination, Prompt, Reject, Seconds

log = structlog.get_logger(__name__)

WAIT: Seconds = 6.0
"""For a key, after the keys have been told."""

AGAIN, NEXT, DELETE = "123"


NEW_FROM = phrase("mailbox.new_from")
OLD_FROM = phrase("mailbox.old_from")
HIDDEN = phrase("mailbox.hidden")
KEYS = phrase("mailbox.keys")
DELETED = phrase("mailbox.deleted")
NO_MORE = phrase("mailbox.no_more")


async def hear_messages(switch: Switch, call: Call) -> Destination | None:
    """All of them. Raises LegError when the agent is gone before being answered."""
    agent, desk = call.leg.origin.agent, switch.desk
    if agent is None or desk is None:
        return Reject(403)
    await call.answer()
    call.phase = "voicemail"
    call.leg.await_keys(True)
    try:
        await _Listening(switch, call, agent, desk).to_all()
    finally:
        call.leg.await_keys(False)
    return None


class _Listening:
    """One agent's call to the own mailboxes."""

    def __init__(self, switch: Switch, call: Call, agent: AgentName, desk: Desk) -> None:
        self._switch = switch
        self._call = call
        self._agent = agent
        self._desk = desk

    async def to_all(self) -> None:
        """How many there are, and each of them."""
        found, speech = self._desk.found(self._agent), self._switch.speech
        new = sum(message.is_new for message in found)
        await self._play(speech.messages(new, len(found) - new, self._call.language))
        for message in found:
            await self._one(message)
        if found:
            await self._play(self._prompt(NO_MORE))

    async def _one(self, message: Message) -> None:
        begun = heard = False
        key = await self._introduce(message)
        try:
            while True:
                if key == AGAIN or (key is None and not begun):
                    clip = await self._desk.clip(message)
                    begun = True
                    key = await self._sound(clip)
                    if key is None:
                        if not heard:  # most hang up then
                            self._desk.heard(message, f"agent {self._agent}", "phone")
                        heard = True
                        key = await self._play(self._prompt(KEYS), WAIT) or NEXT
                elif key == DELETE:
                    self._desk.delete(message, f"agent {self._agent}")
                    await self._play(self._prompt(DELETED))
                    return
                else:
                    if begun and not heard:
                        self._desk.heard(message, f"agent {self._agent}", "phone")
                    return
        except AudioError as error:  # somebody else has deleted it, or the disk is ill
            self._call.note("PromptFailed", error=str(error))

    async def _introduce(self, message: Message) -> str | None:
        key = await self._play(self._prompt(NEW_FROM if message.is_new else OLD_FROM))
        if key is None and any(each.isdigit() for each in message.number):
            return await self._play(self._switch.speech.digits(message.number, self._call.language))
        return key if key is not None else await self._play(self._prompt(HIDDEN))

    def _prompt(self, prompt: Prompt) -> Awaitable[Clip]:
        return self._switch.speech.prompt(prompt, self._call.language)

    async def _play(self, rendering: Awaitable[Clip], wait: Seconds = 0.0) -> str | None:
        """What is rendered to its end, and `wait`; the key that was pressed meanwhile and means something."""
        try:
            clip = await rendering
        except AudioError as error:
            log.error("voicemail cannot speak", call=self._call.id, error=str(error))
            self._call.note("PromptFailed", error=str(error))
            return None
        return await self._sound(clip, wait)

    async def _sound(self, clip: Clip, wait: Seconds = 0.0) -> str | None:
        with self._switch.endpoint.media.player(clip) as player:
            self._call.leg.hear(Hear(player))
            try:
                async with asyncio.timeout(clip.duration + wait):
                    while (key := await self._call.leg.digits.get()) not in (AGAIN, NEXT, DELETE):
                        pass
            except TimeoutError:
                return None
        return key
