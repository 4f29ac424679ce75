"""Drives the menu interpreter with one caller's leg: plays what it says, brings it digits and time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

import structlog

from softswitch.calls.call import Call
from softswitch.calls.switch import Switch
from softswitch.errors import AudioError
from softswitch.ivr.actions import (
    Action,
    Chosen,
    Collected,
    Go,
    MenuEntered,
    Mistaken,
    Play,
    SetLanguage,
    StopPrompt,
)
from softswitch.ivr.events import DigitPressed, Event, PromptEnded, Started, TimerExpired
from softswitch.ivr.interpreter import Interpreter
from softswitch.sound import Clip, Hear
from softswitch.types import Destination, Prompt, Seconds, ToMenu

log = structlog.get_logger(__name__)


async def run_menu(switch: Switch, call: Call, to: ToMenu) -> Destination:
    """Lead the caller through menus to a destination outside of them.

    Raises LegError when the caller is gone before being answered.
    """
    while not call.leg.digits.empty():  # pressed while nobody asked, in a queue or to an agent
        call.leg.digits.get_nowait()
    await call.answer()
    call.phase = "menu"
    with ExitStack() as stack:
        walk = _Walk(switch, call, to)
        stack.callback(walk.hush)
        call.leg.await_keys(True)
        stack.callback(call.leg.await_keys, False)
        return await walk.to_the_end()


class _Walk:
    """One caller's way through the menus."""

    def __init__(self, switch: Switch, call: Call, to: ToMenu) -> None:
        self._switch = switch
        self._call = call
        self._loop = asyncio.get_running_loop()
        hours, clock = switch.settings.hours, switch.clock
        self._interpreter = Interpreter(
            switch.settings.menus,
            to.menu,
            call.language,
            collected=call.entered,
            is_open=lambda name: hours.is_open(name, datetime.fromtimestamp(clock.now(), UTC)),
        )
        self._sounding = ExitStack()
        self._prompt_end: Seconds | None = None

    async def to_the_end(self) -> Destination:
        """Until the interpreter says where the caller goes."""
        event: Event = Started()
        while True:
            actions = self._interpreter.receive(event, self._loop.time())
            if (destination := await self._perform(actions)) is not None:
                return destination
            event = await self._next_event()

    def hush(self) -> None:
        """Stop the prompt."""
        self._sounding.close()
        self._prompt_end = None

    async def _next_event(self) -> Event:
        deadlines = (self._prompt_end, self._interpreter.next_deadline())
        wake = min((moment for moment in deadlines if moment is not None), default=None)
        try:
            async with asyncio.timeout_at(wake):
                digit = await self._call.leg.digits.get()
        except TimeoutError:
            if self._prompt_end is not None and self._loop.time() >= self._prompt_end:
                self.hush()
                return PromptEnded()
            return TimerExpired()
        self._call.note("DigitsPressed", digits=digit)
        return DigitPressed(digit)

    async def _perform(self, actions: Sequence[Action]) -> Destination | None:
        call = self._call
        for action in actions:
            match action:
                case Play():
                    await self._play(action.prompts)
                case StopPrompt():
                    self.hush()
                case SetLanguage():
                    call.language, call.language_chosen = action.language, True
                    call.note("LanguageSet", language=action.language)
                case Collected():
                    call.entered[action.name] = action.digits
                    call.note("NumberEntered", name=action.name, digits=action.digits)
                case MenuEntered():
                    call.note("MenuEntered", menu=action.menu)
                    call.pressed.setdefault(action.menu, "")
                case Chosen():
                    call.pressed[action.menu] = action.key
                case Mistaken():
                    call.note("MenuMistake", menu=action.menu, mistake=action.mistake, attempt=action.attempt)
                case Go():
                    return action.destination
        return None

    async def _play(self, prompts: Sequence[Prompt]) -> None:
        """Start the prompts, one after the other as one clip; what cannot be had is logged and silent."""
        self.hush()
        clips = [clip for prompt in prompts if (clip := await self._render(prompt)) is not None]
        if not clips:
            self._prompt_end = self._loop.time()
            return
        clip = Clip(b"".join(c.pcm for c in clips), clips[0].rate, " ".join(c.label for c in clips))
        player = self._sounding.enter_context(self._switch.endpoint.media.player(clip))
        self._call.leg.hear(Hear(player))
        self._prompt_end = self._loop.time() + clip.duration

    async def _render(self, prompt: Prompt) -> Clip | None:
        try:
            return await self._switch.speech.prompt(prompt, self._call.language)
        except AudioError as error:
            log.error("prompt cannot be played", call=self._call.id, error=str(error))
            self._call.note("PromptFailed", error=str(error))
            return None
