"""The parent of all calls: every caller's coroutine is a child of its task group, and none outlives it."""

from __future__ import annotations

import asyncio
import secrets
from types import TracebackType
from typing import Self

import structlog

from softswitch.acd.events import AgentCallEnded, AgentCallStarted
from softswitch.calls.arrival import arrived, receive
from softswitch.calls.call import Call, Move, Transferred
from softswitch.calls.onward import NextParty, Onward, OwnWay
from softswitch.calls.originating import Origination
from softswitch.calls.session import serve
from softswitch.calls.switch import Switch
from softswitch.calls.transfer import refer
from softswitch.plain import plain
from softswitch.ports import JsonValue, Leg, RefusedCall
from softswitch.sentences.phrases import phrase
from softswitch.types import (
    CallId,
    Destination,
    EndedBy,
    Language,
    LegEnd,
    Quality,
    Seconds,
    ToMessage,
)

log = structlog.get_logger(__name__)

CLOSING = ToMessage(phrase("calls.closing"))
"""What callers hear who are in a menu or a queue when the switch drains."""

LAST_WORDS: Seconds = 5.0
"""How long to wait for the other side's answer to our BYE before the call is put on record."""


class Supervisor:
    """Takes callers in, keeps count of them, lets them finish."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._group = asyncio.TaskGroup()
        self._calls: dict[CallId, tuple[Call, asyncio.Task[None]]] = {}
        self.draining = False
        """No new calls are taken, nor made."""
        self._empty = asyncio.Event()
        self._empty.set()
        exchange = switch.exchange
        exchange.adopt, exchange.refer, exchange.lead = self.adopt, refer, self.lead

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Whatever still goes on is hung up."""
        self._switch.callbacks.suspend()
        for _, task in self._calls.values():
            task.cancel()
        await self._group.__aexit__(kind, error, trace)

    @property
    def calls(self) -> list[Call]:
        """The calls in progress, oldest first."""
        return [call for call, _ in self._calls.values()]

    def find(self, id: CallId) -> Call | None:
        """The call in progress of that id."""
        found = self._calls.get(id)
        return None if found is None else found[0]

    def describe(self) -> list[JsonValue]:
        """The calls in progress, for `softswitch calls --live`."""
        now = asyncio.get_running_loop().time()
        return [call.describe(now) for call in self.calls]

    def welcome(self, leg: Leg) -> None:
        """Serve a caller: the endpoint hands over each new leg here."""
        self._start(self._new_call(leg, self._switch.settings.media.languages[0]))

    def refused(self, caller: RefusedCall) -> None:
        """Put a call on record that was refused before it had a leg."""
        id, note = CallId(secrets.token_hex(6)), self._switch.journal.note
        arrival = receive(self._switch.settings, caller)
        note("CallArrived", id, **arrived(caller, arrival))
        note("CallRefused", id, status=caller.status, reason=caller.why)
        media = plain(Quality())
        status, why = caller.status, caller.why
        note("CallEnded", id, ended_by=EndedBy.SWITCH, status=status, reason=why, caller=media, agent=None)

    def adopt(self, leg: Leg, begins: Onward, before: Call, move: Move) -> CallId:
        """Serve a leg that was the other one in a call; see `exchange.Adopt`."""
        if (own := self._switch.exchange.calls.get(leg.id)) is not None and own.riding is not None:
            own.transferred = Transferred(move.by, before.id, before.queue)
            if isinstance(begins, NextParty):
                begins.moved_to(own)
            own.riding.hand_on(begins)
            return own.id
        leg.dialled = move.number
        call = self._new_call(leg, before.language)
        call.begins, call.transferred = begins, Transferred(move.by, before.id, before.queue)
        if leg.origin.agent is not None:  # at once: between the two calls the agent is not free
            self._switch.dispatcher.feed(AgentCallStarted(leg.origin.agent, call.id))
        if isinstance(begins, NextParty):
            begins.moved_to(call)
        self._start(call)
        return call.id

    def originate(self, origination: Origination, begins: Onward | None, language: Language) -> Call:
        """Serve a call that somebody asked for: ring its first party, then lead them to `begins`, None: to
        what they dialled.
        """
        call = self._new_call(origination.first, language)
        call.origination, call.begins = origination, begins
        if call.leg.origin.agent is not None:  # at once: nobody else is to ring that phone meanwhile
            self._switch.dispatcher.feed(AgentCallStarted(call.leg.origin.agent, call.id))
        self._start(call)
        return call

    def lead(self, leg: Leg, begins: OwnWay, language: Language, callback: CallId) -> Call:
        """Begin a call with nobody on the line; see `exchange.Lead`. It is on record at once."""
        call = self._new_call(leg, language)
        call.begins = begins
        call.note("CallArrived", leg=leg.id, **arrived(leg, call.arrival), callback=callback)
        if language != self._switch.settings.media.languages[0]:
            call.note("LanguageSet", language=language)
        self._start(call)
        return call

    def _new_call(self, leg: Leg, language: Language) -> Call:
        now = asyncio.get_running_loop().time()
        arrival = receive(self._switch.settings, leg)
        return Call(CallId(secrets.token_hex(6)), leg, language, self._switch.journal, now, arrival)

    def _start(self, call: Call) -> None:
        task = self._group.create_task(self._run(call), name=f"call {call.id}")
        self._calls[call.id] = (call, task)
        self._switch.exchange.calls[call.leg.id] = call
        self._empty.clear()
        task.add_done_callback(lambda _: self._forget(call))

    def divert(self, call: Call, destination: Destination) -> None:
        """Take a call out of what it is doing and send it elsewhere."""
        call.diversion = destination
        self._calls[call.id][1].cancel()

    async def drain(self, limit: Seconds) -> None:
        """Tell those who wait, let those who talk finish; after `limit` seconds hang up on who is left."""
        self.draining = True
        self._switch.callbacks.suspend()
        for call in self.calls:
            if call.phase not in ("talking", "supervising"):
                self.divert(call, CLOSING)
        try:
            async with asyncio.timeout(limit):
                await self._empty.wait()
        except TimeoutError:
            log.warning("drain limit reached, hanging up", calls=len(self._calls))

    def _forget(self, call: Call) -> None:
        call.leg.hangup(503)  # does nothing, unless the call was cancelled before it could begin
        if call.begins is not None and isinstance(call.begins, NextParty):  # a look at its shape is dear
            call.begins.close()
        del self._calls[call.id]
        self._switch.exchange.calls.pop(call.leg.id, None)
        if not self._calls:
            self._empty.set()
        if call.after is not None:
            call.after()

    async def _run(self, call: Call) -> None:
        """One call with its record, whatever happens inside and whenever it is stopped."""
        agent, feed = call.leg.origin.agent, self._switch.dispatcher.feed
        if agent is not None:
            feed(AgentCallStarted(agent, call.id))
        try:
            await self._lead(call)
        finally:
            if agent is not None:
                feed(AgentCallEnded(agent, call.id))
            if call.playing is not None:
                call.playing.stop("over")
                call.playing = None
            call.leg.hangup(503)  # does nothing, unless the switch stops
            if call.recording is not None:
                call.recording.end()
                call.recording = None  # the two in a circle would be the collector's
            self._note_end(call)

    async def _lead(self, call: Call) -> None:
        """One call until both sides know its end: a mistake in one call ends no other."""
        status = 0
        task = self._calls[call.id][1]

        def caller_left(_: object) -> None:
            task.cancel()

        ended = call.leg.ended  # of who is rung first, in a call that was asked for: the leg comes later
        ended.add_done_callback(caller_left)
        try:
            await serve(self._switch, call)
        except asyncio.CancelledError:
            if not call.leg.ended.done():  # the switch stops
                raise
        except Exception:
            log.exception("a call failed", call=call.id)
            status = 500
        finally:
            ended.remove_done_callback(caller_left)
        call.leg.hangup(status)
        if not call.leg.ended.done():
            await asyncio.wait([call.leg.ended], timeout=LAST_WORDS)

    def _note_end(self, call: Call) -> None:
        end = call.leg.ended.result() if call.leg.ended.done() else LegEnd(remote=False, status=0)
        call.note(
            "CallEnded",
            ended_by=call.hung_up_by or (EndedBy.CALLER if end.remote else EndedBy.SWITCH),
            status=end.status,
            reason=end.reason,
            caller=plain(call.leg.quality()),
            agent=plain(call.agent_media) if call.agent_media else None,
        )
