"""Transfers after a consultation: the agent has two calls, and the other sides of both are to talk (RFC 5589
section 7). No INVITE is sent: both dialogs are this switch's own.

Of the two that are brought together, X is on the line by which the REFER came, Y on the one that it names:

| X is | Y is | what becomes of it |
|---|---|---|
| the caller | whom the agent called | X's call goes on with Y, the consultation ends |
| whom the agent called | the caller | Y's call goes on with X, the first call ends |
| the caller | the caller | X's call goes on with Y, whose own call rides along |
| whom the agent called | whom the agent called | X gets a call of its own, with Y; both calls end |

A second call that has not come to talk yet (it rings, or waits in a queue) is given up, and X is transferred
to what was dialled in it. Where somebody has answered, and only the agent's own ACK is being dealt with, that
takes no more than a moment: the transfer waits for it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from softswitch.acd.events import AgentCallEnded, AgentCallStarted
from softswitch.calls.call import Call, Move
from softswitch.calls.onward import Riding
from softswitch.calls.switch import Switch
from softswitch.errors import LegError
from softswitch.ports import Leg
from softswitch.types import AgentName, CallId

if TYPE_CHECKING:
    from softswitch.calls.bridge import Conversation


class Taken:
    """Somebody whom another conversation has given up (`onward.NextParty`): there already."""

    def __init__(self, switch: Switch, call: Call, leg: Leg, agent: AgentName | None) -> None:
        """`call`: in which this one will talk, if it is not another in the end."""
        self.agent = agent
        self.number = leg.remote.number
        self._leg = leg
        self._feed = switch.dispatcher.feed
        self._counted: CallId | None = None
        if agent is not None:  # at once: between the two calls the agent is not free
            self._counted = call.id
            self._feed(AgentCallStarted(agent, call.id))

    async def answered(self) -> Leg:
        """The leg."""
        await self._leg.answered()
        return self._leg

    def status_of(self, error: LegError | TimeoutError) -> int:
        """Gone in the same moment."""
        return 480

    def moved_to(self, call: Call) -> None:
        """Nothing is said of it before it talks."""

    def close(self, but: Leg | None = None) -> None:
        """See `NextParty.close`."""
        if self._leg is not but:
            self._leg.hangup()
        if self._counted is not None and self.agent is not None:
            self._feed(AgentCallEnded(self.agent, self._counted))
            self._counted = None


def join(first: Conversation, mover: Leg, second: Conversation, replaced: Leg, move: Move) -> None:
    """Let the other sides talk; see the table above. `mover` and `replaced` are the agent's legs."""
    x, y = first.partner(mover), second.partner(replaced)
    taken = partial(Taken, first.switch)
    if y is not second.call.leg:
        into = first.hand_on(x, taken(first.call, y, second.agent_of(y)), move)
        second.give_up(y, move, into)
    elif x is not first.call.leg:
        into = second.hand_on(y, taken(second.call, x, first.agent_of(x)), move)
        first.give_up(x, move, into)
    else:
        second.hand_on(y, Riding(x), move)
        first.hand_on(x, taken(first.call, y, None), move)
