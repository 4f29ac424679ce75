"""One caller on the way through the switch: what is known of the call, for whoever serves it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from softswitch.acd.events import CallerJoined
from softswitch.calls.arrival import NOTHING_MORE, Arrival
from softswitch.errors import NotConfirmed
from softswitch.ports import Journal, JsonValue, Leg
from softswitch.routing import CallerRule
from softswitch.rules import Known
from softswitch.types import (
    AgentName,
    CallId,
    Destination,
    EndedBy,
    Language,
    LegState,
    MenuName,
    Party,
    Quality,
    QueueName,
    Seconds,
)

if TYPE_CHECKING:
    from softswitch.calls.onward import Onward, Riding
    from softswitch.calls.originating import Origination
    from softswitch.calls.playing import Playing
    from softswitch.calls.recording import CallRecording

CONFIRMATION: Seconds = 8.0
"""How long the caller's ACK may take: four retransmissions of our 200 lie within (RFC 3261 13.3.1.4). PJSIP
goes on for up to 64 s, and meanwhile an agent would talk to nobody."""


@dataclass(frozen=True, slots=True)
class Move:
    """A transfer that is being made."""

    by: AgentName
    number: str
    """Where to, as the agent gave it."""
    attended: bool = False
    """Into another call of the agent's, in place of the agent."""
    taken_by: str = ""
    """Who has taken over from the agent by an interface, for the record; empty: the agent hands on."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """Who transferred a call, and from where."""

    by: AgentName
    call: CallId
    """The call in which that happened, which may be the same one."""
    queue: QueueName | None = None
    """The queue by which the two had come together."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A supervisor sent a waiting caller to another queue."""

    standing: Seconds | None
    """Since when the wait counts, on the loop's clock."""
    first: bool
    """Before all others there."""


@dataclass(slots=True, eq=False)
class Call:
    """The state of one call. It lives as long as its coroutine."""

    id: CallId
    leg: Leg
    """The caller's leg."""

    language: Language
    """Rules all speech of this call; a menu may change it."""

    journal: Journal
    """Where this call's events are written."""

    started: Seconds
    """When it came in, on the loop's clock."""

    arrival: Arrival = NOTHING_MORE
    """What a carrier says of it beyond the leg."""

    priority: str | None = None
    """The caller's priority class, from the rule in `callers` that matched."""

    entered: dict[str, str] = field(default_factory=dict)
    """Numbers keyed in, by the name of the question: `customer_number`."""

    pressed: dict[MenuName, str] = field(default_factory=dict)
    """The menus that the caller came through, with the last key pressed in each."""

    caller_rule: CallerRule | None = None
    """The caller's class."""

    enquiry: asyncio.Task[None] | None = None
    """Somebody is being asked who the caller is, or was."""

    known: Known | None = None
    """What they said."""

    spent: set[str] = field(default_factory=set)
    """Rules that have sent the call elsewhere."""

    language_chosen: bool = False
    """By the caller, in a menu."""

    phase: str = "arriving"
    """For people: arriving, menu, waiting, ringing, talking, supervising, leaving."""

    answering: bool = False
    """The 200 OK is on its way; the call is answered when the ACK has come."""

    queue: QueueName | None = None
    last_queue: QueueName | None = None
    """In which the caller waits, or waited last."""
    agent: AgentName | None = None

    queued: Seconds | None = None
    """Since when the caller waits in the queue, or did, on the loop's clock."""

    agent_media: Quality | None = None
    """What the agent's RTP looked like, once they talked."""

    connected: Seconds | None = None
    """When caller and agent began to talk, on the loop's clock."""

    place: CallerJoined | None = None
    """The place in the last queue, as it was joined; `standing` says since when it counts."""

    gave_up_place: bool = False
    """The caller has left that queue by a choice of their own."""

    moved: Moved | None = None
    """On the way to another queue."""

    hung_up_by: EndedBy | None = None
    """Who ended the conversation, once there was one."""

    diversion: Destination | None = None
    """Where the call is being sent from outside its own coroutine (see `Supervisor.divert`)."""

    begins: Onward | None = None
    """Where a call begins that did not come in: the leg was in another call before."""

    origination: Origination | None = None
    """Who asked for it, and whom it rings first, of a call that did not come in but was asked for."""

    riding: Riding | None = None
    """Since it talks in somebody else's call."""

    after: Callable[[], None] | None = None
    """What is to be done when this call is over."""

    reached: bool = False
    """Whoever it goes to has answered, and the two will talk in a moment."""

    when_talking: Callable[[], None] | None = None
    """What is to be done as soon as they do."""

    transferred: Transferred | None = None
    """The last transfer that brought the call where it is."""

    parted: Seconds | None = None
    """Since when the two in a conversation do not hear each other, as one of them is handed on."""

    handed_on: bool = False
    """One of the two in the conversation has been handed on."""

    recording: CallRecording | None = None
    """What is recorded of it; None: it has come to no conversation yet."""

    playing: Playing | None = None
    """What an interface plays into it; None: it never has."""

    knows_of_recording: bool = False
    """The caller has been told."""

    passed_on: Leg | None = None
    """The other side's leg, when it goes on in another call and is not to be hung up."""

    @property
    def is_answered(self) -> bool:
        """Whether the caller has had a 200 OK."""
        return self.leg.state is LegState.ANSWERED

    @property
    def caller(self) -> Party:
        """Who calls, by the name under which they are known here."""
        remote, name = self.leg.remote, self.known.name if self.known is not None else ""
        return Party(remote.number, name, remote.uri) if name else remote

    def note(self, kind: str, /, **data: JsonValue) -> None:
        """Record what happened to this call."""
        self.journal.note(kind, self.id, **data)

    async def answer(self) -> None:
        """Answer the caller unless that has been done. Raises LegError when the caller is gone.

        Raises NotConfirmed, having hung up, when no ACK comes.
        """
        if self.is_answered:
            return
        if not self.answering:
            self.answering = True
            self.leg.answer()
            self.note("CallAnswered")
        try:
            async with asyncio.timeout(CONFIRMATION):
                await self.leg.answered()
        except TimeoutError:
            self.leg.hangup(408, "No ACK")
            raise NotConfirmed(f"{self.leg.id}: no ACK within {CONFIRMATION:.0f} s of our 200") from None

    def headers(self) -> dict[str, str]:
        """What the agent's phone is told of this call, beside the caller's number and name.

        A number that was keyed in for `customer_number` becomes `X-Customer-Number`.
        """
        headers: dict[str, str] = {"X-Call-Id": self.id}
        if self.queue:
            headers["X-Queue"] = self.queue
        for name, digits in self.entered.items():
            headers["X-" + "-".join(part.capitalize() for part in name.split("_"))] = digits
        return headers

    def conversation_over(
        self, agent: Leg, side: EndedBy = EndedBy.AGENT, wrap_up: Seconds | None = None
    ) -> EndedBy:
        """Record the end of a conversation: the side whose leg is over ended it, unless one was handed on.
        `side` is the agent's, or that of whoever was talked to; `wrap_up`: the time for notes that begins.
        """
        self.agent_media = agent.quality()
        ended_by = self._who_ended(agent, side)
        now = asyncio.get_running_loop().time()
        talked = 0.0 if self.connected is None else now - self.connected - self.apart
        self.note(
            "ConversationEnded",
            agent=self.agent,
            ended_by=ended_by,
            reason=agent.ended.result().reason if agent.ended.done() else "",
            talked=round(talked, 3),
            **({} if wrap_up is None else {"wrap_up": wrap_up}),
        )
        goes_on = self.handed_on and self.passed_on is None
        self.hung_up_by = None if goes_on else ended_by
        self.connected = self.parted = None
        self.handed_on = False
        return ended_by

    def _who_ended(self, agent: Leg, side: EndedBy) -> EndedBy:
        if self.handed_on:
            return EndedBy.TRANSFER
        for leg, who in ((self.leg, EndedBy.CALLER), (agent, side)):
            if leg.ended.done() and leg.ended.result().remote:
                return who
        return EndedBy.SWITCH

    @property
    def apart(self) -> Seconds:
        """How long the two have not heard each other, as one of them is handed on."""
        return 0.0 if self.parted is None else asyncio.get_running_loop().time() - self.parted

    def describe(self, now: Seconds) -> dict[str, JsonValue]:
        """A line of `softswitch calls --live`."""
        return {
            "call": self.id,
            "from": self.caller.label,
            "dialled": self.leg.dialled,
            "phase": self.phase,
            "queue": self.queue,
            "agent": self.agent,
            "seconds": round(now - self.started, 1),
            **({"note": self.known.note} if self.known is not None and self.known.note else {}),
        }
