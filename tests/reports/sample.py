"""Some days of callers, as events."""

from __future__ import annotations

import random
from typing import Any

from softswitch.ports import Recorded
from softswitch.types import CallId

START = 1_772_000_000.0
"""2026-02-25, in the morning UTC."""


def days(seed: int, calls: int = 120, short: float = 0.0) -> list[Recorded]:
    """Events in order of time: agents, callers who are answered, give up, are turned away, or come twice.
    `short`: who hangs up before does not count.
    """
    chance = random.Random(seed)
    told: list[tuple[float, str, str | None, dict[str, Any]]] = [
        (START, "SwitchStarting", None, {}),
        (START, "SwitchStarted", None, {"agents": ["ann", "ben"]}),
        (START + 5000.25, "AgentPaused", None, {"agent": "ann", "reason": "lunch"}),
        (START + 6800.75, "AgentResumed", None, {"agent": "ann"}),
    ]
    for number in range(calls):
        at, call = START + 1 + chance.randrange(3 * 86400), f"c{number}"
        told.append((at, "CallArrived", call, {"number": "+48600100200"}))
        for _ in range(chance.choice((1, 1, 2))):
            at = _visit(told, chance, at + 0.25, call, short)
        told.append((at + 0.5, "CallEnded", call, {"ended_by": "caller", "status": 200}))
    told.append((START + 4 * 86400, "SwitchStopped", None, {}))
    told.sort(key=lambda one: one[0])
    return [
        Recorded(seq, at, kind, CallId(call) if call else None, data)
        for seq, (at, kind, call, data) in enumerate(told, 1)
    ]


def _visit(told: list[Any], chance: random.Random, at: float, call: str, short: float) -> float:
    queue, waited = chance.choice(("sales", "support")), chance.randrange(0, 480) / 8
    come: dict[str, Any] = {"queue": queue, "priority": "default", "within": 20.0}
    told.append((at, "CallerJoined", call, come | ({"short": short} if short else {})))
    if chance.random() < 0.5:
        told.append((at + waited / 2, "Announced", call, {"position": 2, "wait": 30.0}))
    at += waited
    end = chance.choice(("answered", "answered", "answered", "hung-up", "max-wait"))
    if end != "answered":
        told.append((at, "CallerLeft", call, {"queue": queue, "reason": end, "waited": waited}))
        return at + 0.125
    agent, talked = chance.choice(("ann", "ben")), chance.randrange(8, 2400) / 8
    offer = {"offer": f"{call}{at}", "agent": agent, "queue": queue}
    if waited > 10:  # somebody else was rung before
        other = {"offer": f"{call}{at} first", "agent": "ben" if agent == "ann" else "ann"}
        result = ("no-answer", "rejected", "answered-elsewhere", "busy")[int(waited) % 4]
        told.append((at - 10, "OfferMade", call, other | {"queue": queue}))
        told.append((at - 5, "OfferEnded", call, other | {"result": result}))
    told.append((at - min(waited, 0.125), "OfferMade", call, offer))
    told.append((at, "OfferEnded", call, {**offer, "result": "answered"}))
    foreseen = {"foreseen": chance.randrange(0, 480) / 8} if chance.random() < 0.5 else {}
    told.append((at, "Connected", call, {**offer, "waited": waited, "wrap_up": 10.0, **foreseen}))
    if chance.random() < 0.4:
        told.append((at + talked / 4, "Held", call, {"by": "agent"}))
        if chance.random() < 0.7:
            told.append((at + talked / 2, "Resumed", call, {"by": "agent"}))
    told.append(
        (at + talked, "ConversationEnded", call, {"agent": agent, "ended_by": "caller", "talked": talked})
    )
    return at + talked + 0.125
