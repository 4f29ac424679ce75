"""/api/v1/board: the switch as it is, and as it changes, for pages that show it (server-sent events).

    event: board   {"boot", "version", "n", "now", "sections": {section: {key: entry}}}
    event: change  {"n", "now", "set": {section: {key: entry}}, "gone": {section: [key]}}
    event: beat    {"n", "now"}: nothing has changed

`n` of a change is one more than that of the message before; whoever misses one, or sees another `boot`, comes
again and gets the whole board. A reload of the configuration sends it to everybody.

Each message is written once, and the same bytes go to every viewer's connection: a way through ASGI costs ten
times as much, and two hundred wallboards are two hundred of them at every change. So the response is begun
by ASGI and continued on the transport, framed as its protocol wants it (RFC 9112 section 7.1).
"""

import asyncio
from contextlib import suppress
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from softswitch.access import Principal, Role
from softswitch.board.board import Audience
from softswitch.board.producer import Producer
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.types import Seconds
from softswitch.web.api import PREFIX
from softswitch.web.guard import Guard, Who
from softswitch.web.problems import PROBLEMS, SOON, Refused
from softswitch.web.routes import Routes
from softswitch.web.streaming import HEADERS

VIEWERS = 250
"""At once."""

PER_USER = 50
"""Of them, those of one user or token: one who opens more and more shuts nobody else out."""

ASKED_AGAIN: Seconds = 15.0
"""How often it is asked whether a viewer still may look on."""

BEHIND = 512 * 1024
"""Bytes that a viewer may not have read yet; whoever has more is cut off, and may come again."""

ACCESS = ("user-", "password-", "token-")
"""How the changes begin by which somebody may lose access."""

TRANSPORT = "transport"


class Http(H11Protocol):
    """uvicorn's, that shows an application the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See asyncio.Protocol."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


@lru_cache(maxsize=8)
def framed(name: str, body: bytes, *, chunked: bool) -> bytes:
    """A message as it goes over the wire."""
    event = b"event: %b\ndata: %b\n\n" % (name.encode(), body)
    return b"%x\r\n%b\r\n" % (len(event), event) if chunked else event


class _Viewer:
    """One connection."""

    def __init__(self, transport: asyncio.Transport, key: str, *, chunked: bool) -> None:
        """`key`: whose it is (`Principal.key`)."""
        self._transport = transport
        self.key = key
        self._chunked = chunked
        self.woken = asyncio.Event()
        self.gone = False

    def hear(self, name: str, body: bytes) -> None:
        """A message; see `board.producer.Listener`."""
        transport = self._transport
        if self.gone or transport.is_closing():
            return
        if transport.get_write_buffer_size() > BEHIND:
            transport.abort()
            self.leave()
            return
        transport.write(framed(name, body, chunked=self._chunked))

    def leave(self) -> None:
        """Nobody is there any more."""
        self.gone = True
        self.woken.set()


class Viewers:
    """All who look on."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self._viewers: set[_Viewer] = set()
        self.closed = False

    @property
    def count(self) -> int:
        """How many look on."""
        return len(self._viewers)

    @property
    def producer(self) -> Producer:
        """What they look at."""
        return self._producer

    def hear(self, event: Recorded) -> None:
        """The record's newest event: whoever may have lost access is asked for it."""
        if event.kind == Kind.CHANGED and str(event.data.get("what", "")).startswith(ACCESS):
            for viewer in self._viewers:
                viewer.woken.set()

    def close(self) -> None:
        """The switch ends, and so do their streams."""
        self.closed = True
        for viewer in self._viewers:
            viewer.woken.set()

    def check_room(self, who: Principal) -> None:
        """Raises Refused: one more viewer may not look on, or not of this user."""
        if self.count >= VIEWERS:
            raise Refused(503, f"{VIEWERS} viewers look on already", SOON)
        if sum(viewer.key == who.key for viewer in self._viewers) >= PER_USER:
            says = (
                f"{who.name} looks on {PER_USER} times already, which is the most for one user or token; "
                "close a page or end a program that is forgotten somewhere, or give each its own"
            )
            raise Refused(429, says, SOON)

    def stream(self, request: Request, who: Principal, may: Who, audience: Audience) -> Response:
        """An answer that does not end, for somebody. Raises Refused: there is no room."""
        self.check_room(who)
        return _Stream(self, request, who.key, may, audience)

    async def show(self, viewer: _Viewer, request: Request, may: Who, audience: Audience) -> None:
        """Until the viewer is gone, or may look on no more."""
        leave = self._producer.join(audience, viewer.hear)
        self._viewers.add(viewer)
        try:
            while not self.closed:
                with suppress(TimeoutError):
                    async with asyncio.timeout(ASKED_AGAIN):
                        await viewer.woken.wait()
                viewer.woken.clear()
                if viewer.gone or self.closed:
                    return
                await may(request)
        except Refused:
            return  # the page comes again, and is told then
        finally:
            leave()
            self._viewers.discard(viewer)


class _Stream(Response):
    """Begun by ASGI, continued on the transport."""

    def __init__(self, viewers: Viewers, request: Request, key: str, may: Who, audience: Audience) -> None:
        super().__init__(headers=HEADERS, media_type="text/event-stream")
        del self.headers["content-length"]
        self._viewers, self._request, self._key = viewers, request, key
        self._may, self._audience = may, audience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one viewer."""
        transport = scope.get("state", {}).get(TRANSPORT)
        if transport is None:
            raise Refused(503, "this server cannot stream")
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        greeting = b": the board of a switch\nretry: 1000\n\n"
        await send({"type": "http.response.body", "body": greeting, "more_body": True})
        viewer = _Viewer(transport, self._key, chunked=scope["http_version"] == "1.1")
        gone = asyncio.create_task(_until_gone(receive, viewer))
        try:
            await self._viewers.show(viewer, self._request, self._may, self._audience)
        finally:
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive, viewer: _Viewer) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    viewer.leave()


def board_routes(viewers: Viewers, guard: Guard) -> Routes:
    """Both routes."""
    router = Routes(prefix=f"{PREFIX}/board", responses=PROBLEMS, tags=["the switch"])
    anybody = guard.needs(Role.AGENT)
    json: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {}}}}
    events: dict[int | str, dict[str, Any]] = {
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}
    }

    @router.get("", response_class=Response, responses=json)
    async def whole(
        who: Annotated[Principal, Depends(anybody)], calls: Annotated[bool, Query()] = False
    ) -> Response:
        """Queues, who waits in them, agents, trends and alerts, as they are now. `calls`: the calls in
        progress too, for supervisors.
        """
        audience = _audience(who, calls=calls)
        return Response(viewers.producer.whole(audience), media_type="application/json", headers=HEADERS)

    @router.get("/stream", response_class=Response, responses=events)
    async def stream(
        request: Request,
        who: Annotated[Principal, Depends(anybody)],
        calls: Annotated[bool, Query()] = False,
    ) -> Response:
        """The same as server-sent events: `board`, the whole; `change`, what is set and what is gone; `beat`,
        every few seconds in which nothing changes. Each has a number `n`: who misses one connects again, and
        gets the whole.
        """
        audience = _audience(who, calls=calls)
        return viewers.stream(request, who, guard.needs(_role(audience)), audience)

    @router.get("/room", status_code=204)
    async def room(
        who: Annotated[Principal, Depends(anybody)], calls: Annotated[bool, Query()] = False
    ) -> None:
        """Whether `stream` would be refused now, and why: a browser does not tell a page what a stream that
        is refused says. It takes nobody's place.
        """
        _audience(who, calls=calls)
        viewers.check_room(who)

    return router


def _role(audience: Audience) -> Role:
    return Role.SUPERVISOR if audience is Audience.SUPERVISORS else Role.AGENT


def _audience(who: Principal, *, calls: bool) -> Audience:
    """Raises Refused."""
    audience = Audience.SUPERVISORS if calls else Audience.ALL
    if not who.role.allows(_role(audience)):
        raise Refused(403, f"calls in progress need the role supervisor; {who.name} has {who.role}")
    return audience
