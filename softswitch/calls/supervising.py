"""A supervisor takes part in an agent's conversation: listens, whispers to the agent, or talks with both.

The supervisor's phone is rung by a call of its own, which then does nothing but that:

| state | what happens | next | noted |
|---|---|---|---|
| ringing | the phone is answered | on | SupervisionStarted |
| ringing | it refuses, or nobody answers | over | OriginateFailed |
| ringing | the conversation is over, or handed on | over: the phone stops | |
| on | another mode is asked for | on | SupervisionChanged |
| on | the supervisor holds | on: hears nobody, is heard by nobody | |
| on | agent or caller holds | on: who is held hears music, and the supervisor where the mode says so | |
| on | a transfer is being tried | on: is heard by nobody until it has come to nothing | |
| on | the conversation is over, or handed on | over: hung up | SupervisionEnded `over` |
| on | the supervisor hangs up | over | SupervisionEnded `hung-up` |
| on | somebody ends it by an interface | over: hung up | SupervisionEnded `ended` |
| on | the supervisor takes over | over: is in the agent's place | SupervisionEnded `took-over`, Transferred |

Who hears the supervisor, who hears both sides in every mode: in `listen` nobody, in `whisper` the agent, in
`barge` both. A recording has the supervisor in `barge` alone, on the agent's side.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from softswitch.calls.call import Call, Move
from softswitch.calls.consulted import Taken
from softswitch.calls.onward import Aside, Onward, Riding
from softswitch.errors import NotNow
from softswitch.ports import JsonValue, Leg
from softswitch.sound import Hear
from softswitch.types import AgentName

if TYPE_CHECKING:
    from softswitch.calls.bridge import Conversation
    from softswitch.calls.switch import Switch


class Mode(StrEnum):
    """Who hears the supervisor."""

    LISTEN = "listen"
    """Nobody."""
    WHISPER = "whisper"
    """The agent."""
    BARGE = "barge"
    """Both."""


class Supervision(Aside):
    """One supervisor in one conversation."""

    call: Call
    """That of the supervisor's phone; set by whoever makes it."""

    def __init__(self, switch: Switch, conversation: Conversation, agent: Leg, mode: Mode, by: str) -> None:
        """`agent`: the leg in the conversation that is supervised; `by`: who supervises, for the record."""
        self._switch = switch
        self._conversation = conversation
        self._agent = agent
        self.agent: AgentName | None = conversation.agent_of(agent)
        """Whom it is about."""
        self.of = conversation.call
        """The call that is heard."""
        self.mode = mode
        self.by = by
        self._since: float | None = None
        """When the supervisor answered, on the loop's clock."""
        self._over = False
        self._why = "hung-up"
        self._onward: asyncio.Future[Onward] = asyncio.get_running_loop().create_future()

    @property
    def is_on(self) -> bool:
        """The supervisor is there, and the conversation too."""
        return self._since is not None and not self._over

    @property
    def leg(self) -> Leg:
        """The supervisor's."""
        return self.call.leg

    async def lead(self, call: Call) -> Onward | None:
        """See `Aside`: until it is over. Returns where the supervisor goes on, who has taken over."""
        call.phase, self._since = "supervising", asyncio.get_running_loop().time()
        call.leg.on_hold = lambda _held: self._conversation.wire()
        self._note("SupervisionStarted", mode=self.mode, agent=self.agent, **self._who())
        self._conversation.wire()
        moments: set[asyncio.Future[Any]] = {call.leg.ended, self._onward}
        try:
            await asyncio.wait(moments, return_when=asyncio.FIRST_COMPLETED)
            return self._onward.result() if self._onward.done() else None
        finally:
            if not self._onward.done():
                call.leg.on_hold = None
            self.end(self._why)

    def wire(self) -> None:
        """Hear both, unless holding."""
        if self.is_on:
            legs = () if self.leg.held else (self._conversation.call.leg, self._conversation.other)
            self.leg.hear(*map(Hear, legs))

    def is_heard_by(self, listener: Leg) -> bool:
        """Whether one of the two hears the supervisor."""
        if not self.is_on or self.leg.held or self.mode is Mode.LISTEN:
            return False
        return self.mode is Mode.BARGE or listener is self._agent

    def change(self, mode: Mode, by: str) -> None:
        """Be heard by others from now on. Raises NotNow: nobody has answered yet."""
        if not self.is_on:
            raise NotNow(f"the phone for supervision {self.call.id} has not been answered yet")
        was, self.mode = self.mode, mode
        if was is not mode:
            self._note("SupervisionChanged", mode=mode, was=was, changed_by=by)
            self._conversation.wire()

    def stop(self) -> None:
        """Somebody ends it, whether or not the phone has been answered."""
        self._why = "ended"
        self.leg.hangup(reason="The supervision was ended")

    def conversation_over(self) -> None:
        """There is nothing more to hear."""
        self._why = "over"
        self.end("over")
        self.call.leg.hangup(reason="The conversation is over")

    def take_over(self, by: str) -> None:
        """Talk to the agent's other side, in place of the agent. Raises NotNow."""
        conversation = self._conversation
        if not self.is_on:
            raise NotNow(f"the phone for supervision {self.call.id} has not been answered yet")
        if conversation.trying is not None:
            raise NotNow("a transfer is being tried; take over when it has come to nothing")
        other = conversation.partner(self._agent)
        assert self.agent is not None
        move = Move(self.agent, self.leg.remote.number, attended=True, taken_by=by)
        self.end("took-over")
        self.leg.on_hold = None
        self.leg.hear()
        taken = Taken(self._switch, conversation.call, self.leg, None)
        taken.agent = self.leg.origin.agent  # who counts as being in a call already: this one
        self._onward.set_result(Riding(other))
        conversation.hand_on(other, taken, move)

    def end(self, why: str) -> None:
        """It is over; once is enough."""
        if self._over:
            return
        was_on, self._over = self.is_on, True
        self._switch.exchange.supervisions.pop(self.call.id, None)
        self._conversation.leave(self)
        if was_on and self._since is not None:
            seconds = round(asyncio.get_running_loop().time() - self._since, 3)
            self._note("SupervisionEnded", why=why, seconds=seconds)

    def describe(self) -> dict[str, JsonValue]:
        """For the API."""
        return {
            "supervision": self.call.id,
            "call": self.of.id,
            "as": self.mode,
            "of": self.agent,
            "by": self.by,
            "agent": self.call.leg.origin.agent,
            "number": self.call.leg.remote.number,
            "state": "on" if self.is_on else "ringing",
        }

    def _who(self) -> dict[str, JsonValue]:
        agent, number = self.leg.origin.agent, self.leg.remote.number
        return {"at": agent} if agent is not None else {"number": number}

    def _note(self, kind: str, **data: JsonValue) -> None:
        """On record in the call that is heard."""
        self.of.note(kind, supervision=self.call.id, by=self.by, **data)
