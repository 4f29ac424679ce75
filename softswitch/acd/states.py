"""The lives of a caller and of an offer as transition tables; a move that is not in them is an error.

`docs/states.md` is generated from these tables: `python -m softswitch.acd.states > docs/states.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from softswitch.errors import EngineError

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)


class CallerState(StrEnum):
    """Where a caller is between joining a queue and being gone from it."""

    WAITING = "waiting"
    """In the line, no phone rings."""
    OFFERED = "offered"
    """In the line still, at the same place, while one agent's phone rings or several do."""
    TALKING = "talking"
    """With an agent."""
    RESTING = "resting"
    """In the line, and offered to nobody for a while: to be called back later, or hears something first."""
    SERVED = "served"
    """The conversation is over."""
    LEFT = "left"
    """Gone without an agent."""


class CallerMove(StrEnum):
    """What happens to a caller."""

    OFFER = "offer"
    OFFERS_OVER = "offers over"
    CONNECT = "connect"
    CONNECT_FAILED = "connect failed"
    REST = "rest"
    WAKE = "wake"
    END = "end"
    LEAVE = "leave"


CALLER: Mapping[CallerState, Mapping[CallerMove, CallerState]] = {
    CallerState.WAITING: {
        CallerMove.OFFER: CallerState.OFFERED,
        CallerMove.REST: CallerState.RESTING,
        CallerMove.LEAVE: CallerState.LEFT,
    },
    CallerState.OFFERED: {
        CallerMove.OFFER: CallerState.OFFERED,
        CallerMove.OFFERS_OVER: CallerState.WAITING,
        CallerMove.CONNECT: CallerState.TALKING,
        CallerMove.LEAVE: CallerState.LEFT,
    },
    CallerState.TALKING: {
        CallerMove.CONNECT_FAILED: CallerState.WAITING,
        CallerMove.END: CallerState.SERVED,
    },
    CallerState.RESTING: {
        CallerMove.WAKE: CallerState.WAITING,
        CallerMove.LEAVE: CallerState.LEFT,
    },
    CallerState.SERVED: {},
    CallerState.LEFT: {},
}


class OfferState(StrEnum):
    """What one caller takes of one agent, from the first ring to the end of the notes."""

    RESERVED = "reserved"
    """The customer is called back first."""
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap-up"
    CLOSED = "closed"


class OfferMove(StrEnum):
    """What happens to an offer."""

    RING = "ring"
    ANSWER = "answer"
    FAIL = "fail"
    CANCEL = "cancel"
    CONNECT_FAILED = "connect failed"
    END = "end"
    WRAPPED_UP = "wrapped up"


OFFER: Mapping[OfferState, Mapping[OfferMove, OfferState]] = {
    OfferState.RESERVED: {
        OfferMove.RING: OfferState.RINGING,
        OfferMove.CANCEL: OfferState.CLOSED,
    },
    OfferState.RINGING: {
        OfferMove.ANSWER: OfferState.TALKING,
        OfferMove.FAIL: OfferState.CLOSED,
        OfferMove.CANCEL: OfferState.CLOSED,
    },
    OfferState.TALKING: {
        OfferMove.END: OfferState.WRAP_UP,
        OfferMove.CONNECT_FAILED: OfferState.CLOSED,
    },
    OfferState.WRAP_UP: {
        OfferMove.WRAPPED_UP: OfferState.CLOSED,
    },
    OfferState.CLOSED: {},
}


IN_LINE = frozenset({CallerState.WAITING, CallerState.OFFERED, CallerState.RESTING})
"""Where a caller has a place in the queue's line."""


def moved(table: Mapping[S, Mapping[M, S]], state: S, move: M) -> S:
    """The state that `move` leads to from `state`. Raises EngineError when the table forbids it."""
    try:
        return table[state][move]
    except KeyError:
        legal = ", ".join(f"'{known}'" for known in table[state]) or "none: this is an end"
        raise EngineError(f"'{move}' cannot happen in state '{state}'; legal moves are {legal}") from None


def diagram(table: Mapping[S, Mapping[M, S]], *begins: S) -> str:
    """The table as a Mermaid state diagram; a state without moves ends a life."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {_node(state)}: {state}" for state in table]
    lines += [f"    [*] --> {_node(state)}" for state in begins]
    for state, moves in table.items():
        lines += [f"    {_node(state)} --> {_node(after)}: {move}" for move, after in moves.items()]
        if not moves:
            lines.append(f"    {_node(state)} --> [*]")
    return "\n".join(lines)


def _node(state: StrEnum) -> str:
    return state.name.lower()


def page() -> str:
    """The whole of docs/states.md."""
    return f"""\
# States of the queue engine

Generated from the tables in `softswitch/acd/states.py` by `python -m softswitch.acd.states > docs/states.md`.
A move that is not drawn here raises `EngineError`.

## A caller, from joining a queue to being gone from it

```mermaid
{diagram(CALLER, CallerState.WAITING)}
```

## An offer: what one caller takes of one agent

It counts against the agent's `calls` limit from the first ring, or from being reserved for somebody who is
called back first, to the end of wrap-up.

```mermaid
{diagram(OFFER, OfferState.RINGING, OfferState.RESERVED)}
```
"""


if __name__ == "__main__":
    print(page(), end="")
