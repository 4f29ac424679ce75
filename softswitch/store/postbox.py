"""Mails on their way, for interfaces: queries in threads, connections kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from softswitch.errors import StoreError
from softswitch.parcels import Unsent
from softswitch.store.database import shown, why
from softswitch.store.mails import Mails

T = TypeVar("T")


class Postbox:
    """Every method raises StoreError when the database cannot be used."""

    def __init__(self, engine: Engine) -> None:
        """Its connections are let go of by `close`."""
        self._engine = engine

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()

    async def listed(self, most: int) -> list[Unsent]:
        """Those that wait and those that were given up, the newest first."""
        return await self._ask(lambda box: box.listed(most))

    async def revive(self, id: str | None) -> int:
        """Try one, or all, again at once; returns how many that is."""
        return await self._ask(lambda box: box.revive(id, time.time()))

    async def drop(self, id: str) -> bool:
        """Send one no more. False: there is none that waits or was given up."""
        return await self._ask(lambda box: box.drop(id, time.time()))

    async def _ask(self, question: Callable[[Mails], T]) -> T:
        def ask() -> T:
            try:
                return question(Mails(self._engine))
            except SQLAlchemyError as error:
                raise StoreError(
                    f"mails cannot be had from {shown(self._engine.url)}: {why(error)}"
                ) from None

        return await asyncio.to_thread(ask)
