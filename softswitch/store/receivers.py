"""How far the receivers of events are, for interfaces: queries in threads, connections kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from softswitch.errors import StoreError
from softswitch.store.database import shown, why
from softswitch.store.outbox import Outbox

T = TypeVar("T")


class Receivers:
    """Every method raises StoreError when the database cannot be used."""

    def __init__(self, engine: Engine) -> None:
        """Its connections are let go of by `close`."""
        self._engine = engine

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()

    async def states(self) -> Mapping[str, Mapping[str, int]]:
        """Of each receiver: `behind` so many events, `waiting` to be tried again, `dead`."""
        return await self._ask(Outbox.states)

    async def dead(self, most: int) -> list[tuple[str, int, int, str]]:
        """What receivers never took, the newest first: receiver, event, attempts, why."""
        return await self._ask(lambda outbox: outbox.dead(most))

    async def revive(self, receiver: str) -> int:
        """Send everything again that one receiver never took; returns how many events that is."""
        return await self._ask(lambda outbox: outbox.revive(receiver, time.time()))

    async def _ask(self, question: Callable[[Outbox], T]) -> T:
        def ask() -> T:
            try:
                return question(Outbox(self._engine))
            except SQLAlchemyError as error:
                raise StoreError(
                    f"receivers cannot be had from {shown(self._engine.url)}: {why(error)}"
                ) from None

        return await asyncio.to_thread(ask)
