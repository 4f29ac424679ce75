"""Waiting, in a test, for what another thread or process does and tells nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(true: Callable[[], object], patience: float = 15.0) -> None:
    """Return as soon as that holds. Raises TimeoutError after so many seconds."""
    async with asyncio.timeout(patience):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
