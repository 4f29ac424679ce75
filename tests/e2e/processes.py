"""Processes of others that stand beside the switch."""

from __future__ import annotations

import asyncio


async def end(process: asyncio.subprocess.Process, within: float = 5.0) -> None:
    """End it by its id: politely, so that it puts its things in order; then not. Twice does no harm."""
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), within)
        except TimeoutError:
            process.kill()
            await process.wait()
