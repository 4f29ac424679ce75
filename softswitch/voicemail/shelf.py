"""Messages for those who listen to them by an interface; whoever does is on record."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path

from softswitch.access import Principal
from softswitch.errors import NoSuch, NotNow
from softswitch.mailboxes import Message
from softswitch.ports import JsonValue
from softswitch.store.listenings import Listenings
from softswitch.types import AgentName, MailboxName
from softswitch.voicemail.desk import VoicemailDesk

MOST = 500
"""Files in one order of the command line."""


class VoicemailShelf:
    """All of them."""

    def __init__(self, desk: VoicemailDesk, clock: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._listenings = Listenings(clock)

    def mailboxes_of(self, who: Principal) -> set[MailboxName]:
        """Those that somebody hears as an agent."""
        return set() if who.agent is None else self._desk.mailboxes_of(AgentName(who.agent))

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
        """Messages that are there, the newest first; None: whichever. Raises NotNow: not all are known."""
        if not self._desk.index.is_whole:
            raise NotNow("the record's database has not been read yet; ask again in a moment")
        found = [
            message
            for message in self._desk.index.all()
            if (mailboxes is None or message.mailbox in mailboxes)
            and (since is None or message.began >= since)
            and (until is None or message.began < until)
            and number in (None, message.number)
            and queue in (None, message.queue)
            and new in (None, message.is_new)
            and (before is None or message.seq < before)
        ]
        return found[:limit]

    def one(self, file: str) -> Message | None:
        """The one of that name."""
        return self._desk.index.get(file)

    async def place_of(self, message: Message) -> Path:
        """Where it lies. Raises NoSuch."""
        return await asyncio.to_thread(self._desk.files.place_of, message.file)

    def heard(self, message: Message, who: Principal, *, from_start: bool) -> None:
        """Somebody listens: put it on record, but for who goes on with what was begun. It is new no more if
        that is an agent whose it is.
        """
        if self._listenings.begins(message.file, who.name, from_start=from_start):
            own = message.mailbox in self.mailboxes_of(who)
            self._desk.heard(message, who.name, "listened", own=own)

    async def delete(self, message: Message, by: str) -> None:
        """Delete it. Raises StoreError."""
        await self._desk.deleted(message, by)


def handlers(desk: VoicemailDesk, by: str) -> dict[str, Callable[..., Awaitable[JsonValue]]]:
    """The commands of the control socket."""

    async def voicemails_copied(files: Sequence[str]) -> JsonValue:
        """Put on record that copies are taken."""
        found = [desk.index.get(str(file)) for file in files[:MOST]]
        for message in found:
            if message is not None:
                desk.heard(message, by, "exported", own=False)
        return len(found)

    async def voicemail_delete(file: str) -> JsonValue:
        """Delete one. Raises NoSuch, StoreError."""
        message = desk.index.get(str(file))
        if message is None:
            raise NoSuch(f"there is no message {file}; `softswitch voicemails` lists those that there are")
        await desk.deleted(message, by)
        return {"file": message.file}

    return {"voicemails_copied": voicemails_copied, "voicemail_delete": voicemail_delete}
