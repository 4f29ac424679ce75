"""The tables, and the page that is drawn from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.acd.states import (
    CALLER,
    OFFER,
    CallerMove,
    CallerState,
    OfferMove,
    OfferState,
    moved,
    page,
)
from softswitch.errors import EngineError

PAGE = Path(__file__).parents[2] / "docs" / "states.md"


def test_the_page_is_drawn_from_the_tables() -> None:
    assert PAGE.read_text() == page(), "run: python -m softswitch.acd.states > docs/states.md"


def test_an_illegal_move_says_what_would_be_legal() -> None:
    with pytest.raises(
        EngineError, match="'connect' cannot happen in state 'waiting'; legal moves are 'offer'"
    ):
        moved(CALLER, CallerState.WAITING, CallerMove.CONNECT)
    with pytest.raises(EngineError, match="'answer' cannot happen in state 'closed'; legal moves are none"):
        moved(OFFER, OfferState.CLOSED, OfferMove.ANSWER)


def test_every_state_can_be_reached_and_every_life_can_end() -> None:
    for table, start in ((CALLER, CallerState.WAITING), (OFFER, OfferState.RESERVED)):
        reached, look_at = {start}, [start]
        while look_at:
            for after in table[look_at.pop()].values():  # type: ignore[index]
                if after not in reached:
                    reached.add(after)
                    look_at.append(after)
        assert reached == set(table)
        ends = {state for state, moves in table.items() if not moves}
        can_end = set(ends)
        for _ in table:
            can_end |= {state for state, moves in table.items() if can_end & set(moves.values())}
        assert can_end == set(table)


def test_nobody_is_connected_without_having_been_offered() -> None:
    sources = [state for state, moves in CALLER.items() if CallerState.TALKING in moves.values()]
    assert sources == [CallerState.OFFERED]
