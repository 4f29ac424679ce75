"""Users and API tokens of the interfaces: made, changed, recognised. SQL and hashing are done in threads, and
every change is an event of the record.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import structlog

from softswitch.access import COMMAND_LINE, Principal, Role, Token, User
from softswitch.errors import ControlError, NoSuch, NotNow, StoreError
from softswitch.ports import Journal, JsonValue
from softswitch.promises import reads
from softswitch.store.access import AccessStore
from softswitch.store.lately import Lately
from softswitch.types import Seconds

if TYPE_CHECKING:
    from argon2 import PasswordHasher

log = structlog.get_logger(__name__)

SHORTEST = 10
"""Characters of a password at least (NIST SP 800-63B asks for 8)."""

LONGEST = 200

VALID: Seconds = 24 * 3600.0
"""How long an invitation holds."""

HASHING = 2
"""Passwords hashed at once: each takes 64 MB and 50 ms of a core."""

UNUSABLE = ""
"""In place of the hash of a password, of a user who has none yet: nothing is it."""

MEEKNESS = 10
"""Niceness of the threads that hash: argon2 lets go of Python's lock, but takes every core it can have."""

PREFIX = "sws_"
"""Of tokens: so that scanners for secrets find them where they should not be."""

_NAME = re.compile(r"[A-Za-z0-9._@+-]{1,64}")


class Accounts:
    """All of them."""

    def __init__(
        self,
        store: AccessStore,
        journal: Journal,
        now: Callable[[], float] = time.time,
        hasher: PasswordHasher | None = None,
    ) -> None:
        """`now`: seconds since the epoch. `hasher`: None: as strong as argon2 thinks fit (RFC 9106)."""
        self._store = store
        self._journal = journal
        self._now = now
        self._users: Lately[User] = Lately()
        self._tokens: Lately[Token] = Lately()
        self._hashing = ThreadPoolExecutor(HASHING, "hashing", _be_meek)
        self._hasher = hasher
        self._nobody = ""
        """The hash of a password that nobody has: an unknown user takes as long as a wrong password."""

    # Users -------------------------------------------------------------------------------------------

    async def add_user(
        self, name: str, role: str, password: str, agent: str | None = None, by: Principal = COMMAND_LINE
    ) -> User:
        """Raises ControlError: the name is taken or none, the password too short; StoreError."""
        user = User(_name(name), _role(role), agent, await self._hash(password), self._now())
        if not await asyncio.to_thread(self._store.add_user, user):
            raise NotNow(f"there is a user {name!r} already; `softswitch users password` changes it")
        self._changed(by, "user-added", name, user.role)
        return user

    async def users(self) -> list[User]:
        """All, by name."""
        return await asyncio.to_thread(self._store.users)

    async def remove_user(self, name: str, by: Principal = COMMAND_LINE) -> None:
        """Sessions of that user are over. Raises ControlError: there is none, or it is the last engineer,
        whom only the command line may remove.
        """
        if by is not COMMAND_LINE:
            await self._spare_the_last(name)
        if not await asyncio.to_thread(self._store.remove_user, name):
            raise _no_user(name)
        self._changed(by, "user-removed", name)

    async def set_password(self, name: str, password: str, by: Principal = COMMAND_LINE) -> None:
        """Sessions of that user are over. Raises ControlError: nobody has that name, or it is too short."""
        hashed = await self._hash(password)
        now = self._now()
        if not await asyncio.to_thread(self._store.change_user, name, password=hashed, since=now):
            raise _no_user(name)
        self._changed(by, "password-set", name)

    async def change_user(self, name: str, by: Principal, **to: str | None) -> None:
        """Another `role`, or another `agent`. Raises ControlError: nobody has that name, it is no role, or
        the last engineer would be none any more.
        """
        values = {what: _role(value or "").value if what == "role" else value for what, value in to.items()}
        if values.get("role", Role.ENGINEER) != Role.ENGINEER:
            await self._spare_the_last(name)
        if not await asyncio.to_thread(self._store.change_user, name, **values):
            raise _no_user(name)
        self._changed(by, "user-changed", name, ", ".join(f"{what} {value}" for what, value in to.items()))

    async def _spare_the_last(self, name: str) -> None:
        users = await self.users()
        engineers = {user.name for user in users if user.role is Role.ENGINEER and user.password}
        if engineers == {name}:
            raise NotNow(f"{name} is the last engineer with a password; make another one first")

    # Invitations of others -----------------------------------------------------------------------------

    async def invite(self, name: str, role: str, agent: str | None, by: Principal) -> User:
        """Make a user who is yet to choose a password (`redeem`). Raises ControlError about the name."""
        user = User(_name(name), _role(role), agent, UNUSABLE, self._now())
        if not await asyncio.to_thread(self._store.add_user, user):
            raise NotNow(f"there is a user {name!r} already; invite that one again, and another link is made")
        self._changed(by, "user-invited", name, user.role)
        return user

    async def invite_again(self, name: str, by: Principal) -> User:
        """The password of a user is void, and another is to be chosen. Raises ControlError: there is no such
        user, or it is the last engineer.
        """
        await self._spare_the_last(name)
        now = self._now()
        if not await asyncio.to_thread(self._store.change_user, name, password=UNUSABLE, since=now):
            raise _no_user(name)
        user = await self.user(name)
        if user is None:
            raise _no_user(name)
        self._changed(by, "user-invited", name, user.role)
        return user

    async def redeem(self, name: str, since: float, password: str) -> User | None:
        """Set the password of a user who was invited at `since`. None: that was done already, is too long
        ago, or the user is gone. Raises ControlError about the password.
        """
        hashed, now = await self._hash(password), self._now()
        if not 0 <= now - since <= VALID:
            return None
        if not await asyncio.to_thread(self._store.redeem, name, since, hashed, now):
            return None
        self._changed(Principal("invitation", Role.ENGINEER), "password-set", name)
        return await self.user(name)

    async def end_sessions(self, name: str) -> None:
        """Whoever is logged in under that name is so no more."""
        self._users.forget()
        await asyncio.to_thread(self._store.change_user, name, since=self._now())
        self._users.forget()

    async def user(self, name: str) -> User | None:
        """The one of that name, while the database is away as it was known last."""
        return await self._users.ask(name, lambda: self._store.user(name))

    async def log_in(self, name: str, password: str) -> User | None:
        """The user, if that is the password. Wrong ones and unknown users take equally long."""
        user = await asyncio.to_thread(self._store.user, name)
        hashed = user.password if user else None
        loop = asyncio.get_running_loop()
        good = await loop.run_in_executor(self._hashing, self._verify, hashed, password)
        return user if good else None

    # Tokens ------------------------------------------------------------------------------------------

    async def add_token(self, label: str, role: str, by: Principal = COMMAND_LINE) -> tuple[Token, str]:
        """The token and its text, which is kept nowhere. Raises ControlError about the label."""
        text = PREFIX + secrets.token_urlsafe(32)
        token = Token(secrets.token_hex(4), _name(label), _role(role), self._now(), by.name)
        await asyncio.to_thread(self._store.add_token, token, _digest(text))
        self._changed(by, "token-added", token.id, f"{label}, {token.role}")
        return token, text

    async def tokens(self) -> list[Token]:
        """All, the eldest first."""
        return await asyncio.to_thread(self._store.tokens)

    async def revoke_token(self, id: str, by: Principal = COMMAND_LINE) -> None:
        """It is good no more, from now on. Raises ControlError: there is no such token."""
        if not await asyncio.to_thread(self._store.revoke_token, id, self._now()):
            raise NoSuch(f"there is no token {id!r} in use; `softswitch tokens list` shows them")
        self._changed(by, "token-revoked", id)

    async def holder(self, text: str) -> Principal | None:
        """Who shows this token, while the database is away as it was known last; None: it is none, or
        revoked.
        """
        digest = _digest(text)
        token = await self._tokens.ask(digest, lambda: self._store.token(digest))
        return None if token is None else Principal(f"token {token.label}", token.role, id=token.id)

    # The first one -----------------------------------------------------------------------------------

    async def invite_the_first(self) -> str | None:
        """A key by which an engineer can be made once, within 24 hours; None: there are users."""
        if await asyncio.to_thread(self._store.count_users):
            return None
        key = secrets.token_urlsafe(24)
        await asyncio.to_thread(self._store.invite, _digest(key), Role.ENGINEER, self._now() + VALID)
        return key

    async def accept(self, key: str, name: str, password: str) -> User | None:
        """Make the user that an invitation is for. None: it is unknown, used or too old.

        Raises ControlError about name and password.
        """
        hashed = await self._hash(password)
        user = await asyncio.to_thread(self._store.accept, _digest(key), self._now(), _name(name), hashed)
        if user is not None:
            self._changed(Principal("invitation", Role.ENGINEER), "user-added", name, user.role)
        return user

    # Inside ------------------------------------------------------------------------------------------

    def _changed(self, by: Principal, what: str, of: str, how: str = "") -> None:
        self._users.forget()
        self._tokens.forget()
        self._journal.note("Changed", by=by.name, what=what, of=of, how=how)

    async def _hash(self, password: str) -> str:
        if not SHORTEST <= len(password) <= LONGEST:
            raise ControlError(f"a password has {SHORTEST} to {LONGEST} characters; this one {len(password)}")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._hashing, lambda: self._argon2().hash(password))

    def _verify(self, hashed: str | None, password: str) -> bool:
        from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415 - as below

        hasher = self._argon2()
        if not self._nobody:
            self._nobody = hasher.hash(secrets.token_urlsafe())
        try:
            hasher.verify(hashed or self._nobody, password)
        except (Argon2Error, InvalidHashError):
            return False
        return hashed is not None

    def _argon2(self) -> PasswordHasher:
        from argon2 import PasswordHasher  # noqa: PLC0415 - only who logs in needs it

        if self._hasher is None:
            self._hasher = PasswordHasher()
        return self._hasher


def _be_meek() -> None:
    """SIP and sound come before this thread and those that it begets (Linux: niceness is a thread's)."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), MEEKNESS)


def _digest(text: str) -> str:
    """SHA-256 is enough: what is hashed is random and long."""
    return hashlib.sha256(text.encode()).hexdigest()


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ControlError(f"{name!r} is no name: letters, digits and . _ @ + - are, 64 at most")
    return name


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise ControlError(f"{role!r} is no role; there are {', '.join(Role)}") from None


def _no_user(name: str) -> NoSuch:
    return NoSuch(f"there is no user {name!r}; `softswitch users list` shows them")


def handlers(accounts: Accounts) -> dict[str, Callable[..., Awaitable[JsonValue]]]:
    """The commands of the control socket."""

    async def users_add(name: str, role: str, password: str, agent: str | None = None) -> JsonValue:
        await accounts.add_user(name, role, password, agent)
        return None

    @reads
    async def users_list() -> JsonValue:
        return [{"name": one.name, "role": one.role, "agent": one.agent} for one in await accounts.users()]

    async def users_remove(name: str) -> JsonValue:
        await accounts.remove_user(name)
        return None

    async def users_password(name: str, password: str) -> JsonValue:
        await accounts.set_password(name, password)
        return None

    async def tokens_add(label: str, role: str) -> JsonValue:
        token, text = await accounts.add_token(label, role)
        return {"id": token.id, "token": text}

    @reads
    async def tokens_list() -> JsonValue:
        return [
            {"id": one.id, "label": one.label, "role": one.role, "created": one.created, "by": one.by,
             "revoked": one.revoked}
            for one in await accounts.tokens()
        ]  # fmt: skip

    async def tokens_revoke(id: str) -> JsonValue:
        await accounts.revoke_token(id)
        return None

    known = (users_add, users_list, users_remove, users_password, tokens_add, tokens_list, tokens_revoke)
    return {handler.__name__: handler for handler in known}


async def announce_the_first(accounts: Accounts, base: str) -> None:
    """Where there is no user yet: say by which link the first one comes in. Waits for the database."""
    while True:
        try:
            key = await accounts.invite_the_first()
            break
        except StoreError:  # its tables may just be made; that it fails is said by who loads it
            await asyncio.sleep(1.0)
    if key is None:
        return
    link = f"{base}/first#{key}"
    log.warning("FirstLogin", link=link, advice="open it within 24 h, and make yourself an administrator")
    print(f"No user yet. The first administrator comes in here, once, within 24 hours: {link}", flush=True)
