"""One callback, from being wanted to its end, over all attempts: what the engine says goes to the attempt.

The case is known by the call in which it was wanted. Each attempt is a call of its own on record, which
names the case: so one story has several call records, and every one leads to the others.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from softswitch.acd.actions import Announce, CallBack, CancelRing, Connect, Leave, ReportRest, Ring
from softswitch.acd.events import CallerJoined, CallerLeft, WayFound, WayLost
from softswitch.calls.call import Call
from softswitch.calls.calling_back import CallingBack
from softswitch.calls.customers import barred
from softswitch.calls.originating import Absent
from softswitch.calls.switch import Switch
from softswitch.config.settings import CallbackRules
from softswitch.ports import JsonValue, Leg
from softswitch.types import AgentName, CallId, Language, LeaveReason, Party, QueueName, Seconds

REACHED = "reached"
"""The result of a callback that came about."""


class Case:
    """Performs the engine's actions for somebody who is not on the line (`dispatch.Waiter`)."""

    def __init__(
        self, switch: Switch, joined: CallerJoined, language: Language, name: str, wanted: float
    ) -> None:
        """`joined`: the place, with the number to call; `wanted`: when, in seconds since the epoch."""
        loop, ago = asyncio.get_running_loop(), max(0.0, switch.clock.now() - wanted)
        self.joined = replace(joined, wanted=loop.time() - ago)
        self.language = language
        self.name = name
        self.wanted = wanted
        self.attempts = joined.attempts
        self.problem = ""
        """Why there is no way to call at the moment, or why the last attempt did not come to the customer."""
        self.is_taken = False
        """An agent is calling out of turn."""
        self.barred = False
        """There is no way."""
        self.connected_after: Seconds | None = None
        """How long the customer had waited when the two could talk."""
        self.again: Seconds | None = None
        """When the next attempt may be, on the loop's clock; None: when it is the turn."""
        self.attempt: CallingBack | None = None
        self._switch = switch
        self._in_line = False
        self._talks_since: Seconds | None = None

    @property
    def id(self) -> CallId:
        """The call in which it was wanted."""
        return self.joined.call

    @property
    def queue(self) -> QueueName:
        """By whose agents."""
        return self.joined.queue

    @property
    def label(self) -> str:
        """The queue, as people are told of it."""
        return self._switch.settings.queue_labels.get(self.queue, self.queue)

    @property
    def number(self) -> str:
        """Whom to call, in E.164."""
        return self.joined.number

    @property
    def rules(self) -> CallbackRules:
        """As configured at the moment."""
        return self._switch.settings.callbacks.get(self.queue, CallbackRules())

    @property
    def talking(self) -> bool:
        """Agent and customer talk."""
        if self._talks_since is not None:
            return True
        return self.attempt is not None and self.attempt.talking

    @property
    def absent(self) -> bool:
        """See `dispatch.Waiter`."""
        return self.attempt is None or not self.attempt.customer_there

    @property
    def ago(self) -> Seconds:
        """How long ago it was wanted."""
        return max(0.0, self._switch.clock.now() - self.wanted)

    @property
    def waits(self) -> Seconds:
        """Since the wait began by which the place in line counts, on the line and off it."""
        standing = self.joined.standing
        return self.ago if standing is None else asyncio.get_running_loop().time() - standing

    def describe(self) -> dict[str, JsonValue]:
        """A line of `softswitch callbacks`."""
        now = asyncio.get_running_loop().time()
        again = self.again if self.again is not None and self.again > now else None
        return {
            "callback": self.id,
            "queue": self.queue,
            "number": self.number,
            "name": self.name,
            "priority": self.joined.priority,
            "language": self.language,
            "state": self._state,
            "problem": self.problem or None,
            "wanted": self.wanted,
            "waits": round(self.waits, 1),
            "attempts": self.attempts,
            "again": round(again - now, 1) if again is not None and not self.is_called else None,
            "call": None if self.attempt is None else self.attempt.call.id,
        }

    @property
    def is_called(self) -> bool:
        """Somebody is rung for it, or called, or talks, by its turn or out of it."""
        return self.is_taken or (self.attempt is not None and not self.attempt.idle)

    @property
    def _state(self) -> str:
        if self.is_called:
            return "talking" if self.talking else "calling"
        if self.barred:
            return "held"
        return "resting" if self._switch.dispatcher.engine.rests(self.id) else "waiting"

    # The record --------------------------------------------------------------------------------------

    def note_wanted(self) -> None:
        """All that is needed to go on after a restart."""
        joined = self.joined
        standing = joined.standing if joined.standing is not None else asyncio.get_running_loop().time()
        ago = asyncio.get_running_loop().time() - standing
        self._switch.callbacks.add(self)
        self._note(
            "CallbackWanted",
            queue=joined.queue,
            number=joined.number,
            name=self.name,
            language=self.language,
            priority=joined.priority,
            needs=dict(joined.skills),
            preferred=joined.preferred,
            standing=round(self._switch.clock.now() - ago, 3),
        )

    def over(
        self, reason: str, *, agent: str | None = None, by: str | None = None, into: CallId | None = None
    ) -> None:
        """It is done, or given up; a second time does nothing. `into`: the call in which they talked."""
        if not self._switch.callbacks.drop(self):
            return
        said: dict[str, JsonValue] = {} if by is None else {"by": by}
        if into is not None:
            said["into"] = into
        waited = round(self.ago if self.connected_after is None else self.connected_after, 3)
        self._note(
            "CallbackEnded",
            queue=self.queue,
            result=str(reason),
            agent=agent,
            attempts=self.attempts + (reason == REACHED),
            waited=waited,
            **said,
        )

    def reached(self, agent: str | None) -> None:
        """Agent and customer have talked."""
        self.over(REACHED, agent=agent)

    def not_reached(self, why: str, status: int = 0, *, tried: bool = True) -> None:
        """An attempt came to nothing. `tried`: it came to the customer's side, and counts."""
        self.attempts += tried
        self.problem = "" if tried else f"{why} {status or ''}".strip()
        if self.attempt is not None:
            data: dict[str, JsonValue] = {"attempt": self.attempts, "why": why, "status": status}
            self.attempt.call.note("CallbackNotReached", callback=self.id, **data, counted=tried)

    def look_for_a_way(self) -> None:
        """Carriers, or the dial plan, are not as they were: rest while there is none."""
        why, before = barred(self._switch, self.queue, self.number), self.barred
        if not self._in_line:
            return
        if bool(why) is before:
            if why:
                self.problem = why  # another one than before, perhaps
            return
        self._note_barred(why)
        self._switch.dispatcher.feed(WayLost(self.id) if why else WayFound(self.id))
        if self.barred and self.attempt is not None and self.attempt.idle:
            self._let_rest()

    def _note_barred(self, why: str) -> None:
        self.barred, self.problem = bool(why), why
        if why:
            self._note("CallbackHeld", queue=self.queue, why=why)
        else:
            self._note("CallbackReleased", queue=self.queue)

    def _note(self, kind: str, **data: JsonValue) -> None:
        self._switch.journal.note(kind, self.id, **data)

    # The place in line -------------------------------------------------------------------------------

    def join(self) -> None:
        """Stand in line, unless the switch stops: then that is for the next start."""
        if not self._switch.callbacks.suspended and self.id in self._switch.callbacks.cases:
            self._in_line = True
            if why := barred(self._switch, self.queue, self.number):
                self._note_barred(why)
            self._switch.dispatcher.enter(self, replace(self.joined, barred=bool(why)))

    def restore(self) -> None:
        """From before a restart."""
        self._switch.callbacks.add(self)
        if self.queue not in self._switch.settings.engine.queues:
            self.over(LeaveReason.QUEUE_REMOVED)
            return
        self._note("CallbackRestored", queue=self.queue, attempts=self.attempts)
        self.joined = replace(self.joined, restored=True)
        self.join()

    def move(self, queue: QueueName, priority: str | None) -> None:
        """Stand in that queue's line; wait, attempts and the time of rest are what they are. `priority`: a
        class of it, None: the one that there is.
        """
        if queue == self.queue:
            self.joined = replace(self.joined, priority=priority or self.joined.priority)
            return
        standing = asyncio.get_running_loop().time() - self.waits
        again, priority = self.again, priority or self.joined.priority
        self.withdraw(LeaveReason.MOVED)
        if self.barred:
            self._note_barred("")
        self.joined = replace(
            self.joined, queue=queue, priority=priority, standing=standing, attempts=self.attempts,
            rests_until=again, restored=False,
        )  # fmt: skip
        self.join()

    def withdraw(self, reason: LeaveReason) -> None:
        """Stand in line no more; whoever is being called is let go."""
        attempt, self.attempt = self.attempt, None
        if self._in_line:
            self._in_line = False
            self._switch.dispatcher.feed(CallerLeft(self.id, reason))
            self._switch.dispatcher.forget(self.id)
        if attempt is not None:
            attempt.abandon()

    def taken(self, call: Call, agent: AgentName) -> None:
        """An agent calls the customer out of turn, in that call, and nobody else does meanwhile. Once they
        have talked it is done; else it has its place in line again.
        """
        self.is_taken, self._talks_since = True, None
        self.withdraw(LeaveReason.CANCELLED)
        call.when_talking, call.after = self._talks_out_of_turn, partial(self._taken_over, agent)

    def _talks_out_of_turn(self) -> None:
        self._talks_since = asyncio.get_running_loop().time()
        self.connected_after = self.ago

    def _taken_over(self, agent: AgentName) -> None:
        """The call out of turn is over: was it a conversation, or a mailbox, or nobody?"""
        since, now = self._talks_since, asyncio.get_running_loop().time()
        self.is_taken, self._talks_since = False, None
        if since is not None and now - since >= self.rules.early:
            self.reached(agent)
            return
        self.connected_after = None
        self.joined = replace(self.joined, restored=True)  # it was counted when it stood in line first
        self.join()

    def attempt_over(self, attempt: CallingBack) -> None:
        """The attempt's call ends."""
        if self.attempt is attempt:
            self.attempt = None
        if self._switch.dispatcher.known_as.get(self.id) == attempt.call.id:
            del self._switch.dispatcher.known_as[self.id]

    def served(self) -> None:
        """The engine knows the case no more."""
        self._in_line = False
        self._switch.dispatcher.forget(self.id)

    # What the engine says. -----------------------------------------------------------------------------

    def ring(self, action: Ring) -> None:
        """Ring an agent."""
        self._begun(customer_first=False).ring(action)

    def call_back(self, action: CallBack) -> None:
        """Call the customer, for whom an agent is reserved."""
        self._begun(customer_first=True).call_back(action)

    def cancel_ring(self, action: CancelRing) -> None:
        """Ring no more, or call the customer no more."""
        if self.attempt is not None:
            self.attempt.cancel_ring(action)

    def connect(self, action: Connect) -> None:
        """The agent is there."""
        assert self.attempt is not None
        self.attempt.connect(action)

    def picked_up(self, leg: Leg) -> None:
        """A colleague is, on this leg."""
        if self.attempt is not None:
            self.attempt.picked_up(leg)

    def announce(self, action: Announce) -> None:
        """Nobody is there to hear it, or hears an agent in a moment."""

    def rest(self, action: ReportRest) -> None:
        """Until the next attempt, or until the queue opens."""
        self.again = action.until
        self._let_rest()

    def _let_rest(self) -> None:
        """Who is rung next is rung by a new attempt, however long this one takes to end."""
        if self.attempt is not None and self.attempt.rest():
            self.attempt = None

    def leave(self, action: Leave) -> None:
        """It has no place any more."""
        self.over(action.reason)
        attempt = self.attempt
        self.served()
        if attempt is not None:
            attempt.leave(action)

    def _begun(self, *, customer_first: bool) -> CallingBack:
        """The attempt that goes on, or a new one: a call of its own."""
        if self.attempt is None:
            self.again = None
            leg = Absent(Party(self.number, self.name), self.queue)
            self.attempt = attempt = CallingBack(self._switch, self, customer_first=customer_first)
            attempt.call = self._switch.exchange.lead(leg, attempt, self.language, self.id)
            attempt.call.queue, attempt.call.phase = self.queue, "calling back"
            self._switch.dispatcher.known_as[self.id] = attempt.call.id
            attempt.call.note(
                "CallbackTried",
                callback=self.id,
                queue=self.queue,
                number=self.number,
                attempt=self.attempts + 1,
                waited=round(self.ago, 3),
            )
        return self.attempt
