"""Destinations in a word or two, for the record."""

from __future__ import annotations

from softswitch.calls.onward import PickUp
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
)


def describe(destination: Destination | PickUp) -> str:
    """As `queue support`."""
    return " ".join(_words(destination))


def _words(to: Destination | PickUp) -> tuple[str, ...]:
    words: tuple[str, ...]
    match to:
        case ToMenu(menu):
            words = "menu", menu
        case ToQueue(queue):
            words = "queue", queue
        case ToCallback(queue):
            words = "callback", queue
        case ToAgent(agent):
            words = "agent", agent or "dialled"
        case ToNumber(number):
            words = "dial", number
        case ToMessage():
            words = ("message",)
        case PickUp(colleague, leg):
            words = "pickup", colleague or (leg.id if leg else "of any")
        case Reject(status):
            words = "reject", str(status)
        case HangUp():
            words = ("hang up",)
    return words
