"""Around the application: no answer to a change before `promises` holds."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from softswitch.promises import Promise
from softswitch.web.guard import READING
from softswitch.web.operations import Operations


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
        promise = Promise(self._operations)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                await promise.kept()
            await send(message)

        await self._app(scope, receive, told)
