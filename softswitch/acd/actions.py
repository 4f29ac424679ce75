"""What the shell should do now: frozen, imperative, one sentence each. Order matters."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.acd.explain import Why
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


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring an agent's phone for a caller. The engine watches the ring time; the shell needs no timer."""

    offer: OfferId
    call: CallId
    agent: AgentName
    queue: QueueName
    timeout: Seconds
    why: Why


@dataclass(frozen=True, slots=True)
class CancelRing:
    """Stop ringing an agent; hang the leg up if it has been answered in the meantime."""

    offer: OfferId
    reason: CancelReason


@dataclass(frozen=True, slots=True)
class Connect:
    """Cut speech and music and let caller and agent talk."""

    call: CallId
    offer: OfferId
    agent: AgentName
    queue: QueueName
    waited: Seconds
    """From joining to the answer."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell a waiting caller the position and the estimated wait, over ducked music."""

    call: CallId
    position: int | None
    """1 is next; None: do not speak of it."""
    wait: Seconds | None
    """None: unknown, unreliable or not configured; do not speak of it."""


@dataclass(frozen=True, slots=True)
class Leave:
    """The caller leaves the queue without an agent and goes on to `destination` (None: hang up)."""

    call: CallId
    queue: QueueName
    reason: LeaveReason
    destination: Destination | None
    waited: Seconds = 0.0


Action = Ring | CancelRing | Connect | Announce | Leave
