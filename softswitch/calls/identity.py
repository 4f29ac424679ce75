"""Whom phones show: somebody who is rung sees who calls, and whoever is handed on, with whom it goes on.

Only agents' phones are told the latter (in the spirit of RFC 4916): to whom else a carrier would pass it on,
nobody knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from softswitch.ports import Leg
from softswitch.types import Party

if TYPE_CHECKING:
    from softswitch.calls.bridge import Conversation


def shown(conversation: Conversation, leg: Leg) -> Party | None:
    """As whom one of the two is shown to the next one's phone; None: as the caller."""
    agent = conversation.agent_of(leg)
    phone = conversation.switch.settings.phones.get(agent) if agent else None
    if phone is not None:
        return Party(phone.extension or leg.remote.number, phone.name, leg.remote.uri)
    return None if leg is conversation.call.leg else leg.remote


def introduce(conversation: Conversation) -> None:
    """Tell the phones that have shown somebody else until now: they were in another conversation, or have
    picked up what was not theirs.
    """
    exchange, call, other = conversation.switch.exchange, conversation.call, conversation.other
    for leg in (call.leg, other):
        strange = leg in exchange.introduced or (leg is other and leg.id in exchange.calls)
        if strange and conversation.agent_of(leg) is not None and leg.origin.trunk is None:
            partner = conversation.partner(leg)
            leg.identify(shown(conversation, partner) or partner.remote)
        exchange.introduced.add(leg)
