"""What the web server needs of the running switch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from softswitch.access import Principal, User
from softswitch.ports import Recorded
from softswitch.web.figures import Figures


class Heard(Protocol):
    """The journal, for those who listen."""

    def subscribe(self, subscriber: Callable[[Recorded], None]) -> Callable[[], None]:
        """Hand each event from now on to `subscriber`; call the result to end it."""


class Operations(Protocol):
    """The running switch; everything is called on the loop."""

    def not_ready(self) -> list[str]:
        """Why new calls should go to another switch; empty: they are welcome here."""

    def figures(self) -> Figures:
        """The switch in numbers."""


class Accounts(Protocol):
    """Who may do what; every method waits for the database, and raises StoreError without it."""

    async def user(self, name: str) -> User | None:
        """The one of that name."""

    async def log_in(self, name: str, password: str) -> User | None:
        """The user, if that is the password."""

    async def end_sessions(self, name: str) -> None:
        """Whoever is logged in under that name is so no more."""

    async def holder(self, text: str) -> Principal | None:
        """Who shows this token; None: it is none, or revoked."""

    async def accept(self, key: str, name: str, password: str) -> User | None:
        """Make the user that an invitation is for; None: it is unknown, used or too old."""
