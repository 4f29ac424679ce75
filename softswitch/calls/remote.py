"""An agent at a number outside: rung through carriers, and connected only after a key was pressed.

A mobile's mailbox answers too, and presses no key: within the ring time that is no answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from softswitch.calls.call import Call
from softswitch.calls.carried import Carried
from softswitch.calls.switch import Switch
from softswitch.config.settings import AgentPhone
from softswitch.errors import AudioError, LegRefused
from softswitch.ports import Leg
from softswitch.sentences.phrases import phrase
from softswitch.sound import Clip, Hear
from softswitch.types import Party, Seconds, ToNumber

log = structlog.get_logger(__name__)

KEY = "1"
"""The key that takes the call."""

PAUSE: Seconds = 3.0
"""Between two times that the agent is asked for it."""

QUESTION = phrase("agents.accept")


class Remote:
    """One ringing of one agent outside (`fork.Rung`)."""

    def __init__(
        self, switch: Switch, call: Call, phone: AgentPhone, to: ToNumber, shown: Party | None
    ) -> None:
        """Dial. Raises LegRefused when no carrier can be tried."""
        self._switch = switch
        self._call = call
        self._phone = phone
        self._carried = Carried(switch, call, to, agent=phone.agent, shown=shown)
        self._asked: Seconds | None = None
        """Since when the key is waited for."""
        self._carried.start()

    @property
    def leg(self) -> Leg:
        """The leg of the moment: another server may take over."""
        return self._carried.leg

    def on_progress(self, told: Callable[[int], None]) -> None:
        """Hear when it rings; what a carrier says meanwhile is for nobody."""
        self._carried.on_progress = told

    async def answered(self) -> Leg:
        """The leg of an agent who has answered, and pressed the key where one is wanted."""
        leg = await self._carried.answered()
        if self._phone.confirm:
            await self._until_confirmed(leg)
            self._call.note("Confirmed", agent=self._phone.agent)
        return leg

    def hangup(self, reason: str = "") -> None:
        """Stop ringing, or asking."""
        self._note_failure("no-key")
        self._carried.hangup(reason)

    async def _until_confirmed(self, leg: Leg) -> None:
        """Ask until the key comes. Raises LegRefused when the agent hangs up instead."""
        self._asked = asyncio.get_running_loop().time()
        leg.await_keys(True, tones=True)  # carriers promise telephone-event, and some pass tones all the same
        asking = asyncio.create_task(self._ask(leg))
        gone = asyncio.create_task(asyncio.wait([leg.ended]))
        try:
            await asyncio.wait({asking, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (asking, gone):
                task.cancel()
            await asyncio.gather(asking, gone, return_exceptions=True)
            leg.hear()
            leg.await_keys(False)
        if asking.cancelled():
            self._note_failure("hung-up")
            raise LegRefused(603, "hung up without taking the call")
        self._asked = None
        asking.result()

    def _note_failure(self, reason: str) -> None:
        """The key has not come, and will not any more; a second time does nothing."""
        since, self._asked = self._asked, None
        if since is not None:
            waited = round(asyncio.get_running_loop().time() - since, 3)
            self._call.note("NotConfirmed", agent=self._phone.agent, reason=reason, waited=waited)

    async def _ask(self, leg: Leg) -> None:
        clip = await self._question()
        while True:
            if clip is None:
                pressed = await leg.digits.get()
            else:
                with self._switch.endpoint.media.player(clip) as player:
                    leg.hear(Hear(player))
                    pressed = await _pressed(leg, clip.duration + PAUSE)
            if pressed == KEY:
                return

    async def _question(self) -> Clip | None:
        """The question in the house's language, which is the agent's."""
        try:
            return await self._switch.speech.prompt(QUESTION, self._switch.settings.media.languages[0])
        except AudioError as error:
            log.error("question cannot be asked", agent=self._phone.agent, error=str(error))
            return None


async def _pressed(leg: Leg, within: Seconds) -> str:
    """The next key; empty: none came."""
    try:
        async with asyncio.timeout(within):  # `wait_for` may lose the end of the question to a key (3.11)
            return await leg.digits.get()
    except TimeoutError:
        return ""
