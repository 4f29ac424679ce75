"""Logging in and out, and the first user of all."""

import time
from typing import Annotated

import structlog
from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field

from softswitch.access import Principal, Role, User
from softswitch.errors import StoreError
from softswitch.web.asked import Body
from softswitch.web.attempts import Attempts
from softswitch.web.guard import Guard, check_attempts, source_of
from softswitch.web.operations import Accounts
from softswitch.web.patterns import USER
from softswitch.web.problems import PROBLEMS, Refused
from softswitch.web.routes import Routes
from softswitch.web.sessions import COOKIE, LASTS, Sessions

log = structlog.get_logger(__name__)

FAILURES_OF_A_SOURCE = 50
"""Of one address, whatever the names: a proxy's address is everybody's."""


class Credentials(Body):
    """Name and password."""

    name: Annotated[str, Field(max_length=64)]
    password: Annotated[str, Field(max_length=200)]


class Invitation(Credentials):
    """The key of the link, and what the new user is to have."""

    key: Annotated[str, Field(max_length=300)]
    name: Annotated[str, Field(pattern=USER)]
    password: Annotated[str, Field(min_length=10, max_length=200)]


class NewPassword(Body):
    """One's own."""

    old: Annotated[str, Field(max_length=200)]
    new: Annotated[str, Field(min_length=10, max_length=200)]


class Me(BaseModel):
    """Who makes this request."""

    name: str
    role: Role
    agent: str | None
    """The agent of the configuration that this is."""
    csrf: str | None
    """For changes by a browser: the value of the header X-CSRF-Token."""


class Door:
    """Lets users in."""

    def __init__(self, accounts: Accounts, sessions: Sessions) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._attempts, self._of_sources = Attempts(), Attempts(FAILURES_OF_A_SOURCE)

    async def log_in(self, request: Request, response: Response, given: Credentials) -> Me:
        """Name and password for a session. Five failures within ten minutes, and one must wait."""
        source, now = source_of(request), time.monotonic()
        key = f"{source} {given.name}"
        check_attempts(self._of_sources, source)
        check_attempts(self._attempts, key)
        self._attempts.failed(key, now)  # until it is known better: several at once get no more tries
        self._of_sources.failed(source, now)
        try:
            user = await self._accounts.log_in(given.name, given.password)
        except StoreError as error:
            raise Refused(503, f"{error}; nobody can log in until it works again") from None
        if user is None:
            log.warning("web.login_failed", source=source, user=given.name)
            raise Refused(401, "name or password is wrong")
        self._attempts.succeeded(key)
        self._of_sources.succeeded(source)
        return self._enter(request, response, user)

    async def change_password(
        self, request: Request, response: Response, given: NewPassword, who: Principal
    ) -> Me:
        """See the route."""
        kind, _, name = who.name.partition(" ")
        if kind != "user":
            raise Refused(409, f"{who.name} has no password; a user changes it, logged in as that user")
        key = f"{source_of(request)} {name}"
        check_attempts(self._attempts, key)
        self._attempts.failed(key, time.monotonic())
        if await self._accounts.log_in(name, given.old) is None:
            raise Refused(403, "the old password is wrong")
        self._attempts.succeeded(key)
        await self._accounts.set_password(name, given.new, who)
        user = await self._accounts.user(name)
        if user is None:
            raise Refused(401, f"there is no user {name} any more")
        return self._enter(request, response, user)

    async def first(self, request: Request, response: Response, given: Invitation) -> Me:
        """Use a link: that which the first start has printed makes the first administrator, that of an
        invitation lets the invited user choose a password.
        """
        source = source_of(request)
        check_attempts(self._of_sources, source)
        invited = self._sessions.read_invitation(given.key)
        if invited is None:
            user = await self._accounts.accept(given.key, given.name, given.password)
        elif invited.name == given.name:
            user = await self._accounts.redeem(invited.name, invited.begun, given.password)
        else:
            user = None
        if user is None:
            self._of_sources.failed(source, time.monotonic())
            raise Refused(401, "this link is used, too old or none, or for another name; ask for a new one")
        return self._enter(request, response, user)

    def _enter(self, request: Request, response: Response, user: User) -> Me:
        cookie = self._sessions.write(user.name, time.time())
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        response.set_cookie(
            COOKIE, cookie, max_age=int(LASTS), httponly=True, samesite="strict", secure=secure, path="/"
        )
        csrf = self._sessions.csrf(cookie)
        return Me(name=f"user {user.name}", role=user.role, agent=user.agent, csrf=csrf)


def login_routes(accounts: Accounts, sessions: Sessions, guard: Guard) -> Routes:
    """Under /api/v1; the page is one of `frame`."""
    router = Routes(tags=["access"], responses=PROBLEMS)
    door = Door(accounts, sessions)
    router.add_api_route("/api/v1/login", door.log_in, methods=["POST"])
    router.add_api_route("/api/v1/first", door.first, methods=["POST"])
    anybody = Depends(guard.needs(Role.AGENT))

    @router.get("/api/v1/me")
    async def me(request: Request, who: Annotated[Principal, anybody]) -> Me:
        """Who I am, and what I may do."""
        cookie = None if "authorization" in request.headers else request.cookies.get(COOKIE)
        csrf = sessions.csrf(cookie) if cookie else None
        return Me(name=who.name, role=who.role, agent=who.agent, csrf=csrf)

    @router.put("/api/v1/me/password")
    async def password(
        request: Request, response: Response, given: NewPassword, who: Annotated[Principal, anybody]
    ) -> Me:
        """Change one's own password, knowing the old one. Sessions elsewhere are over; this one goes on."""
        return await door.change_password(request, response, given, who)

    @router.post("/api/v1/logout", status_code=204)
    async def log_out(response: Response, who: Annotated[Principal, anybody]) -> None:
        """End all sessions of this user, in every browser."""
        kind, _, name = who.name.partition(" ")
        if kind == "user":
            await accounts.end_sessions(name)
        response.delete_cookie(COOKIE, path="/")

    return router
