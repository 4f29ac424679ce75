"""Destinations in a word or two, for the record."""

from __future__ import annotations

from softswitch.calls.onward import HearMessages, PickUp
from softswitch.types import (
    Destination,
    HangUp,
    Reject,
    ToAgent,
    ToCallback,
    ToMenu,
    ToMessage,
    ToNumber,
    ToQueue,
    ToVoicemail,
)


def describe(destination: Destination | PickUp | HearMessages) -> str:
    """As `queue support`."""
    return " ".join(_words(destination))


def _words(to: Destination | PickUp | HearMessages) -> tuple[str, ...]:
    words: tuple[str, ...]
    match to:
        case ToMenu(menu):
            words = "menu", menu
        case ToQueue(queue):
            words = "queue", queue
        case ToCallback(queue):
            words = "callback", queue
        case ToVoicemail(mailbox):
            words = "voicemail", mailbox
        case ToAgent(agent):
            words = "agent", agent or "dialled"
        case ToNumber(number):
            words = "dial", number
        case PickUp(colleague, leg):
            words = "pickup", colleague or (leg.id if leg else "of any")
        case Reject(status):
            words = "reject", str(status)
        case _:
            words = (_FIXED[type(to)],)
    return words


_FIXED = {ToMessage: "message", HearMessages: "own messages", HangUp: "hang up"}
