"""A sound that somebody plays into a call through an interface: over whatever is heard there, music ducked.

| state | what happens | next | noted |
|---|---|---|---|
| silent | play | playing | SoundPlayed |
| playing | play | playing, the new one | SoundStopped `replaced`, SoundPlayed |
| playing | the sound's end | silent | SoundStopped `ended` |
| playing | stop playing | silent | SoundStopped `stopped` |
| playing | the call's end | silent | SoundStopped `over` |
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from softswitch.calls.call import Call
from softswitch.calls.music import DUCKED
from softswitch.calls.switch import Switch
from softswitch.errors import NotNow
from softswitch.ports import Leg
from softswitch.sound import Clip, Hear, Player


class Hearer(StrEnum):
    """Who hears it."""

    CALLER = "caller"
    """Whose call it is: who came in, or was rung first."""
    AGENT = "agent"
    """Whoever talks to the caller."""
    BOTH = "both"
    """Whoever is there of the two."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sound that is ready to be played."""

    name: str
    """For the record: its name, or what is said."""
    clip: Clip
    to: Hearer
    by: str


class Playing:
    """One sound at a time, over one call."""

    def __init__(self, switch: Switch, call: Call) -> None:
        self._switch = switch
        self._call = call
        self._legs: tuple[Leg, ...] = ()
        self._player: Player | None = None
        self._end: asyncio.TimerHandle | None = None
        self._name = ""

    def play(self, wanted: Wanted) -> None:
        """In place of what is played already. Raises NotNow: nobody is there to hear it; AudioError."""
        legs = self._hearers(wanted.to)
        player = self._switch.endpoint.media.player(wanted.clip)
        self.stop("replaced")
        self._legs, self._player, self._name = legs, player, wanted.name
        for leg in legs:
            leg.overlay(Hear(player), ducked=DUCKED)
        duration = wanted.clip.duration
        self._end = asyncio.get_running_loop().call_later(duration, self.stop, "ended")
        self._call.note(
            "SoundPlayed", sound=wanted.name, to=wanted.to.value, by=wanted.by, seconds=round(duration, 3)
        )

    def stop(self, why: str, by: str | None = None) -> bool:
        """Hear again what is beneath. False: nothing is played."""
        player, self._player = self._player, None
        if player is None:
            return False
        if self._end is not None:
            self._end.cancel()
        for leg in self._legs:
            leg.overlay()
        self._legs = ()
        player.close()
        more = {} if by is None else {"by": by}
        self._call.note("SoundStopped", sound=self._name, why=why, **more)
        return True

    def _hearers(self, to: Hearer) -> tuple[Leg, ...]:
        call = self._call
        conversation = self._switch.exchange.conversations.get(call.leg.id)
        caller = (call.leg,) if call.is_answered else ()
        agent = () if conversation is None else (conversation.partner(call.leg),)
        found = {Hearer.CALLER: caller, Hearer.AGENT: agent, Hearer.BOTH: caller + agent}[to]
        if not found:
            why = "nobody talks to the caller" if to is Hearer.AGENT else "the caller has not been answered"
            raise NotNow(f"call {call.id}: {why}, so there is nobody to hear it")
        return found
