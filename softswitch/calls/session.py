"""One caller, from the INVITE to the end: `serve` is the whole call; returning hangs up."""

from __future__ import annotations

import asyncio

import structlog

from softswitch.calls.agent_leg import ANONYMOUS
from softswitch.calls.arrival import arrived
from softswitch.calls.bridge import meet
from softswitch.calls.call import Call
from softswitch.calls.describe import describe
from softswitch.calls.direct import ring_agent
from softswitch.calls.features import feature
from softswitch.calls.menu import run_menu
from softswitch.calls.messages import hear_messages
from softswitch.calls.onward import HearMessages, NextParty, Onward, PickUp, Riding
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
from softswitch.routing import normalise
from softswitch.sound import Hear
from softswitch.types import (
    AgentName,
    Destination,
    HangUp,
    Language,
    Prompt,
    Reject,
    ToAgent,
    ToMenu,
    ToMessage,
    ToNumber,
    ToQueue,
    ToVoicemail,
)

log = structlog.get_logger(__name__)

UNAVAILABLE = Prompt(
    {
        Language("en"): "We are sorry, nobody can take your call at the moment.",
        Language("pl"): "Przepraszamy, w tej chwili nikt nie może odebrać połączenia.",
    }
)
"""What a caller hears who has been answered and must be refused after that."""


async def serve(switch: Switch, call: Call) -> None:
    """Lead one caller through the switch. The caller's hang-up cancels it; returning hangs up."""
    _note_arrival(call)
    if call.origination is not None:
        if not await begin(switch, call, call.origination):
            return
        _note_way(switch, call)
    leg = call.leg
    onward: Onward | None = call.begins or _first_destination(switch, call)
    call.begins = None
    while onward is not None:
        try:
            onward = await _follow(switch, call, onward)
        except asyncio.CancelledError:
            if call.diversion is None or leg.ended.done():
                raise
            _current_task().uncancel()
            onward, call.diversion = call.diversion, None


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
    rule = routing.classify(call.leg.remote.number or ANONYMOUS, call.arrival.number_as)
    if rule is not None:
        call.priority = rule.priority
        if rule.language is not None:
            call.language = rule.language
            call.note("LanguageSet", language=rule.language)
        if rule.reject is not None:
            return Reject(rule.reject)
    line = routing.rule(call.leg.dialled, call.arrival.dialled_as)
    destination = line.then if line else Reject(404)
    call.note(
        "CallRouted",
        rule=line.pattern if line else None,
        caller_rule=rule.name if rule else None,
        destination=describe(destination),
    )
    return destination


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


async def _follow(switch: Switch, call: Call, onward: Onward) -> Onward | None:
    """Go one step. Returns where to go next, None when the call is done."""
    try:
        match onward:
            case ToMenu():
                return await run_menu(switch, call, onward)
            case ToQueue():
                return await wait_in_queue(switch, call, onward)
            case ToAgent():
                return await ring_agent(switch, call, onward)
            case ToNumber():
                return await dial_out(switch, call, onward)
            case ToVoicemail():
                return await leave_message(switch, call, onward)
            case ToMessage() | Reject() | HangUp():
                await _part(switch, call, onward)
            case _:
                return await _join(switch, call, onward)
    except LegError:
        log.debug("caller gone", call=call.id)
    return None


async def _join(
    switch: Switch, call: Call, onward: NextParty | Riding | PickUp | HearMessages
) -> Onward | None:
    """Where no configuration leads: to what agents dial, and to whom a transfer has found."""
    match onward:
        case HearMessages():
            return await hear_messages(switch, call)
        case PickUp():
            return await pick_up(switch, call, onward)
        case Riding():
            call.phase, call.riding = "talking", onward
            return await onward.over()
        case _:
            return await meet(switch, call, onward)


async def _part(switch: Switch, call: Call, last: ToMessage | Reject | HangUp) -> None:
    """The end of the way."""
    match last:
        case ToMessage():
            await _say(switch, call, last.prompt)
        case Reject():
            await _reject(switch, call, last.status)
        case HangUp():
            call.leg.hangup()


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
