"""What agents dial to change their own state: sign in and out, pause, resume; a voice confirms each."""

from __future__ import annotations

from softswitch.acd.events import AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut
from softswitch.calls.onward import PickUp
from softswitch.calls.switch import Switch
from softswitch.config.settings import Features
from softswitch.types import AgentName, Language, Prompt, Reject, ToMessage


def _prompt(en: str, pl: str, he: str) -> Prompt:
    return Prompt({Language("en"): en, Language("pl"): pl, Language("he"): he})


SIGNED_IN = _prompt("You are signed in.", "Jesteś zalogowany.", "נכנסת לתורים.")
SIGNED_OUT = _prompt("You are signed out.", "Jesteś wylogowany.", "יצאת מהתורים.")
PAUSED = _prompt("You are paused.", "Masz przerwę.", "אתה בהפסקה.")
RESUMED = _prompt("The pause is over.", "Koniec przerwy.", "ההפסקה הסתיימה.")
UNKNOWN_REASON = _prompt("There is no such reason.", "Nie ma takiego powodu.", "אין סיבה כזאת.")


def is_code(codes: Features, dialled: str) -> bool:
    """Whether an agent who dials this means a code."""
    exact = (codes.sign_in, codes.sign_out, codes.resume)
    return dialled in exact or dialled.startswith((codes.pause, codes.pickup))


def feature(switch: Switch, agent: AgentName, dialled: str) -> ToMessage | PickUp | Reject | None:
    """Do what a code that an agent dialled stands for; returns its confirmation, or what is to be done in the
    call; None when it is no code.
    """
    codes, feed = switch.settings.features, switch.dispatcher.feed
    if dialled == codes.sign_in:
        feed(AgentSignedIn(agent))
        return ToMessage(SIGNED_IN)
    if dialled == codes.sign_out:
        feed(AgentSignedOut(agent))
        return ToMessage(SIGNED_OUT)
    if dialled == codes.resume:
        feed(AgentResumed(agent))
        return ToMessage(RESUMED)
    if dialled.startswith(codes.pickup):
        return _pickup(switch, dialled.removeprefix(codes.pickup))
    if not dialled.startswith(codes.pause):
        return None
    digits = dialled.removeprefix(codes.pause)
    reason = codes.reasons.get(digits) if digits else ""
    if reason is None:
        return ToMessage(UNKNOWN_REASON)
    feed(AgentPaused(agent, reason))
    return ToMessage(PAUSED)


def _pickup(switch: Switch, extension: str) -> PickUp | Reject:
    if not extension:
        return PickUp()
    colleague = switch.settings.menus.extensions.get(extension)
    return PickUp(AgentName(colleague)) if colleague else Reject(404)
