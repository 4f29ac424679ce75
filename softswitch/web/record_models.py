"""What the API says of what is on record: calls, recordings, messages, events."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from softswitch.types import Quality


class Offer(BaseModel):
    """One ringing of one agent."""

    agent: str
    result: str
    seconds: float


class Talk(BaseModel):
    """One conversation."""

    agent: str
    number: str
    seconds: float | None
    ended_by: str


class Transfer(BaseModel):
    """One agent handed the other side on."""

    by: str
    number: str
    attended: bool
    into: str


class Notes(BaseModel):
    """What an agent wrote on a call."""

    agent: str
    at: float
    """When, last."""
    queue: str
    """Of the conversation; empty: it came by none."""
    by: str
    """Who wrote."""
    notes: str
    disposition: str
    """How the conversation came out, in a word; empty: nothing was chosen."""


class CallRecord(BaseModel):
    """What became of one call."""

    id: str
    seq: int
    """The number of the event that ended it."""
    start: float
    end: float
    number: str
    name: str
    dialled: str
    sip_call_id: str
    transport: str
    trunk: str
    diverted: list[str]
    language: str
    menus: list[str]
    digits: str
    entered: dict[str, str]
    queues: list[str]
    priority: str
    wait: float
    left: str
    offers: list[Offer]
    agent: str
    outside: str
    answered: float | None
    talk: float | None
    talks: list[Talk]
    transfers: list[Transfer]
    transferred_from: str
    by_agent: str = ""
    """The agent who made it."""
    originated_by: str = ""
    """Who asked for it through an interface, of a call that did not come in."""
    callback: str
    """Of a call that calls somebody back: the one in which that was wanted."""
    wants_callback: bool
    """The caller will be called back."""
    recordings: list[str]
    """Files within the folder of recordings."""
    held: float
    ended_by: str
    status: int
    reason: str
    caller_media: Quality
    agent_media: Quality
    outcome: str
    notes: list[Notes] = []
    """Of each agent who wrote some."""


class CallRecords(BaseModel):
    """A page of them, the newest first."""

    calls: list[CallRecord]
    next: int | None
    """The `before` of the next page; null: this is the last."""


class Recording(BaseModel):
    """One file of a recording."""

    file: str
    """Its name: `/api/v1/recordings/` and this is the sound."""
    seq: int
    """The number of the event that began it."""
    call: str
    queue: str
    """Empty: by none."""
    number: str
    """The caller's."""
    agents: list[str]
    """All who talk in it."""
    start: float
    seconds: float | None
    """null: it goes on, or a crash cut it."""
    bytes: int | None
    deleted: float | None
    """When; null: it is there."""


class Recordings(BaseModel):
    """A page of them, the newest first."""

    recordings: list[Recording]
    next: int | None
    """The `before` of the next page; null: this is the last."""


class Voicemail(BaseModel):
    """A message that a caller left."""

    file: str
    """Its name: `/api/v1/voicemails/` and this is the sound."""
    seq: int
    """The number of the event by which it was left."""
    mailbox: str
    call: str
    began: float
    """When it was left, in seconds since the epoch."""
    number: str
    """The caller's; empty: hidden."""
    name: str
    queue: str
    """In which the caller waited before; empty: in none."""
    seconds: float
    heard: float | None
    """When, by somebody whose mailbox it is; null: it is new."""


class Voicemails(BaseModel):
    """A page of them, the newest first."""

    voicemails: list[Voicemail]
    next: int | None
    """The `before` of the next page; null: this is the last."""


class Event(BaseModel):
    """Something that happened; the kinds and their fields are those of the record."""

    seq: int
    at: float
    kind: str
    call: str | None
    data: dict[str, Any]
    version: int


class Events(BaseModel):
    """Events in order."""

    events: list[Event]


class Why(BaseModel):
    """Why a call came to whom it came: offers, who was considered, who was skipped and why."""

    steps: list[dict[str, Any]]
