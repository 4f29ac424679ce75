"""/api/v1/events/ws: the record's events as they come, by WebSocket (RFC 6455): the same events and the same
access as by server-sent events.

| the socket is closed with | as |
|---|---|
| 1001 | the switch ends |
| 1008 | the log-in is over, or the role is another one |
| 1013 | the viewer is too slow, or the database fails: come again, with `after` |

A viewer who does not read what is on the way to it within ten seconds is cut off without a word.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import Depends, Query, WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from softswitch.access import Role
from softswitch.errors import StoreError
from softswitch.kinds import Kind
from softswitch.types import Seconds
from softswitch.web.api import PREFIX
from softswitch.web.guard import Guard, Who
from softswitch.web.lines import json_of
from softswitch.web.live import Live, TooMany
from softswitch.web.problems import Refused
from softswitch.web.routes import Routes
from softswitch.web.streaming import BEAT, CHANGED, Number, check_number, check_room

PATIENCE: Seconds = 10.0
"""How long a viewer may not read, once all buffers on the way are full."""

FAREWELL: Seconds = 5.0
"""How long a viewer may take to close."""

SAID = 4096
"""Bytes of a viewer's message at most; nothing that viewers say is heard."""

GOING_AWAY, NO_ACCESS, TRY_AGAIN = 1001, 1008, 1013

NO_SOCKET = (
    f"this opens a WebSocket, and needs a client for that; {PREFIX}/events/stream is for others, as curl"
)

ABOUT = f"""Moments are seconds since the epoch (UTC), durations are seconds.

Events also come by WebSocket, which OpenAPI cannot describe: `GET {PREFIX}/events/ws`, with the parameters
`after` and `kind` of `{PREFIX}/events/stream`. Each message is one event as JSON: `seq`, `at`, `kind`,
`call`, `data`. Programs send their token in `Authorization`; a page of this server needs no more than its
session. Before the socket opens, errors are answers with a problem, as everywhere (410: the record does not
go as far as `after`); after that it closes with 1001 (the switch ends), 1008 (the log-in is over) or 1013
(too slow: come again with `after`). What the client sends is not heard.
"""


class Connection(WebSocketsSansIOProtocol):
    """uvicorn's, that can be cut off: closing waits for a peer to read what was sent."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.app_state = {**self.app_state, "cut": self._cut}

    def _cut(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def keepalive_timeout(self) -> None:
        """No answer to a ping: nobody is there who could read more."""
        super().keepalive_timeout()
        self._cut()


def socket_routes(live: Live, guard: Guard) -> Routes:
    """The one."""
    router = Routes(prefix=PREFIX)
    may = guard.needs(Role.SUPERVISOR)

    @router.get("/events/ws", include_in_schema=False, dependencies=[Depends(may)])
    async def plain() -> None:
        """Whoever comes without asking for a WebSocket (RFC 9110 section 15.5.22)."""
        raise Refused(426, NO_SOCKET, {"Upgrade": "websocket", "Connection": "Upgrade"})

    @router.websocket("/events/ws")
    async def events(
        websocket: WebSocket,
        after: Number = None,
        kind: Annotated[list[Kind] | None, Query(max_length=100)] = None,
    ) -> None:
        await may(websocket)
        check_room(live)
        check_number(live, after)
        await websocket.accept()
        cut: Callable[[], None] = websocket.scope.get("state", {}).get("cut", lambda: None)
        wanted = None if kind is None else frozenset(map(str, kind))
        sending = asyncio.ensure_future(_send(websocket, live, may, after, wanted))
        gone = asyncio.ensure_future(_until_gone(websocket))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                await _close(websocket, sending.result(), cut)
        finally:
            for task in (sending, gone):
                task.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)

    return router


async def _send(
    websocket: WebSocket, live: Live, may: Who, after: int | None, kinds: frozenset[str] | None
) -> int | None:
    """Send events; returns why no more are: a code to close with, or None for a viewer who does not read."""
    clock = asyncio.get_running_loop().time
    asked_again = clock() + BEAT
    async with aclosing(live.watch(after, BEAT)) as lines:
        try:
            async for line in lines:
                if clock() >= asked_again or (line is not None and line[1] == CHANGED):
                    await may(websocket)
                    asked_again = clock() + BEAT
                if line is not None and (kinds is None or line[1] in kinds):
                    async with asyncio.timeout(PATIENCE):
                        await websocket.send_text(json_of(line))
        except TimeoutError:
            return None
        except WebSocketDisconnect:
            return GOING_AWAY
        except Refused as refused:
            return NO_ACCESS if refused.status_code in (401, 403) else TRY_AGAIN
        except (StoreError, TooMany):
            return TRY_AGAIN
    return GOING_AWAY if live.closed else TRY_AGAIN


async def _until_gone(websocket: WebSocket) -> None:
    """Whatever the viewer says is thrown away, until there is no viewer."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


async def _close(websocket: WebSocket, code: int | None, cut: Callable[[], None]) -> None:
    try:
        if code is not None:
            async with asyncio.timeout(FAREWELL):
                await websocket.close(code)
            asyncio.get_running_loop().call_later(FAREWELL, cut)
            return
    except (TimeoutError, RuntimeError):  # still not reading, or gone in the same moment
        pass
    cut()
