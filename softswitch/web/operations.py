"""What the web server needs of the running switch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from softswitch.access import Principal, Token, User
from softswitch.bulletins import Bulletin
from softswitch.calls.operator import Operator
from softswitch.mailboxes import Message
from softswitch.ports import JsonValue, Recorded
from softswitch.web.figures import Figures
from softswitch.web.lines import Line


class Heard(Protocol):
    """The journal, for those who listen."""

    def subscribe(self, subscriber: Callable[[Recorded], None]) -> Callable[[], None]:
        """Hand each event from now on to `subscriber`; call the result to end it."""


class Operations(Protocol):
    """The running switch; everything is called on the loop."""

    def not_ready(self) -> list[str]:
        """Why new calls should go to another switch; empty: they are welcome here."""

    def degraded(self) -> list[str]:
        """What does not work though calls do; fit for everybody's eyes."""

    @property
    def newest(self) -> int:
        """The highest number of an event."""

    @property
    def written(self) -> int:
        """Up to which number events survive whatever happens to this process."""

    @property
    def loaded(self) -> int:
        """The highest number of an event that is in the database."""

    def figures(self) -> Figures:
        """The switch in numbers."""

    @property
    def operator(self) -> Operator:
        """What can be done to agents and calls."""

    async def status(self) -> JsonValue:
        """How it is."""

    async def queues(self) -> JsonValue:
        """Every queue with the first of its callers."""

    async def callers(self, queue: str, most: int) -> JsonValue:
        """The first callers of one queue. Raises NoSuch."""

    async def agents(self) -> JsonValue:
        """Every agent."""

    async def calls(self) -> JsonValue:
        """The calls in progress."""

    async def why_now(self, call: str) -> JsonValue:
        """Where a call or callback waits while no phone rings for it, and why none does. Raises NoSuch."""

    async def phones(self) -> JsonValue:
        """Every phone that is registered."""

    async def trunks(self) -> JsonValue:
        """Every server of every carrier."""

    async def bans(self) -> JsonValue:
        """The sources that are not heard."""

    async def callbacks(self) -> JsonValue:
        """Everybody who is to be called back."""

    async def unban(self, address: str, by: str) -> JsonValue:
        """Hear a source again. Raises ControlError."""

    async def stop(self, by: str) -> JsonValue:
        """Take no more calls, let those in progress finish, and end; a second one ends at once."""

    async def try_mail(self, to: str, by: str) -> tuple[bool, str]:
        """Send one mail at once: whether it was taken, and the server's words. Raises ControlError."""

    @property
    def in_force(self) -> tuple[Path, str]:
        """The file of the configuration in force, and the digest of its text as it was read."""

    async def reload(self, by: str) -> JsonValue:
        """Apply the changed configuration. Raises ConfigError."""


class Pages(Protocol):
    """The record's past, in JSON that is ready to be sent; every method raises StoreError when the database
    cannot be read.
    """

    async def find(
        self,
        *,
        since: float | None,
        until: float | None,
        before: int | None,
        limit: int,
        wanted: Mapping[str, str | None],
    ) -> bytes:
        """Calls that ended, the newest first: `record_models.CallRecords`. `wanted`: number, queue, agent,
        outcome; None: whichever.
        """

    async def call(self, id: str) -> bytes | None:
        """One call's `record_models.CallRecord`; None: none of that id has ended."""

    async def events_of(self, id: str) -> bytes | None:
        """One call's `record_models.Events`, in order; None: there is no such call."""

    async def why(self, id: str) -> bytes | None:
        """One call's `record_models.Why`; None: there is no such call."""

    async def talked(self, call: str) -> bytes | None:
        """Who talked in a call, as JSON: `agents`, each with the queue, and `ended`; None: there is none."""

    async def earlier(self, call: str, number: str | None, limit: int) -> bytes:
        """`panel_models.Contacts` of who is in a call; `number`: who that is, None: as the record says."""

    async def day(self, agent: str, since: float) -> bytes:
        """`panel_models.Day` of an agent; `since`: its beginning, in seconds since the epoch."""

    async def events(self, after: int, limit: int) -> bytes:
        """The `record_models.Events` that follow one, in order."""

    async def lines(self, after: int, limit: int) -> list[Line]:
        """The same as server-sent events."""


class Recordings(Protocol):
    """Recordings of calls; what reads the index raises StoreError when the database cannot be read."""

    @property
    def agents_listen(self) -> bool:
        """Whether agents may listen to their own conversations."""

    async def find(
        self,
        *,
        since: float | None,
        until: float | None,
        number: str | None,
        queue: str | None,
        agent: str | None,
        own: str | None,
        before: int | None,
        limit: int,
    ) -> list[dict[str, Any]]:
        """Files of the index, the newest first; `own`: those in all of which that agent talks."""

    async def one(self, file: str) -> dict[str, Any] | None:
        """One of them."""

    async def place_of(self, found: dict[str, Any]) -> Path:
        """Where it lies. Raises NoSuch: it is gone; NotNow: it is still being written."""

    def heard(self, file: str, by: str, *, from_start: bool) -> None:
        """Put on record that somebody listens; `from_start`: and does not go on with it."""


class Voicemails(Protocol):
    """Messages that callers left."""

    def mailboxes_of(self, who: Principal) -> Collection[str]:
        """Those that somebody hears as an agent."""

    def find(
        self,
        *,
        mailboxes: Collection[str] | None,
        since: float | None,
        until: float | None,
        number: str | None,
        queue: str | None,
        new: bool | None,
        before: int | None,
        limit: int,
    ) -> list[Message]:
        """Messages that are there, the newest first. Raises NotNow: not all are known yet."""

    def one(self, file: str) -> Message | None:
        """One of them."""

    async def place_of(self, message: Message) -> Path:
        """Where its sound lies. Raises NoSuch: it is gone."""

    def heard(self, message: Message, who: Principal, *, from_start: bool) -> None:
        """Put on record that somebody listens; `from_start`: and does not go on with it."""

    async def delete(self, message: Message, by: str) -> None:
        """Delete it; on record. Raises StoreError."""


class Erasure(Protocol):
    """The end of what the record knows of somebody."""

    async def outcome(self, number: str, *, only_count: bool, by: str) -> dict[str, Any]:
        """Erase all of one caller, or count what there is. Raises ControlError: it is no caller's number;
        NotNow: it cannot be done at the moment.
        """


class Panel(Protocol):
    """Agents' desks. Every method raises NoSuch: there is no such agent."""

    @property
    def midnight(self) -> float:
        """When the day began, in seconds since the epoch."""

    def view(self, agent: str) -> JsonValue:
        """`panel_models.Desk`."""

    def queues_of(self, agent: str | None) -> Sequence[str]:
        """Which somebody serves; none of nobody, who is no error here."""

    async def callbacks(self, agent: str) -> Sequence[Mapping[str, Any]]:
        """Who is to be called back by an agent's queues: `models.Callback`."""

    def take(self, agent: str, callback: str, who: Principal) -> str:
        """Have an agent call somebody back out of turn; returns the call. Raises NotAllowed, NotNow, and as
        `Operator.dial`.
        """

    async def caller_in(self, agent: str, call: str, who: Principal) -> str | None:
        """Who is in a call of that agent's, as it is now; None: the record says. Raises NotAllowed: it is
        another's; StoreError.
        """

    async def write(
        self, agent: str, call: str, notes: str, disposition: str, seen: float | None, who: Principal
    ) -> float:
        """Put notes on record; returns when. Raises NotAllowed, NotNow, ControlError, StoreError."""

    def hang_up(self, agent: str, call: str, who: Principal) -> None:
        """End a call that is in an agent's hands. Raises NotNow."""


class Bulletins(Protocol):
    """What supervisors tell agents."""

    def of(self, who: Principal, queues: Sequence[str]) -> Sequence[Bulletin]:
        """Those in force for somebody who serves these queues, the newest first."""

    def write(self, text: str, queues: Sequence[str], until: float | None, who: Principal) -> str:
        """Tell agents something; returns its id. Raises NoSuch, NotNow."""

    def read(self, id: str, who: Principal) -> None:
        """An agent confirms one. Raises NoSuch, NotAllowed."""

    def withdraw(self, id: str, who: Principal) -> None:
        """It is over now. Raises NoSuch."""


class Receivers(Protocol):
    """Others' servers that are told of events; every method raises StoreError without the database."""

    async def states(self) -> Mapping[str, Mapping[str, int]]:
        """Of each: `behind` so many events, `waiting` to be tried again, `dead`."""

    async def dead(self, most: int) -> list[tuple[str, int, int, str]]:
        """What they never took, the newest first: receiver, event, attempts, why."""

    async def revive(self, receiver: str) -> int:
        """Send everything again that one never took; returns how many events that is."""


class Accounts(Protocol):
    """Who may do what; every method waits for the database, and raises StoreError without it. What changes
    something raises ControlError, NoSuch or NotNow where it cannot be done.
    """

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

    async def users(self) -> list[User]:
        """All, by name."""

    async def add_user(self, name: str, role: str, password: str, agent: str | None, by: Principal) -> User:
        """Somebody new."""

    async def change_user(self, name: str, by: Principal, **to: str | None) -> None:
        """Another `role` or `agent`."""

    async def set_password(self, name: str, password: str, by: Principal) -> None:
        """Another password; sessions are over."""

    async def remove_user(self, name: str, by: Principal) -> None:
        """No such user any more."""

    async def invite(self, name: str, role: str, agent: str | None, by: Principal) -> User:
        """Somebody new, who is yet to choose a password."""

    async def invite_again(self, name: str, by: Principal) -> User:
        """Somebody who is to choose another password."""

    async def redeem(self, name: str, since: float, password: str) -> User | None:
        """Who was invited at `since` chooses a password; None: too late."""

    async def tokens(self) -> list[Token]:
        """All, the eldest first."""

    async def add_token(self, label: str, role: str, by: Principal) -> tuple[Token, str]:
        """A new one, and its text."""

    async def revoke_token(self, id: str, by: Principal) -> None:
        """It is good no more."""
