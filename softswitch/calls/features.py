"""What agents dial to change their own state: sign in and out, pause, resume; a voice confirms each."""

from __future__ import annotations

from softswitch.acd.events import AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut
from softswitch.calls.switch import Switch
from softswitch.config.settings import Features
from softswitch.types import AgentName, Language, Prompt, ToMessage


def _prompt(en: str, pl: str, he: str) -> Prompt:
    return Prompt({Language("en"): en, Language("pl"): pl, Language("he"): he})


SIGNED_IN = _prompt("You are signed in.", "Jesteś zalogowany.", "נכנסת לתורים.")
SIGNED_OUT = _prompt("You are signed out.", "Jesteś wylogowany.", "יצאת מהתורים.")
PAUSED = _prompt("You are paused.", "Masz przerwę.", "אתה בהפסקה.")
RESUMED = _prompt("The pause is over.", "Koniec przerwy.", "ההפסקה הסתיימה.")
UNKNOWN_REASON = _prompt("There is no such reason.", "Nie ma takiego powodu.", "אין סיבה כזאת.")


def is_code(codes: Features, dialled: str) -> bool:
    """Whether an agent who dials this means a code."""
    return dialled in (codes.sign_in, codes.sign_out, codes.resume) or dialled.startswith(codes.pause)


def feature(switch: Switch, agent: AgentName, dialled: str) -> ToMessage | None:
    """Do what a code that an agent dialled stands for; returns its confirmation, None when it is no code."""
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
    if not dialled.startswith(codes.pause):
        return None
    digits = dialled.removeprefix(codes.pause)
    reason = codes.reasons.get(digits) if digits else ""
    if reason is None:
        return ToMessage(UNKNOWN_REASON)
    feed(AgentPaused(agent, reason))
    return ToMessage(PAUSED)
