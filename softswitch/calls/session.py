"""One caller, from the INVITE to the end: `serve` is the whole call; returning hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from softswitch.calls.agent_leg import ANONYMOUS
from softswitch.calls.arrival import arrived
from softswitch.calls.bridge import meet
from softswitch.calls.call import Call
from softswitch.calls.callback_request import want_callback
from softswitch.calls.describe import describe
from softswitch.calls.direct import ring_agent
from softswitch.calls.enquiring import enquire
from softswitch.calls.entering import opened
from softswitch.calls.features import feature
from softswitch.calls.menu import run_menu
from softswitch.calls.messages import hear_messages
from softswitch.calls.onward import Aside, HearMessages, NextParty, Onward, OwnWay, PickUp, Riding
from softswitch.calls.originating import apology, begin
from softswitch.calls.outbound import dial_out
from softswitch.calls.pickup import pick_up
from softswitch.calls.switch import Switch
from softswitch.calls.targets import outbound
from softswitch.calls.voicemail import leave_message
from softswitch.calls.waiting import wait_in_queue
from softswitch.dialplan.plan import Dial, Refused
from softswitch.dialplan.way_out import way_out
from softswitch.errors import AudioError, LegError
from softswitch.ports import JsonValue
from softswitch.rounds import MOST, Rounds
from softswitch.routing import CallerRule, normalise
from softswitch.sentences.phrases import phrase
from softswitch.sound import Hear
from softswitch.types import (
    AgentName,
    Destination,
    HangUp,
    Prompt,
    Reject,
    ToAgent,
    ToCallback,
    ToMenu,
    ToMessage,
    ToNumber,
    ToQueue,
    ToVoicemail,
)

log = structlog.get_logger(__name__)

UNAVAILABLE = phrase("calls.unavailable")
"""What a caller hears who has been answered and must be refused after that."""

ROUND = 480
"""What somebody gets who was sent round and round, unless answered."""


async def serve(switch: Switch, call: Call) -> None:
    """Lead one caller through the switch. The caller's hang-up cancels it; returning hangs up."""
    if not isinstance(call.begins, OwnWay):  # that one is on record by now
        _note_arrival(call)
    if call.origination is not None:
        if not await begin(switch, call, call.origination):
            return
        _note_way(switch, call)
    leg = call.leg
    onward = call.begins or _first_destination(switch, call)
    call.begins, rule = None, call.caller_rule
    if rule is None or rule.lookup is None or not leg.remote.number:
        await _lead(switch, call, onward)
        return
    async with asyncio.TaskGroup() as group:
        call.enquiry = group.create_task(enquire(switch, call, rule, rule.lookup), name=f"enquiry {call.id}")
        try:
            await _lead(switch, call, onward)
        finally:
            call.enquiry.cancel()


async def _lead(switch: Switch, call: Call, onward: Onward | None) -> None:
    """From place to place, until the call is done. Who goes round without being anywhere is let go."""
    leg, rounds, loop = call.leg, Rounds(), asyncio.get_running_loop()
    came = loop.time()
    while onward is not None:
        try:
            if isinstance(onward, Destination):  # what else there is may hold a leg, and is taken up at once
                if not rounds.go(describe(onward), loop.time() - came):
                    onward = _went_round(call, rounds)
                await asyncio.sleep(0)  # others live here too, however short the way from place to place is
            came = loop.time()
            onward = await _follow(switch, call, onward)
        except asyncio.CancelledError:
            if call.diversion is None or leg.ended.done():
                raise
            _current_task().uncancel()
            onward, call.diversion = call.diversion, None


def _went_round(call: Call, rounds: Rounds) -> Reject:
    """Record by which way, and where the caller goes instead."""
    log.error("caller goes round", call=call.id, way=" -> ".join(rounds.circle), steps=MOST)
    call.note("CallWentRound", way=list(rounds.circle), steps=MOST)
    return Reject(ROUND)


def _note_arrival(call: Call) -> None:
    said = arrived(call.leg, call.arrival)
    if (before := call.transferred) is not None:
        said |= {"transferred_by": before.by, "transferred_from": before.call}
    if call.origination is not None:
        said["originated_by"] = call.origination.by
    call.note("CallArrived", leg=call.leg.id, **said)


def _note_way(switch: Switch, call: Call) -> None:
    """Where somebody goes who was rung and has answered, unless that is what an agent dials."""
    if call.language != switch.settings.media.languages[0]:
        call.note("LanguageSet", language=call.language)
    if isinstance(call.begins, Destination):
        call.note("CallRouted", rule=None, caller_rule=None, destination=describe(call.begins))


def _current_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    assert task is not None
    return task


def _first_destination(switch: Switch, call: Call) -> Destination | PickUp | HearMessages:
    """Who calls, and what was dialled."""
    if call.leg.replaces is not None:
        taken = PickUp(leg=call.leg.replaces)
        call.note("CallRouted", rule=None, caller_rule=None, destination=describe(taken))
        return taken
    if call.leg.origin.agent is not None and (to := _of_an_agent(switch, call, call.leg.origin.agent)):
        return to
    routing = switch.settings.routing
    number, dialled = call.leg.remote.number or ANONYMOUS, (call.leg.dialled, call.arrival.dialled_as)
    rule = routing.classify(number, call.arrival.number_as, dialled=dialled, is_open=opened(switch))
    if rule is not None:
        call.caller_rule = None if rule.reject is not None else rule
        call.priority = rule.priority
        if rule.language is not None:
            call.language = rule.language
            call.note("LanguageSet", language=rule.language)
        if rule.reject is not None:
            return _refused_class(call, rule)
    line = routing.rule(call.leg.dialled, call.arrival.dialled_as)
    destination = line.then if line else Reject(404)
    call.note(
        "CallRouted",
        rule=line.pattern if line else None,
        caller_rule=rule.name if rule else None,
        destination=describe(destination),
        **_why_caller(rule),
    )
    return destination


def _refused_class(call: Call, rule: CallerRule) -> Reject:
    assert rule.reject is not None
    to = Reject(rule.reject)
    call.note("CallRouted", rule=None, caller_rule=rule.name, destination=describe(to), **_why_caller(rule))
    return to


def _why_caller(rule: CallerRule | None) -> dict[str, JsonValue]:
    """What matched besides the number, if anything had to."""
    why = [] if rule is None or not rule.dialled else ["what was dialled"]
    why += [f"{rule.hours} is open"] if rule is not None and rule.hours else []
    why += [f"{rule.outside} is closed"] if rule is not None and rule.outside else []
    return {"caller_why": "; ".join(why)} if why else {}


def _of_an_agent(switch: Switch, call: Call, agent: AgentName) -> Destination | PickUp | HearMessages | None:
    """What an agent dials who has proved to be one: a code, a colleague's extension, or a number outside;
    None: a number of `numbers`, as for anybody. Nobody else comes to the outbound rules.
    """
    dialled = normalise(call.leg.dialled)
    settings = switch.settings
    to: Destination | PickUp | HearMessages | None = feature(switch, agent, dialled)
    if to is None and dialled in settings.menus.extensions:
        to = ToAgent(None)
    if to is not None:
        call.note("CallRouted", rule=None, caller_rule=None, destination=describe(to))
        return to
    decision = way_out(settings.dialplan, settings.routing, agent, dialled)
    return None if decision is None else _outbound(call, decision)


def _outbound(call: Call, decision: Dial | Refused) -> Destination:
    to = outbound(decision)
    call.note(
        "CallRouted",
        rule=None,
        caller_rule=None,
        outbound=decision.rule,
        why=decision.why,
        destination=describe(to),
    )
    return to


_STATIONS: Mapping[type, Callable[[Switch, Call, Any], Awaitable[Onward | None]]] = {
    ToMenu: run_menu,
    ToQueue: wait_in_queue,
    ToCallback: want_callback,
    ToAgent: ring_agent,
    ToNumber: dial_out,
    ToVoicemail: leave_message,
    PickUp: pick_up,
}
"""Where a call may stay for a while, and go on from."""


async def _follow(switch: Switch, call: Call, onward: Onward) -> Onward | None:
    """Go one step. Returns where to go next, None when the call is done."""
    try:
        if station := _STATIONS.get(type(onward)):
            return await station(switch, call, onward)
        match onward:
            case ToMessage():
                await _say(switch, call, onward.prompt)
            case Reject():
                await _reject(switch, call, onward.status)
            case HangUp():
                call.leg.hangup()
            case HearMessages():
                return await hear_messages(switch, call)
            case Riding():
                call.phase, call.riding = "talking", onward
                return await onward.over()
            case OwnWay():
                return await onward.lead()
            case Aside():
                return await onward.lead(call)
            case NextParty():
                return await meet(switch, call, onward)
    except LegError:
        log.debug("caller gone", call=call.id)
    return None


async def _reject(switch: Switch, call: Call, status: int) -> None:
    """Refuse with a SIP status, or, where the caller has been answered, say so and hang up."""
    if call.is_answered:
        await _say(switch, call, _sorry(call, status))
        return
    call.note("CallRefused", status=status)
    call.leg.hangup(status)


def _sorry(call: Call, status: int) -> Prompt:
    """What somebody hears who has been answered; of a call that was asked for, the record says why too."""
    if call.origination is None or call.recording is not None:  # it has come to a conversation
        return UNAVAILABLE
    call.origination.failed(call, status)
    return UNAVAILABLE if call.leg.origin.agent is None else apology(status)


async def _say(switch: Switch, call: Call, prompt: Prompt) -> None:
    """Play a prompt to its end."""
    await call.answer()
    call.phase = "leaving"
    try:
        clip = await switch.speech.prompt(prompt, call.language)
    except AudioError as error:
        log.error("message cannot be played", call=call.id, error=str(error))
        return
    with switch.endpoint.media.player(clip) as player:
        call.leg.hear(Hear(player))
        await asyncio.sleep(clip.duration)
