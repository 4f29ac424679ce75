"""Nobody is told of a change before it is on record: what was answered is there after a kill at any moment.

An event is a line in a file within 50 ms or so, and for so long the answer to a request that has changed
something waits. While the disk is full, answers come late and all the same: the change has been made.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from softswitch.types import Seconds
from softswitch.web.guard import READING
from softswitch.web.operations import Operations

LOOK: Seconds = 0.005
"""Between two looks."""

PATIENCE: Seconds = 2.0
"""How long an answer waits for a record that cannot be written."""


class OnRecord:
    """Around an application."""

    def __init__(self, app: ASGIApp, operations: Operations) -> None:
        self._app = app
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] in READING:
            await self._app(scope, receive, send)
            return
        before = self._operations.newest

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and self._operations.newest > before:
                await self._written(self._operations.newest)
            await send(message)

        await self._app(scope, receive, told)

    async def _written(self, upto: int) -> None:
        clock = asyncio.get_running_loop().time
        until = clock() + PATIENCE
        while self._operations.written < upto and clock() < until:  # noqa: ASYNC110 - a thread writes
            await asyncio.sleep(LOOK)
