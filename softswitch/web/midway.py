"""Around the application: requests that end midway, by their client or by the switch."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from softswitch.web.board import TRANSPORT
from softswitch.web.guard import READING
from softswitch.web.problems import SOON, problem

log = structlog.get_logger(__name__)

TURNS = 2
"""Of the loop, after which it has seen the end of a connection that had ended before its request was read."""

ENDS = "the switch ended before this was answered; what it was to change may have been done or not"


class Midway:
    """Around an application.

    A change is begun only while somebody waits for its answer: what was sent to a switch that hung, and was
    given up, is not done when it goes on, to the surprise of everybody. A request that takes longer than the
    switch may take to end is answered by 503.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] not in READING and await _given_up(scope):
            log.info("web.given_up", method=scope["method"], path=scope["path"])
            await problem(503, "nobody waited for this any more, so it was not done")(scope, receive, send)
            return
        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, told)
        except asyncio.CancelledError:  # by the server, which ends
            if not begun:
                again = (
                    SOON if scope["method"] in READING else None
                )  # what may have been done is not done again
                await problem(503, ENDS, again)(scope, receive, send)


async def _given_up(scope: Scope) -> bool:
    for _ in range(TURNS):
        await asyncio.sleep(0)
    transport: Any = scope.get("state", {}).get(TRANSPORT)
    return transport is not None and transport.is_closing()
