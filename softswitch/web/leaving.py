"""Work for a client that may go away before it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from starlette.types import Receive

from softswitch.web.problems import Refused

T = TypeVar("T")


async def while_there(receive: Receive, work: Coroutine[None, None, T]) -> T:
    """Do the work; it is cancelled when the client hangs up. Raises Refused then."""
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Refused(503, "the client is gone")
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    """Until the client has hung up; the request's body is read by then."""
    while (await receive())["type"] != "http.disconnect":
        pass
