"""Users, tokens and invitations in the record's database. Everything blocks: call it in a thread.

Every method raises StoreError when the database cannot be used.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Row, delete, func, insert, inspect, select, update
from sqlalchemy.exc import SQLAlchemyError

from softswitch.access import Role, Token, User
from softswitch.errors import StoreError
from softswitch.store.database import database_url, default_url, open_database, shown, why
from softswitch.store.tables import invitations, tokens, users
from softswitch.types import Seconds

PATIENCE: Seconds = 5.0
"""How long the tables of a new database are waited for."""

LOOK: Seconds = 0.05
"""Between two looks for them."""


class AccessStore:
    """The three tables."""

    def __init__(self, url: URL) -> None:
        """Nothing is opened yet."""
        self._url = url
        self._engine = open_database(url)
        self._found = False

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            self._find_tables()
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(f"users cannot be had from {shown(self._url)}: {why(error)}") from None

    def _find_tables(self) -> None:
        """At the first start of all the clerk makes them, a moment after the switch takes commands."""
        end = time.monotonic() + PATIENCE
        while not self._found and time.monotonic() < end:
            self._found = inspect(self._engine).has_table(invitations.name)
            if not self._found:
                time.sleep(LOOK)

    # Users -------------------------------------------------------------------------------------------

    def count_users(self) -> int:
        """How many there are."""
        with self._begin() as connection:
            return int(connection.execute(select(func.count()).select_from(users)).scalar_one())

    def users(self) -> list[User]:
        """All, by name."""
        with self._begin() as connection:
            return [_user(row) for row in connection.execute(select(users).order_by(users.c.name))]

    def user(self, name: str) -> User | None:
        """The one of that name."""
        with self._begin() as connection:
            row = connection.execute(select(users).where(users.c.name == name)).first()
            return None if row is None else _user(row)

    def add_user(self, user: User) -> bool:
        """False: there is one of that name. An invitation that is open ends: it was for the first user."""
        with self._begin() as connection:
            connection.execute(delete(invitations))
            if connection.execute(select(users.c.name).where(users.c.name == user.name)).first():
                return False
            connection.execute(insert(users).values(_columns(user)))
            return True

    def remove_user(self, name: str) -> bool:
        """False: there is none of that name."""
        with self._begin() as connection:
            return bool(connection.execute(delete(users).where(users.c.name == name)).rowcount)

    def change_user(self, name: str, **values: Any) -> bool:
        """Set `password`, `since`, `role` or `agent`. False: there is none of that name."""
        with self._begin() as connection:
            changed = connection.execute(update(users).where(users.c.name == name).values(**values))
            return bool(changed.rowcount)

    def redeem(self, name: str, since: float, password: str, now: float) -> bool:
        """Set the first password of a user invited at `since`. False: that is not how things are any more."""
        wanted = update(users).where(users.c.name == name, users.c.since == since, users.c.password == "")
        with self._begin() as connection:
            return bool(connection.execute(wanted.values(password=password, since=now)).rowcount)

    # Tokens ------------------------------------------------------------------------------------------

    def tokens(self) -> list[Token]:
        """All, revoked ones too, the eldest first."""
        with self._begin() as connection:
            return [_token(row) for row in connection.execute(select(tokens).order_by(tokens.c.created))]

    def token(self, hash: str) -> Token | None:
        """The one with this hash that is not revoked."""
        query = select(tokens).where(tokens.c.hash == hash, tokens.c.revoked.is_(None))
        with self._begin() as connection:
            row = connection.execute(query).first()
            return None if row is None else _token(row)

    def add_token(self, token: Token, hash: str) -> None:
        """Keep a new one."""
        with self._begin() as connection:
            connection.execute(
                insert(tokens).values(
                    id=token.id,
                    label=token.label,
                    role=token.role.value,
                    hash=hash,
                    created=token.created,
                    made_by=token.by,
                )
            )

    def revoke_token(self, id: str, now: float) -> bool:
        """False: there is no such token, or it is revoked already."""
        wanted = update(tokens).where(tokens.c.id == id, tokens.c.revoked.is_(None))
        with self._begin() as connection:
            return bool(connection.execute(wanted.values(revoked=now)).rowcount)

    # Invitations -------------------------------------------------------------------------------------

    def invite(self, hash: str, role: Role, expires: float) -> None:
        """Keep an invitation in place of all others."""
        with self._begin() as connection:
            connection.execute(delete(invitations))
            connection.execute(insert(invitations).values(hash=hash, role=role.value, expires=expires))

    def accept(self, hash: str, now: float, name: str, password: str) -> User | None:
        """Use an invitation up, for a user of that name. None: it is unknown, used or too old, or the name is
        taken.
        """
        wanted = invitations.c.hash == hash
        with self._begin() as connection:
            row = connection.execute(select(invitations).where(wanted, invitations.c.expires > now)).first()
            if row is None or connection.execute(select(users.c.name).where(users.c.name == name)).first():
                return None
            if not connection.execute(delete(invitations).where(wanted)).rowcount:
                return None
            user = User(name, Role(row.role), None, password, now)
            connection.execute(insert(users).values(_columns(user)))
            return user


@contextmanager
def access_to(folder: Path, url: str | None) -> Iterator[AccessStore]:
    """The users of the record in a folder; `url` of its database, None: the file there. Raises StoreError."""
    store = AccessStore(database_url(url or default_url(folder)))
    try:
        yield store
    finally:
        store.close()


def _user(row: Row[Any]) -> User:
    return User(row.name, Role(row.role), row.agent, row.password, row.since)


def _columns(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "role": user.role.value,
        "agent": user.agent,
        "password": user.password,
        "since": user.since,
    }


def _token(row: Row[Any]) -> Token:
    return Token(row.id, row.label, Role(row.role), row.created, row.made_by, row.revoked)
