"""What agents dial to change their own state: sign in and out, pause, resume; a voice confirms each."""

from __future__ import annotations

from softswitch.acd.events import AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut
from softswitch.calls.onward import HearMessages, PickUp
from softswitch.calls.switch import Switch
from softswitch.dialplan.codes import Code
from softswitch.types import AgentName, Language, Prompt, Reject, ToMessage


def _prompt(en: str, pl: str, he: str) -> Prompt:
    return Prompt({Language("en"): en, Language("pl"): pl, Language("he"): he})


SIGNED_IN = _prompt("You are signed in.", "Jesteś zalogowany.", "נכנסת לתורים.")
SIGNED_OUT = _prompt("You are signed out.", "Jesteś wylogowany.", "יצאת מהתורים.")
PAUSED = _prompt("You are paused.", "Masz przerwę.", "אתה בהפסקה.")
RESUMED = _prompt("The pause is over.", "Koniec przerwy.", "ההפסקה הסתיימה.")
UNKNOWN_REASON = _prompt("There is no such reason.", "Nie ma takiego powodu.", "אין סיבה כזאת.")


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
        case Code.SIGN_IN:
            feed(AgentSignedIn(agent))
            return ToMessage(SIGNED_IN)
        case Code.SIGN_OUT:
            feed(AgentSignedOut(agent))
            return ToMessage(SIGNED_OUT)
        case Code.RESUME:
            feed(AgentResumed(agent))
            return ToMessage(RESUMED)
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


def _pickup(switch: Switch, extension: str) -> PickUp | Reject:
    if not extension:
        return PickUp()
    colleague = switch.settings.menus.extensions.get(extension)
    return PickUp(AgentName(colleague)) if colleague else Reject(404)
