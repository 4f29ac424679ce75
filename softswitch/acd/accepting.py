"""An agent has answered, and hears who comes before the two are connected: the caller waits for that agent
alone, still hears the music, and no more phones ring.
"""

from __future__ import annotations

from softswitch.acd.floor import Floor
from softswitch.acd.offers import Offer
from softswitch.types import CancelReason


def accept(floor: Floor, offer: Offer) -> None:
    """The ring time is over, and every other phone stops ringing."""
    caller = offer.caller
    floor.deadlines.cancel(offer.timer)
    offer.timer = None
    caller.accepted = offer
    caller.put_on(None)
    for other in [other for other in caller.offers.values() if other is not offer]:
        floor.withdraw(other, CancelReason.ANSWERED_ELSEWHERE)
