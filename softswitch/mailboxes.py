"""Mailboxes and the messages in them, as everybody knows them: plain data."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.types import AgentName, CallId, Language, MailboxName, Prompt, Seconds

BLANKS = ("caller", "number", "name", "mailbox", "queue", "time", "length")
"""What the subject of a mail may have filled in."""

DAY: Seconds = 86400.0


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox's settings."""

    name: MailboxName
    greeting: Prompt | None = None
    """None: the switch's own words."""
    longest: Seconds = 180.0
    shortest: Seconds = 2.0
    """A message with less sound is none."""
    email: tuple[str, ...] = ()
    subject: str | None = None
    """With blanks in curly brackets; None: by the language."""
    agents: tuple[AgentName, ...] = ()
    """Who hears the messages."""
    language: Language | None = None
    """None: the caller's."""
    keep: Seconds = 30 * DAY


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is being left: what is known of it when its recording begins."""

    file: str
    """Where it will lie, within the folder of messages: day, time, mailbox and call."""
    mailbox: MailboxName
    call: CallId
    began: float
    """Seconds since the epoch."""
    number: str = ""
    """The caller's; empty: hidden."""
    name: str = ""
    queue: str = ""
    """In which the caller waited before; empty: in none."""
    queue_label: str = ""
    """What that is called."""
    language: str = "en"
    shortest: Seconds = 2.0
    email: tuple[str, ...] = ()
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was left."""

    file: str
    mailbox: MailboxName
    call: CallId
    began: float
    number: str
    name: str
    queue: str
    seconds: Seconds
    seq: int = 0
    """The number of the event by which it was left."""
    heard: float | None = None
    """When, by somebody whose mailbox it is; None: it is new."""

    @property
    def is_new(self) -> bool:
        """Nobody whose mailbox it is has heard it."""
        return self.heard is None
