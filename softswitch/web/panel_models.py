"""What the API answers about agents' desks. Moments are seconds since the epoch, durations seconds."""

from __future__ import annotations

from pydantic import BaseModel

from softswitch.web.record_models import Notes


class Served(BaseModel):
    """A queue that an agent serves."""

    name: str
    label: str
    signed_in: bool


class Reason(BaseModel):
    """Why an agent may pause, by the configuration."""

    reason: str
    limit: float | None
    """How long it may last; null: as long as the agent wants."""


class Card(BaseModel):
    """A call in an agent's hands."""

    call: str
    phase: str
    """ringing, dialling (the agent calls), talking, or writing: it is over, and notes are written on it."""
    outgoing: bool
    """The agent calls."""
    number: str
    """Who is at the other side; empty: hidden, or not known any more."""
    name: str
    """From the CRM, where one knows it."""
    dialled: str
    queue: str
    """By which; empty: by none."""
    label: str
    """What that is called."""
    priority: str
    language: str
    came: float | None
    waits: float | None
    """Since when, in the queue; null: in none."""
    connected: float | None
    entered: dict[str, str]
    """Numbers that were keyed in, by name."""
    pressed: dict[str, str]
    """The last key in each menu that the caller came through."""
    note: str
    """What a look-up says of the caller."""
    data: dict[str, str]
    """And what else it says."""
    link: str
    """Where there is more: `panel.link`; empty: nowhere."""
    notes: str
    """What this agent wrote on it."""
    disposition: str
    written: float | None
    """When; null: nothing was written."""
    dispositions: list[str]
    """What there is to choose from; empty: any word."""


class Desk(BaseModel):
    """An agent as it stands, and the calls in its hands."""

    agent: str
    label: str
    at: float
    """The moment of all this."""
    state: str
    since: float
    until: float | None
    """When the state ends by itself; null: nobody knows."""
    paused: str | None
    """The reason, also while still in a call; null: not paused."""
    queues: list[Served]
    pauses: list[Reason]
    dispositions: dict[str, list[str]]
    """What there is to choose from, by queue; of others any word."""
    extend: float
    """How much more time for notes there is at once."""
    calls: list[Card]


class Contact(BaseModel):
    """An earlier call with the same number."""

    call: str
    at: float
    queue: str
    """The last one; empty: none."""
    agents: list[str]
    """Who talked, in order; of an outgoing call who made it."""
    outcome: str
    outgoing: bool
    """They were called."""
    callback: bool
    """They were called back."""
    wait: float
    talk: float | None
    """null: nobody knows, as a crash cut it."""
    notes: list[Notes]


class Contacts(BaseModel):
    """The newest first."""

    contacts: list[Contact]


class OwnCall(BaseModel):
    """A call of an agent's day."""

    call: str
    at: float
    queue: str
    number: str
    name: str
    outgoing: bool
    talk: float | None
    wrap_up: float
    notes: str
    disposition: str
    written: float | None
    """When; null: nothing was."""


class Day(BaseModel):
    """An agent's day, as reports count it."""

    since: float
    """Its beginning."""
    taken: int
    """Conversations."""
    talk: float
    talk_mean: float | None
    held: float
    wrap_up: float
    missed: int
    """How often the phone rang until the ring time was over."""
    calls: list[OwnCall]
    """The newest first, at most a hundred."""


class Written(BaseModel):
    """The notes are on record."""

    call: str
    written: float
    """When."""


class Bulletin(BaseModel):
    """What agents are told."""

    id: str
    at: float
    by: str
    text: str
    queues: list[str]
    """For whose teams; empty: for all."""
    until: float | None
    """null: until it is withdrawn."""
    read: list[str]
    """Agents who have read it."""


class Bulletins(BaseModel):
    """The newest first."""

    bulletins: list[Bulletin]


class BulletinWritten(BaseModel):
    """It is on record, and on everybody's board."""

    bulletin: str
    """Its id."""
