"""All messages that are there, in memory: read off the record once, and kept up by its events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from softswitch.kinds import Kind
from softswitch.mailboxes import Message
from softswitch.ports import Recorded
from softswitch.store.voicemails import KINDS, message_of
from softswitch.types import MailboxName, Messages


class Index:
    """Belongs to the loop's thread. What a database says of before, and what happens meanwhile, may come in
    any order.
    """

    def __init__(self) -> None:
        self.changed: Callable[[MailboxName], None] = lambda _mailbox: None
        """Called when a mailbox holds something else than before."""
        self._messages: dict[str, Message] = {}
        self._heard: dict[str, float] = {}
        self._gone: set[str] = set()
        self.is_whole = False
        """It knows what was before the start."""

    def hear(self, event: Recorded) -> None:
        """Something happened."""
        if event.kind not in KINDS:
            return
        file = str(event.data.get("file", ""))
        match event.kind:
            case Kind.VOICEMAIL_LEFT:
                self._add(message_of(event))
            case Kind.VOICEMAIL_HEARD if event.data.get("own"):
                self._heard.setdefault(file, event.at)
                if file in self._messages:
                    self._add(self._messages.pop(file))
            case Kind.VOICEMAIL_DELETED:
                self._gone.add(file)
                if (message := self._messages.pop(file, None)) is not None:
                    self.changed(message.mailbox)

    def load(self, before: Iterable[Message]) -> None:
        """What the database has; of a message that is known already, who it was from may be forgotten."""
        for message in before:
            if (known := self._messages.get(message.file)) is not None:
                self._messages[message.file] = replace(known, number=message.number, name=message.name)
            self._add(message)
        self.is_whole = True

    def get(self, file: str) -> Message | None:
        """The one of that name."""
        return self._messages.get(file)

    def all(self) -> list[Message]:
        """The newest first."""
        return sorted(self._messages.values(), key=lambda message: message.seq, reverse=True)

    def of(self, mailboxes: Collection[MailboxName]) -> list[Message]:
        """Of some mailboxes: new ones first, and of these the eldest first."""
        found = [message for message in self._messages.values() if message.mailbox in mailboxes]
        return sorted(found, key=lambda message: (not message.is_new, message.began, message.file))

    def counts(self) -> Mapping[MailboxName, Messages]:
        """How many each mailbox holds that holds any."""
        counts: dict[MailboxName, Messages] = {}
        for message in self._messages.values():
            so_far = counts.get(message.mailbox, Messages())
            new, old = so_far.new + message.is_new, so_far.old + (not message.is_new)
            counts[message.mailbox] = Messages(new, old)
        return counts

    def _add(self, message: Message) -> None:
        if message.file in self._gone or message.file in self._messages:
            return
        if message.heard is None:
            message = replace(message, heard=self._heard.get(message.file))
        self._messages[message.file] = message
        self.changed(message.mailbox)
