"""Who makes a request, and whether they may: by API token, or by a browser's session."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import Request
from starlette.requests import HTTPConnection

from softswitch.access import Principal, Role
from softswitch.errors import StoreError
from softswitch.web.attempts import Attempts
from softswitch.web.operations import Accounts
from softswitch.web.problems import Refused
from softswitch.web.sessions import COOKIE, CSRF, Sessions

Who = Callable[[HTTPConnection], Awaitable[Principal]]

BEARER = "Bearer "
READING = frozenset({"GET", "HEAD", "OPTIONS"})

HOW = (
    "this needs a log-in: send `Authorization: Bearer TOKEN` with a token of `softswitch tokens add`, "
    "or log in at /login"
)


class Guard:
    """At the door."""

    def __init__(self, accounts: Accounts, sessions: Sessions) -> None:
        self._accounts = accounts
        self._sessions = sessions

    def needs(self, role: Role) -> Who:
        """A dependency: who makes the request, if that role is theirs. Raises Refused."""

        async def who(request: HTTPConnection) -> Principal:
            principal = await self.who(request)
            if not principal.role.allows(role):
                raise Refused(403, f"this needs the role {role}; {principal.name} has {principal.role}")
            return principal

        return who

    async def who(self, request: HTTPConnection) -> Principal:
        """Who makes a request. Raises Refused: nobody who is known here."""
        try:
            given = request.headers.get("authorization", "")
            if given.startswith(BEARER):
                return await self._by_token(given.removeprefix(BEARER).strip())
            if cookie := request.cookies.get(COOKIE):
                return await self._by_session(request, cookie)
        except StoreError as error:
            raise Refused(503, f"{error}; nobody can log in until it works again") from None
        raise Refused(401, HOW, {"WWW-Authenticate": "Bearer"})

    async def _by_token(self, text: str) -> Principal:
        holder = await self._accounts.holder(text)
        if holder is None:
            raise Refused(401, "this token is unknown or revoked", {"WWW-Authenticate": "Bearer"})
        return holder

    async def _by_session(self, request: HTTPConnection, cookie: str) -> Principal:
        session = self._sessions.read(cookie, time.time())
        user = await self._accounts.user(session.name) if session else None
        if session is None or user is None or session.begun < user.since:
            raise Refused(401, "this session is over; log in again at /login")
        if request.scope["type"] == "websocket":
            _check_origin(request)
        elif request.scope["method"] not in READING:
            shown = request.headers.get(CSRF, "")
            if not self._sessions.is_csrf(cookie, shown):
                raise Refused(403, f"a change by a browser needs the header {CSRF}, as /api/v1/me says it")
        return Principal(f"user {user.name}", user.role, user.agent)


def _check_origin(request: HTTPConnection) -> None:
    """Raises Refused: a page of another site uses the session, as browsers let it (RFC 6455 section 10.2)."""
    origin = urlsplit(request.headers.get("origin", "")).netloc
    if not origin or origin.lower() != request.headers.get("host", "").lower():
        raise Refused(
            403, "a browser's session opens WebSockets for this server's pages alone; others use a token"
        )


def source_of(request: Request) -> str:
    """The address that a request comes from."""
    return request.client.host if request.client else ""


def check_attempts(attempts: Attempts, source: str) -> None:
    """Raises Refused: it failed too often."""
    wait = attempts.wait(source, time.monotonic())
    if wait > 0:
        raise Refused(
            429, f"too many failures; try again in {wait:.0f} s", {"Retry-After": f"{wait + 1:.0f}"}
        )
