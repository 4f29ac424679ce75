"""What the shell should do now: frozen, imperative, one sentence each. Order matters."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.acd.explain import Why
from softswitch.acd.record import record
from softswitch.types import (
    AgentName,
    CallId,
    CancelReason,
    Destination,
    LeaveReason,
    OfferId,
    QueueName,
    Seconds,
)


@record
class Ring:
    """Ring an agent's phone for a caller. The engine watches the ring time; the shell needs no timer."""

    offer: OfferId
    call: CallId
    agent: AgentName
    queue: QueueName
    timeout: Seconds
    why: Why


@record
class CancelRing:
    """Stop ringing an agent; hang the leg up if it has been answered in the meantime."""

    offer: OfferId
    reason: CancelReason


@record
class Connect:
    """Cut speech and music and let caller and agent talk."""

    call: CallId
    offer: OfferId
    agent: AgentName
    queue: QueueName
    waited: Seconds
    """From joining to the answer."""
    foreseen: Seconds | None = None
    """The wait that was estimated on joining, told or not; None: unreliable, or an agent was there."""
    raw: Seconds | None = None
    """What was left of it before it was corrected by earlier outcomes."""
    held: Seconds = 0.0
    """How long after joining it was estimated."""


@record
class Announce:
    """Tell a waiting caller the position, the estimated wait and how many wait, over ducked music."""

    call: CallId
    position: int | None
    """1 is next; None: do not speak of it."""
    wait: Seconds | None
    """None: unknown, unreliable or not configured; do not speak of it."""
    callers: int | None = None
    """How many wait on the line, this one too; None: do not speak of it."""


@record
class Leave:
    """The caller leaves the queue without an agent and goes on to `destination` (None: hang up)."""

    call: CallId
    queue: QueueName
    reason: LeaveReason
    destination: Destination | None
    waited: Seconds = 0.0
    why: Why | None = None
    """Why nobody was rung; None: somebody was."""


@record
class CallBack:
    """Call a customer who is not on the line; the agent of the offer is reserved, and rung when this one has
    answered.
    """

    offer: OfferId
    call: CallId
    agent: AgentName
    queue: QueueName
    attempt: int
    """1 is the first."""
    timeout: Seconds
    why: Why


@record
class ReportPause:
    """Let people know that the engine has paused an agent."""

    agent: AgentName
    reason: str


@record
class ReportResume:
    """Let people know that an agent's pause is over, as it may last no longer."""

    agent: AgentName
    reason: str
    """Of the pause."""


@record
class ReportWrapUp:
    """Let people know that an agent is done with the notes on a call."""

    agent: AgentName
    call: CallId
    took: Seconds


@record
class ReportOverflow:
    """Let people know that the teams of other queues help in this one, or help no more."""

    queue: QueueName
    helped: bool
    waiting: int


@record
class ReportPlace:
    """Let people know that a caller who called again is back at the old place."""

    call: CallId
    queue: QueueName
    standing: Seconds


@record
class ReportHopeless:
    """Let people know that somebody waits whom no agent of the team can ever take."""

    call: CallId
    queue: QueueName
    needs: Mapping[str, int]
    """The least level of each skill."""


@record
class ReportAmendmentOver:
    """Let people know that what a supervisor changed of a queue, or an agent, is as configured again."""

    queue: QueueName | None
    agent: AgentName | None
    gone: bool = False
    """As the configuration does not name it any more; else its time has come."""


@record
class ReportRest:
    """Let people know that a customer was not reached, and when the next attempt will be."""

    call: CallId
    queue: QueueName
    attempts: int
    until: Seconds | None
    """None: when the queue opens, or when there is a way to the customer."""


Action = (
    Ring
    | CancelRing
    | Connect
    | Announce
    | Leave
    | CallBack
    | ReportPause
    | ReportResume
    | ReportWrapUp
    | ReportOverflow
    | ReportPlace
    | ReportHopeless
    | ReportAmendmentOver
    | ReportRest
)
