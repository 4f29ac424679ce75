"""Destinations in a word or two, for the record."""

from __future__ import annotations

from softswitch.calls.onward import HearMessages, PickUp
from softswitch.types import (
    Destination,
    HangUp,
    Reject,
    ToAgent,
    ToMenu,
    ToMessage,
    ToNumber,
    ToQueue,
    ToVoicemail,
)


def describe(destination: Destination | PickUp | HearMessages) -> str:
    """As `queue support`."""
    match destination:
        case ToAgent() | ToNumber() | PickUp():
            return _somebody(destination)
        case ToMenu():
            return f"menu {destination.menu}"
        case ToQueue():
            return f"queue {destination.queue}"
        case ToVoicemail():
            return f"voicemail {destination.mailbox}"
        case Reject():
            return f"reject {destination.status}"
    return {ToMessage: "message", HearMessages: "own messages", HangUp: "hang up"}[type(destination)]


def _somebody(whom: ToAgent | ToNumber | PickUp) -> str:
    match whom:
        case ToAgent():
            return f"agent {whom.agent or 'dialled'}"
        case ToNumber():
            return f"dial {whom.number}"
        case PickUp():
            return f"pickup {whom.colleague or (whom.leg.id if whom.leg else 'of any')}"
