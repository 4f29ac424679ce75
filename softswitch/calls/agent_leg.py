"""One ringing of one agent's phone: a child of the caller's stay in the queue."""

from __future__ import annotations

import asyncio

import structlog

from softswitch.acd.actions import Ring
from softswitch.acd.events import OfferAnswered, OfferFailed
from softswitch.calls.call import Call
from softswitch.calls.switch import Switch
from softswitch.errors import LegError, LegRefused
from softswitch.ports import Leg
from softswitch.types import AgentName, CancelReason, OfferFailure, Party

log = structlog.get_logger(__name__)

COMPLETED_ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'
"""RFC 3326: a phone that sees it counts no missed call."""

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
    caller = call.leg.remote
    if call.queue is None:
        return caller
    label = switch.settings.queue_labels.get(call.queue, call.queue)
    return Party(caller.number, f"{label}: {caller.name or caller.number or ANONYMOUS}", caller.uri)


def dial(switch: Switch, call: Call, agent: AgentName) -> Leg:
    """Ring an agent's phone. Raises LegRefused when it cannot even be tried."""
    ways = switch.directory.ways(agent)
    if not ways:
        raise LegRefused(480, f"{agent} has no phone that can be reached")
    return switch.endpoint.dial(ways[0], caller=display(switch, call), headers=call.headers())


class Offer:
    """An agent's phone that rings for a waiting caller. Its `leg` outlives it only when it is taken."""

    def __init__(self, switch: Switch, call: Call, ring: Ring) -> None:
        self._switch = switch
        self._call = call
        self._ring = ring
        self._task: asyncio.Task[None] | None = None
        self.leg: Leg | None = None
        self.taken = False

    def start(self, group: asyncio.TaskGroup) -> None:
        """Begin to ring."""
        self._task = group.create_task(self._run(), name=f"offer {self._ring.offer}")

    def take(self) -> Leg:
        """The agent's leg, now owned by whoever takes it. Only after its OfferAnswered."""
        assert self.leg is not None
        self.taken = True
        return self.leg

    def cancel(self, reason: CancelReason) -> None:
        """Stop ringing, or hang up on a phone that answered in the same moment."""
        if self.leg is not None:
            elsewhere = reason is CancelReason.ANSWERED_ELSEWHERE
            self.leg.hangup(reason=COMPLETED_ELSEWHERE if elsewhere else "")
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        feed = self._switch.dispatcher.feed
        offer = self._ring.offer
        try:
            self.leg = dial(self._switch, self._call, self._ring.agent)
            await self.leg.answered()
        except LegRefused as refusal:
            feed(OfferFailed(offer, failure_of(refusal.status), refusal.status))
        except LegError:  # answered, and hung up in the same moment
            feed(OfferFailed(offer, OfferFailure.REJECTED))
        except Exception:
            log.exception("ringing an agent failed", agent=self._ring.agent, call=self._call.id)
            feed(OfferFailed(offer, OfferFailure.UNREACHABLE))
        else:
            feed(OfferAnswered(offer))
        finally:
            if self.leg is not None and not self.taken:
                self.leg.hangup()
