"""What a client may send, and the headers of every answer."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from softswitch.web.problems import problem

BODY = 64 * 1024
"""Bytes of a request's body at most."""

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'"),
)
"""Nothing from outside, and nobody frames us; what an answer says itself stands."""


class _TooLong(Exception):
    """The body has more bytes than it may."""


class Limits:
    """Around an application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received = 0
        begun = False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > BODY:
                raise _TooLong
            return message

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                message = {**message, "headers": given + [one for one in HEADERS if one[0] not in names]}
            await send(message)

        try:
            await self._app(scope, counted, with_headers)
        except _TooLong:
            if not begun:
                refusal = problem(413, f"a request's body has {BODY} bytes at most")
                await refusal(scope, receive, with_headers)
