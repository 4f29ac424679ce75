"""What one waiting caller is told over the music, one thing after the other: announcements and messages.

| what comes | while | happens |
|---|---|---|
| an announcement | nothing is said | it is said |
| an announcement | a message is said | it is said next, the last one that came |
| an announcement | an announcement is said, or was begun a moment ago | nothing: it would be the same again |
| a message | anything is said | it is said after that, and after an announcement that waits |
| an agent | anything is said | silence, at once; what was due is forgotten |
"""

from __future__ import annotations

import asyncio
from functools import partial

import structlog

from softswitch.calls.call import Call
from softswitch.calls.music import DUCKED
from softswitch.calls.switch import Switch
from softswitch.config.settings import Message
from softswitch.errors import AudioError, LegError
from softswitch.ports import JsonValue
from softswitch.sound import Clip, Hear
from softswitch.spoken import Announcement
from softswitch.types import Seconds

log = structlog.get_logger(__name__)

BREATH: Seconds = 1.0
"""Of music between two things that are said."""

APART = 0.7
"""Of `every`: what came late, as something else was being said, is not said again before this part of it."""

COURTESY: Seconds = 0.1
"""By which a message comes later than it is due, so that an announcement of the same moment goes first."""


class Speaker:
    """Speaks to one caller in a queue; what it does are children of the caller's stay."""

    def __init__(self, switch: Switch, call: Call, playlist: str) -> None:
        self._switch = switch
        self._call = call
        self._playlist = playlist
        self.group: asyncio.TaskGroup | None = None
        """The parent of what is spoken, while the caller waits."""
        self._loop = asyncio.get_running_loop()
        self._messages: tuple[Message, ...] = switch.settings.messages.get(call.queue or "", ())
        self._next: dict[int, Seconds] = {
            place: self._loop.time() + message.first for place, message in enumerate(self._messages)
        }
        """When each message is to be heard, also by who waits on after an agent's slip."""
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._waiting: Announcement | None = None
        """What is to be said after the message that is being said."""
        self._due: set[int] = set()
        """Messages, by their place; of several the first in the configuration is heard first."""
        self._task: asyncio.Task[None] | None = None
        self._telling = False
        """An announcement is being said."""
        self._told: Seconds | None = None
        """When the last one was begun."""

    def begin(self) -> None:
        """The caller hears the music: messages can come."""
        for place in self._next:
            self._arm(place)

    def announce(self, what: Announcement) -> None:
        """Tell the caller about the wait, as soon as nothing else is said."""
        if not self._telling and not self._just_told():
            self._waiting = what
            self._speak()

    def _just_told(self) -> bool:
        """The last announcement was late, and this one is on time: too soon after it."""
        queue = self._switch.settings.engine.queues.get(self._call.queue) if self._call.queue else None
        every = queue.announce.every if queue is not None else None
        if self._told is None or every is None:
            return False
        return self._loop.time() - self._told < APART * every

    def hush(self) -> None:
        """Be silent at once, until `begin`."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._due.clear()
        self._waiting, self._telling = None, False
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _arm(self, place: int) -> None:
        at = max(self._next[place], self._loop.time()) + COURTESY
        self._timers[place] = self._loop.call_at(at, partial(self._fall_due, place))

    def _fall_due(self, place: int) -> None:
        del self._timers[place]
        self._due.add(place)
        self._speak()

    def _speak(self) -> None:
        if self.group is not None and (self._task is None or self._task.done()):
            self._task = self.group.create_task(self._say_all(), name=f"speak {self._call.id}")

    async def _say_all(self) -> None:
        """Whatever is due, until nothing is."""
        while self._waiting is not None or self._due:
            if self._waiting is not None:
                await self._tell()
            else:
                await self._play(min(self._due))
            if self._waiting is not None or self._due:
                await asyncio.sleep(BREATH)

    async def _tell(self) -> None:
        what, self._waiting = self._waiting, None
        assert what is not None
        self._telling, self._told = True, self._loop.time()
        try:
            clip = await self._switch.speech.announcement(what, self._call.language)
            await self._sound(clip, "Announced", position=what.position, wait=what.wait, callers=what.callers)
        except AudioError as error:
            log.error("announcement cannot be spoken", call=self._call.id, error=str(error))
        finally:
            self._telling = False

    async def _play(self, place: int) -> None:
        self._due.remove(place)
        message = self._messages[place]
        if message.every is None:
            self._next.pop(place)
        else:
            apart = self._loop.time() + APART * message.every
            self._next[place] = max(self._next[place] + message.every, apart)
            self._arm(place)
        try:
            clip = await self._switch.speech.prompt(message.prompt, self._call.language)
            await self._sound(clip, "MessageHeard", queue=self._call.queue, message=place + 1)
        except AudioError as error:
            log.error("message cannot be played", call=self._call.id, error=str(error))

    async def _sound(self, clip: Clip, kind: str, **data: JsonValue) -> None:
        """Play it over the ducked music, to its end, and record that. Raises AudioError."""
        call, music = self._call, self._switch.music
        try:
            await call.leg.answered()
        except LegError:  # gone; the task group would dress that up
            return
        with self._switch.endpoint.media.player(clip) as player:
            call.note(kind, **data)
            call.leg.hear(*music.hear(self._playlist, DUCKED), Hear(player))
            await asyncio.sleep(clip.duration)
            call.leg.hear(*music.hear(self._playlist))
