"""/api/v1/users and /tokens: who may use the interfaces; every change is on record with who made it."""

from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import BaseModel, Field, StringConstraints

from softswitch.access import Principal, Role, Token, User
from softswitch.web import models
from softswitch.web.api import PREFIX, Name, Text
from softswitch.web.asked import Body
from softswitch.web.guard import Guard
from softswitch.web.operations import Accounts, Operations
from softswitch.web.patterns import USER
from softswitch.web.problems import PROBLEMS, Refused
from softswitch.web.routes import Routes
from softswitch.web.sessions import Sessions

UserName = Annotated[str, StringConstraints(pattern=USER)]
Password = Annotated[str, Field(min_length=10, max_length=200)]


class NewUser(Body):
    """Somebody new."""

    name: UserName
    role: Role
    agent: Text | None = None
    """The agent of the configuration that this is."""
    password: Password | None = None
    """Left out: a link is made by which the user chooses one, once, within 24 hours."""


class Change(Body):
    """What is to be different; what is left out stays."""

    role: Role | None = None
    agent: Text | None = None
    """null: no agent any more."""
    password: Password | None = None


class KnownUser(BaseModel):
    """A user."""

    name: str
    role: Role
    agent: str | None
    invited: bool
    """No password has been chosen yet."""


class Invited(KnownUser):
    """A user, and how to come in."""

    link: str | None
    """For the user, once, within 24 hours; it is not shown again. null: there is a password."""


class NewToken(Body):
    """For a program."""

    label: UserName
    """Which program: it is named so on record."""
    role: Role


class KnownToken(BaseModel):
    """A token, but for its text."""

    id: str
    label: str
    role: Role
    created: float
    by: str
    """Who made it."""
    revoked: float | None


class MadeToken(KnownToken):
    """A new token."""

    token: str
    """What the program sends as `Authorization: Bearer TOKEN`; it is not shown again."""


def people_routes(accounts: Accounts, operations: Operations, sessions: Sessions, guard: Guard) -> Routes:
    """For engineers."""
    engineer = Depends(guard.needs(Role.ENGINEER))
    router = Routes(prefix=PREFIX, responses=PROBLEMS, tags=["access"], dependencies=[engineer])
    _user_routes(router, accounts, operations, Links(sessions), engineer)
    _token_routes(router, accounts, engineer)
    return router


class Links:
    """By which invited users come in."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def write(self, user: User, request: Request) -> str:
        """At the address by which this server was asked."""
        base = request.base_url.replace(scheme=request.headers.get("x-forwarded-proto") or request.url.scheme)
        return f"{base}first#{self._sessions.write_invitation(user.name, user.since)}:{user.name}"


def _user_routes(
    router: Routes, accounts: Accounts, operations: Operations, links: Links, engineer: object
) -> None:
    by = Annotated[Principal, engineer]

    @router.get("/users")
    async def users() -> list[KnownUser]:
        """Everybody who logs in, or is to."""
        return [_known(user) for user in await accounts.users()]

    @router.post("/users", status_code=201)
    async def add(new: NewUser, request: Request, who: by) -> Invited:
        """Make a user: with a password, or with a link to choose one."""
        _check_agent(operations, new.agent)
        if new.password is None:
            user = await accounts.invite(new.name, new.role, new.agent, who)
            return Invited(**_known(user).model_dump(), link=links.write(user, request))
        user = await accounts.add_user(new.name, new.role, new.password, new.agent, who)
        return Invited(**_known(user).model_dump(), link=None)

    @router.post("/users/{user}/invite", status_code=201)
    async def invite(user: Name, request: Request, who: by) -> Invited:
        """Another link, as for somebody who has forgotten the password: the old one is void."""
        found = await accounts.invite_again(user, who)
        return Invited(**_known(found).model_dump(), link=links.write(found, request))

    @router.patch("/users/{user}")
    async def change(user: Name, to: Change, who: by) -> KnownUser:
        """Another role, agent or password; another password ends the user's sessions."""
        _check_agent(operations, to.agent)
        given = to.model_dump(include={"role", "agent"} & to.model_fields_set)
        if given.get("role", "") is None:
            raise Refused(422, "role: agent, supervisor or engineer; left out, it stays")
        if given:
            await accounts.change_user(user, who, **given)
        if to.password is not None:
            await accounts.set_password(user, to.password, who)
        found = await accounts.user(user)
        if found is None:
            raise Refused(404, f"there is no user {user!r}; /api/v1/users lists them")
        return _known(found)

    @router.delete("/users/{user}")
    async def remove(user: Name, who: by) -> models.Done:
        """No such user any more; sessions are over. The last engineer stays."""
        await accounts.remove_user(user, who)
        return models.Done(done=f"{user} is no user any more")


def _token_routes(router: Routes, accounts: Accounts, engineer: object) -> None:
    by = Annotated[Principal, engineer]

    @router.get("/tokens")
    async def tokens() -> list[KnownToken]:
        """All, revoked ones too, the eldest first."""
        return [_shown(token) for token in await accounts.tokens()]

    @router.post("/tokens", status_code=201)
    async def add(new: NewToken, who: by) -> MadeToken:
        """Make a token for a program; its text is in this answer and nowhere else."""
        token, text = await accounts.add_token(new.label, new.role, who)
        return MadeToken(**_shown(token).model_dump(), token=text)

    @router.delete("/tokens/{token}")
    async def revoke(token: Annotated[Text, Path()], who: by) -> models.Done:
        """It is good no more, from now on."""
        await accounts.revoke_token(token, who)
        return models.Done(done=f"token {token} is revoked")


def _check_agent(operations: Operations, agent: str | None) -> None:
    """Raises NoSuch: the configuration has none of that name."""
    if agent is not None:
        operations.operator.check_agent(agent)


def _known(user: User) -> KnownUser:
    return KnownUser(name=user.name, role=user.role, agent=user.agent, invited=not user.password)


def _shown(token: Token) -> KnownToken:
    return KnownToken(
        id=token.id,
        label=token.label,
        role=token.role,
        created=token.created,
        by=token.by,
        revoked=token.revoked,
    )
