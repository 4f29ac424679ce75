"""Destinations in a word or two, for the record."""

from __future__ import annotations

from softswitch.calls.onward import PickUp
from softswitch.types import Destination, HangUp, Reject, ToAgent, ToMenu, ToMessage, ToNumber, ToQueue


def describe(destination: Destination | PickUp) -> str:
    """As `queue support`."""
    match destination:
        case ToMenu():
            return f"menu {destination.menu}"
        case ToQueue():
            return f"queue {destination.queue}"
        case ToAgent():
            return f"agent {destination.agent or 'dialled'}"
        case ToNumber():
            return f"dial {destination.number}"
        case ToMessage():
            return "message"
        case PickUp():
            return f"pickup {destination.colleague or (destination.leg.id if destination.leg else 'of any')}"
        case Reject():
            return f"reject {destination.status}"
        case HangUp():
            return "hang up"
