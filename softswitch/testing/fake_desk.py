"""A fake desk of messages: it keeps them in a list, and decides as the test says whether one is a message."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from softswitch.errors import SoundFileError, StoreError
from softswitch.mailboxes import Draft, Message
from softswitch.sound import Clip
from softswitch.testing.hearing import now
from softswitch.types import AgentName, MailboxName, Messages, Seconds


class FakeDesk:
    """Everybody hears every message."""

    def __init__(self, messages: Sequence[Message] = (), rate: int = 8000) -> None:
        self.messages = list(messages)
        self.rate = rate
        self.full = False
        """There is no room for a message."""
        self.keeps = True
        """What was recorded is a message."""
        self.takes: Seconds = 0.1
        """How long it takes until that is known."""
        self.opened: list[Draft] = []
        self.dropped: list[Draft] = []
        self.taken: list[Draft] = []
        self.told: list[tuple[str, str, str]] = []
        """What agents did: heard or deleted, which, and who."""

    async def open(self, draft: Draft) -> Path:
        """Raises StoreError where it is full."""
        if self.full:
            raise StoreError("the disk is full, as the test asked")
        self.opened.append(draft)
        return Path("incoming") / Path(draft.file).name

    def drop(self, draft: Draft) -> None:
        """There was no message."""
        self.dropped.append(draft)

    def take(self, draft: Draft) -> asyncio.Future[bool]:
        """Known after a while."""
        self.taken.append(draft)
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(self.takes, kept.set_result, self.keeps)
        return kept

    def found(self, agent: AgentName) -> Sequence[Message]:
        """All, the new ones first."""
        return sorted(self.messages, key=lambda message: not message.is_new)

    async def clip(self, message: Message) -> Clip:
        """As long as it says."""
        if message not in self.messages:
            raise SoundFileError(Path(message.file), "it is gone")
        return Clip(bytes(2 * round(message.seconds * self.rate)), self.rate, message.file)

    def heard(self, message: Message, by: str, how: str) -> None:
        """It is new no more."""
        self.told.append(("heard", message.file, by))
        self.messages[self.messages.index(message)] = replace(message, heard=now())

    def delete(self, message: Message, by: str) -> None:
        """It is gone."""
        self.told.append(("deleted", message.file, by))
        self.messages.remove(message)

    def counts(self) -> Mapping[MailboxName, Messages]:
        """All in one."""
        new = sum(message.is_new for message in self.messages)
        return {MailboxName("office"): Messages(new, len(self.messages) - new)}

    @property
    def problem(self) -> str:
        """Never any."""
        return ""


if TYPE_CHECKING:  # the type checker holds every fake to its Protocol
    from softswitch import ports

    _desk: type[ports.Desk] = FakeDesk
