"""The newest notes on calls, and what was known of the calls: a page that is loaded again finds them at once,
before the database has them. Belongs to the loop's thread.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from softswitch.kinds import Kind
from softswitch.panel.cards import Card
from softswitch.ports import Recorded

MOST = 2000
"""Notes, and cards, that are remembered; the eldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class Written:
    """What one agent wrote on one call last."""

    at: float
    """Seconds since the epoch."""
    notes: str
    disposition: str


class Notebook:
    """Fed with every event."""

    def __init__(self) -> None:
        self._written: OrderedDict[tuple[str, str], Written] = OrderedDict()
        self._cards: OrderedDict[str, Card] = OrderedDict()
        self._attempts: OrderedDict[str, str] = OrderedDict()

    def hear(self, event: Recorded) -> None:
        """Take the newest event; returns at once."""
        data = event.data
        match event.kind:
            case Kind.NOTES_WRITTEN if event.call is not None:
                notes, disposition = str(data.get("notes") or ""), str(data.get("disposition") or "")
                key = event.call, str(data.get("agent"))
                self._written[key] = Written(event.at, notes, disposition)
                self._written.move_to_end(key)
                _shorten(self._written)
            case Kind.CALLBACK_TRIED if event.call is not None:
                self._attempts[str(data.get("callback"))] = event.call
                _shorten(self._attempts)
            case Kind.CALLER_ERASED | Kind.CALLERS_FORGOTTEN:
                self._written.clear()
                self._cards.clear()

    def written(self, call: str, agent: str) -> Written | None:
        """What that agent wrote there, as far as it is remembered."""
        return self._written.get((call, agent))

    def keep(self, card: Card) -> None:
        """What is known of a call whose conversation is over."""
        self._cards[card["call"]] = card
        self._cards.move_to_end(card["call"])
        _shorten(self._cards)

    def card(self, call: str) -> Card | None:
        """What was known of a call."""
        return self._cards.get(call)

    def on_record(self, call: str) -> str:
        """The call under which the record has what the engine knows by that id: of a callback, the last
        attempt.
        """
        return self._attempts.get(call, call)


def _shorten(some: OrderedDict[Any, Any]) -> None:
    while len(some) > MOST:
        some.popitem(last=False)
