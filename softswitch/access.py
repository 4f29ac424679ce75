"""Who may use the interfaces: users, API tokens, and what their roles allow. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Each may do what those before it may."""

    AGENT = "agent"
    """Sees queues and agents, and changes their own state."""
    SUPERVISOR = "supervisor"
    """Sees calls and the record, and changes agents and calls."""
    ENGINEER = "engineer"
    """Sees and changes everything, users and tokens too."""

    def allows(self, needed: Role) -> bool:
        """Whether whoever has this role may do what needs that one."""
        order = tuple(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who logs in with a password."""

    name: str
    role: Role
    agent: str | None = None
    """The agent of the configuration that this is."""
    password: str = ""
    """Its hash (argon2id)."""
    since: float = 0.0
    """Sessions that began before are over, seconds since the epoch: a change of password, or a log-out."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a program shows instead of a password; the text itself is kept nowhere."""

    id: str
    label: str
    role: Role
    created: float
    """Seconds since the epoch."""
    by: str
    """Who made it."""
    revoked: float | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request."""

    name: str
    """For the record: `user anna`, `token crm`."""
    role: Role
    agent: str | None = None
    id: str = ""
    """Of a token: several may have the same name."""

    @property
    def key(self) -> str:
        """What tells this one from all others."""
        return f"{self.name} {self.id}"


COMMAND_LINE = Principal("command line", Role.ENGINEER)
"""Whoever may use the control socket may do everything."""
