"""What an agent is to know of a call: who it is, what was pressed and entered, what others say of them.

Moments are seconds since the epoch (UTC), durations seconds.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from softswitch.calls.call import Call
from softswitch.calls.switch import Switch
from softswitch.types import AgentName, Seconds

Card = dict[str, Any]
"""Plain JSON: `web.panel_models.Card`."""

RINGING, DIALLING, TALKING, WRITING = "ringing", "dialling", "talking", "writing"
"""How far a call is, for the agent: `WRITING` is when it is over, and notes are written on it."""


def card_of(switch: Switch, call: Call, agent: AgentName) -> Card:
    """Of a call in progress that is in that agent's hands."""
    known_as = switch.dispatcher.known_as.items()
    waits_as = next((case for case, attempt in known_as if attempt == call.id), call.id)
    loop = asyncio.get_running_loop()
    ahead = switch.clock.now() - loop.time()
    outgoing = call.leg.origin.agent == agent
    talking = call.connected is not None and (outgoing or call.agent == agent)
    made = blank(call.id)
    made |= {
        "phase": TALKING if talking else DIALLING if outgoing else RINGING,
        "outgoing": outgoing,
        "number": call.leg.dialled if outgoing else call.caller.number,
        "name": "" if outgoing else call.caller.name,
        "dialled": call.leg.dialled,
        "queue": call.queue or "",
        "label": switch.settings.queue_labels.get(call.queue, call.queue) if call.queue else "",
        "priority": switch.dispatcher.engine.priority(waits_as),
        "language": call.language,
        "came": round(call.started + ahead, 2),
        "waits": _moment(call.queued, ahead) if call.queue else None,
        "connected": _moment(call.connected, ahead),
        "entered": dict(call.entered),
        "pressed": {str(menu): key for menu, key in call.pressed.items() if key},
    }
    if call.known is not None:
        made |= {"note": call.known.note, "data": dict(call.known.data)}
    made["link"] = link(switch.settings.panel_link, made, agent)
    return made


def blank(call: str) -> Card:
    """Of a call of which no more is known here."""
    texts = ("number", "name", "dialled", "queue", "label", "priority", "language", "note", "link")
    moments = ("came", "waits", "connected")
    known: Card = {
        "call": call,
        "phase": WRITING,
        "outgoing": False,
        "entered": {},
        "pressed": {},
        "data": {},
    }
    return known | dict.fromkeys(texts, "") | dict.fromkeys(moments)


def link(template: str | None, card: Card, agent: str) -> str:
    """Where more is to be seen of a caller; empty: nowhere. What is filled in cannot leave its place."""
    if template is None or not card["number"]:
        return ""
    filled = {name: quote(str(card[name]), safe="") for name in ("number", "name", "call", "queue")}
    return template.format_map({**filled, "agent": quote(agent, safe="")})


def _moment(at: Seconds | None, ahead: Seconds) -> float | None:
    return None if at is None else round(at + ahead, 2)
