"""One ringing of one agent's phone: a child of the caller's stay in the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

import structlog

from softswitch.acd.actions import Ring
from softswitch.acd.events import OfferAnswered, OfferFailed
from softswitch.calls.call import Call
from softswitch.calls.fork import COMPLETED_ELSEWHERE, Fork, Rung
from softswitch.calls.forwarding import Forwarding
from softswitch.calls.remote import Remote
from softswitch.calls.switch import Switch
from softswitch.calls.whisper import introduce_caller
from softswitch.errors import LegError, LegRefused
from softswitch.ports import Leg
from softswitch.types import AgentName, CancelReason, LegId, OfferFailure, Party

log = structlog.get_logger(__name__)

ANONYMOUS = "anonymous"
"""Shown for a caller who gives neither name nor number, as in RFC 3323's From."""

_FAILURES = {
    486: OfferFailure.BUSY,
    600: OfferFailure.BUSY,
    404: OfferFailure.UNREACHABLE,
    410: OfferFailure.UNREACHABLE,
    484: OfferFailure.UNREACHABLE,
    408: OfferFailure.UNREACHABLE,
    487: OfferFailure.NO_ANSWER,
    488: OfferFailure.UNREACHABLE,
    604: OfferFailure.UNREACHABLE,
}


def failure_of(status: int) -> OfferFailure:
    """What a final SIP status of an agent's phone means for the dispatcher (RFC 3261 section 21)."""
    if 500 <= status < 600:
        return OfferFailure.UNREACHABLE
    return _FAILURES.get(status, OfferFailure.REJECTED)


def display(switch: Switch, call: Call) -> Party:
    """Who the agent's phone shows: the caller, with the queue's name before."""
    caller = call.caller
    if call.queue is None:
        return caller
    label = switch.settings.queue_labels.get(call.queue, call.queue)
    return Party(caller.number, f"{label}: {caller.name or caller.number or ANONYMOUS}", caller.uri)


def dial(
    switch: Switch,
    call: Call,
    agent: AgentName,
    shown: Party | None = None,
    *,
    seen: Party | None = None,
    headers: Mapping[str, str] | None = None,
) -> Fork:
    """Ring all of an agent's phones, which show `shown`, by default the caller. `seen`: another one, for the
    agent's own phones alone; those get `headers` too.

    Raises LegRefused when none can even be tried.
    """
    phone = switch.settings.phones.get(agent)
    others: list[Callable[[], Rung]] = []
    if phone is not None and phone.outside is not None:
        others.append(partial(Remote, switch, call, phone, phone.outside, shown))
    display_as = seen or shown or display(switch, call)

    def dress(rung: Rung) -> Rung:
        return rung if phone is None else Forwarding(switch, call, phone, rung, seen=display_as, shown=shown)

    told = call.headers() | dict(headers or {})
    return Fork(switch.endpoint, switch.directory.ways(agent), display_as, told, others, dress)


class Offer:
    """An agent's phones that ring for a waiting caller. The leg that answered outlives it only when taken."""

    def __init__(self, switch: Switch, call: Call, ring: Ring) -> None:
        self._switch = switch
        self._call = call
        self._ring = ring
        self._task: asyncio.Task[None] | None = None
        self._fork: Fork | None = None
        self._leg: Leg | None = None
        """The one that answered."""
        self._taken = False

    def start(self, group: asyncio.TaskGroup) -> None:
        """Begin to ring."""
        self._task = group.create_task(self._run(), name=f"offer {self._ring.offer}")

    @property
    def ringing(self) -> bool:
        """Not answered or refused yet; it may be about to begin."""
        return self._task is None or not self._task.done()

    def take(self) -> Leg:
        """The agent's leg, now owned by whoever takes it. Only after its OfferAnswered."""
        assert self._leg is not None
        self._taken = True
        return self._leg

    def cancel(self, reason: CancelReason) -> None:
        """Stop ringing, or hang up on a phone that answered in the same moment."""
        if self._fork is not None:
            elsewhere = reason is CancelReason.ANSWERED_ELSEWHERE
            self._fork.hangup(COMPLETED_ELSEWHERE if elsewhere else "")
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        feed = self._switch.dispatcher.feed
        offer = self._ring.offer
        legs: list[LegId] = []
        try:
            self._fork = dial(self._switch, self._call, self._ring.agent)
            legs = [leg.id for leg in self._fork.legs]
            self._switch.exchange.offered.update(dict.fromkeys(legs, self._ring))
            self._leg = await self._fork.answered()
            await introduce_caller(self._switch, self._call, self._leg, self._ring)
        except LegRefused as refusal:
            feed(OfferFailed(offer, failure_of(refusal.status), refusal.status))
        except LegError:  # answered, and hung up in the same moment, or on hearing who comes
            feed(OfferFailed(offer, OfferFailure.REJECTED))
        except Exception:
            log.exception("ringing an agent failed", agent=self._ring.agent, call=self._call.id)
            feed(OfferFailed(offer, OfferFailure.UNREACHABLE))
        else:
            feed(OfferAnswered(offer))
        finally:
            for name in legs:
                self._switch.exchange.offered.pop(name, None)
            if self._fork is not None:
                self._fork.hangup(but=self._leg if self._taken else None)
