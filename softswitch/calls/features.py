"""What agents dial to change their own state: sign in and out, pause, wrap-up; a voice confirms each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from softswitch.acd.events import (
    AgentPaused,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    Event,
    WrapUpEnded,
    WrapUpExtended,
)
from softswitch.calls.onward import HearMessages, PickUp
from softswitch.calls.switch import Switch
from softswitch.dialplan.codes import Code
from softswitch.sentences.phrases import phrase
from softswitch.types import AgentName, Prompt, Reject, ToMessage

SIGNED_IN = phrase("agents.signed_in")
SIGNED_OUT = phrase("agents.signed_out")
PAUSED = phrase("agents.paused")
RESUMED = phrase("agents.resumed")
NOTES_DONE = phrase("agents.notes_done")
MORE_TIME = phrase("agents.more_time")
NO_NOTES = phrase("agents.no_notes")
UNKNOWN_REASON = phrase("agents.unknown_reason")


_PLAIN: Mapping[Code, tuple[Callable[[AgentName], Event], Prompt]] = {
    Code.SIGN_IN: (AgentSignedIn, SIGNED_IN),
    Code.SIGN_OUT: (AgentSignedOut, SIGNED_OUT),
    Code.RESUME: (AgentResumed, RESUMED),
}
"""Codes that tell the queues one thing."""


def feature(
    switch: Switch, agent: AgentName, dialled: str
) -> ToMessage | PickUp | HearMessages | Reject | None:
    """Do what a code that an agent dialled stands for; returns its confirmation, or what is to be done in the
    call; None when it is no code.
    """
    meaning, feed = switch.settings.features.meaning(dialled), switch.dispatcher.feed
    if meaning is None:
        return None
    code, digits = meaning
    match code:
        case Code.SIGN_IN | Code.SIGN_OUT | Code.RESUME:
            event, said = _PLAIN[code]
            feed(event(agent))
            return ToMessage(said)
        case Code.NOTES_DONE:
            return _notes(switch, agent, WrapUpEnded(agent), NOTES_DONE)
        case Code.MORE_TIME:
            more = WrapUpExtended(agent, switch.settings.features.wrap_up_extend)
            return _notes(switch, agent, more, MORE_TIME)
        case Code.VOICEMAIL:
            return HearMessages()
        case Code.PICK_UP:
            return _pickup(switch, digits)
        case Code.PAUSE:
            return _pause(switch, agent, digits)


def _pause(switch: Switch, agent: AgentName, digits: str) -> ToMessage:
    reason = switch.settings.features.reasons.get(digits) if digits else ""
    if reason is None:
        return ToMessage(UNKNOWN_REASON)
    switch.dispatcher.feed(AgentPaused(agent, reason))
    return ToMessage(PAUSED)


def _notes(switch: Switch, agent: AgentName, what: WrapUpEnded | WrapUpExtended, done: Prompt) -> ToMessage:
    if not switch.dispatcher.engine.wraps_up(agent):
        return ToMessage(NO_NOTES)
    switch.dispatcher.feed(what)
    return ToMessage(done)


def _pickup(switch: Switch, extension: str) -> PickUp | Reject:
    if not extension:
        return PickUp()
    colleague = switch.settings.menus.extensions.get(extension)
    return PickUp(AgentName(colleague)) if colleague else Reject(404)
