"""What the API answers, with units. Moments are seconds since the epoch (UTC), durations seconds."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from softswitch.acd.snapshot import AgentView, CallerView, QueueView
from softswitch.parcels import Post


class RecordHealth(BaseModel):
    """Whether the record is being kept."""

    last: int
    """The highest number of an event."""
    waiting: int
    """Events in memory that are not on disk yet."""
    lost: int
    problem: str | None
    loaded: int
    """The highest number that is in the database."""
    database_problem: str | None


class MessageCounts(BaseModel):
    """Messages that callers left, in all mailboxes."""

    new: int
    heard: int
    problem: str
    """Why messages cannot be put into their places; empty: all is well."""


class RecordingNow(BaseModel):
    """Whether conversations are being recorded."""

    open: int
    """Files that are being written."""
    problem: str | None
    """Why nothing can be recorded; null, or empty: all is well."""


class Status(BaseModel):
    """How the switch is."""

    version: str
    file: str
    """The configuration."""
    uptime: float
    draining: bool
    calls: int
    max_calls: int
    phases: dict[str, int]
    """Calls in progress by phase."""
    record: RecordHealth
    turned_away: dict[str, int]
    shielded: dict[str, int]
    dropped: dict[str, int]
    bans: int
    late: bool
    mail: Post = Post()
    """Mails that are not out, and since when the eldest waits."""
    voicemail: MessageCounts | None = None
    recording: RecordingNow | None = None
    not_ready: list[str] = []
    """Why new calls should go to another switch."""
    degraded: list[str] = []
    """What does not work though calls do."""


class Queues(BaseModel):
    """Every queue, with the first of its callers."""

    at: float
    """The moment of all this."""
    queues: list[QueueView]


class Callers(BaseModel):
    """Who waits in a queue, in order."""

    callers: list[CallerView]


class Agents(BaseModel):
    """Every agent."""

    at: float
    """The moment of all this."""
    agents: list[AgentView]


class LiveCall(BaseModel):
    """A call in progress."""

    call: str
    number: str
    """Who calls, as people see it."""
    dialled: str
    phase: str
    queue: str | None
    agent: str | None
    seconds: float
    """Since it came."""
    note: str = ""
    """What a look-up has to say of the caller."""


class WhyNow(BaseModel):
    """Why no phone rings for a call or callback, at this moment."""

    call: str
    at: float
    """In seconds since the epoch."""
    queue: str | None
    """In which it waits; null: it waits in none, or a phone rings."""
    why: dict[str, Any] | None
    """As `why` of OfferMade, with nobody in `considered`: who was `skipped` for which reason and until when,
    the place, and of how many.
    """


class Phone(BaseModel):
    """A registered phone."""

    agent: str
    contact: str
    transport: str
    source: str
    nat: bool
    path: list[str]
    q: float
    phone: str
    """Its User-Agent."""
    state: str
    latency: float | None
    registered: float
    """Seconds ago."""
    expires: float
    """In so many seconds."""
    lamps: int


class Trunk(BaseModel):
    """One server of a carrier."""

    trunk: str
    server: str
    """Transport, host and port."""
    state: str
    seconds: float
    """In that state."""
    registered: bool | None
    """null: we do not register there."""
    latency: float | None
    """Of its last answer to a question."""
    calls: int
    """Of the whole trunk."""
    channels: int | None
    """Calls that there may be; null: any number."""
    problem: str


class Callback(BaseModel):
    """Somebody who is to be called back."""

    callback: str
    """Its id: the call in which it was wanted."""
    queue: str
    number: str
    name: str
    priority: str
    language: str
    state: str
    """waiting, resting (until the next attempt, or until the queue opens), held (there is no way to call,
    or the customer has called), calling or talking."""
    problem: str | None = None
    """Why there is no way, or why the last attempt did not come to the customer."""
    wanted: float
    """When, in seconds since the epoch."""
    waits: float
    """Seconds since the wait began by which the place counts, on the line and off it."""
    attempts: int
    """In vain so far, those that came to the customer's side."""
    again: float | None
    """Seconds until the next attempt, while it rests."""
    call: str | None
    """The call that is the attempt in progress."""


class Ban(BaseModel):
    """A source that is not heard."""

    address: str
    why: str
    left: float
    """Seconds."""


class Reloaded(BaseModel):
    """The configuration is in force."""

    file: str
    after_restart: list[str]
    """Changed settings that wait for the next start."""
    added: list[str]
    """What is new, as `queues.night`."""
    removed: list[str]
    """What is no more. Calls and callers that are in it stay until they leave."""
    changed: list[str]
    """What is otherwise, as `menus.welcome` or `sip`. What a team says is a change of its queue."""


class Stopping(BaseModel):
    """No new calls are taken."""

    draining: int
    """Calls in progress, which may finish."""
    limit: float
    """Seconds, after which they are hung up."""


class Unbanned(BaseModel):
    """The source is heard."""

    address: str
    banned: bool
    """Whether it was not."""


class Erased(BaseModel):
    """What there is of a caller, or what was erased."""

    calls: int
    events: int
    recordings: int
    """Files."""
    voicemails: int
    deliveries: int
    """Events that receivers have not taken yet, or never."""
    going_on: int
    """Calls in progress, which are left out: once they are over, do it again."""


class Begun(BaseModel):
    """The call has begun: it is in `/calls/live`, and its events follow."""

    call: str
    """Its id."""


class Done(BaseModel):
    """It is done, and on record."""

    done: str
