"""What the API answers, with units. Moments are seconds since the epoch (UTC), durations seconds."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from softswitch.acd.snapshot import AgentView, CallerView, QueueView
from softswitch.parcels import Post
from softswitch.types import Quality


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
    """waiting, resting (until the next attempt), held (there is no way to call), calling or talking."""
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


class Reloaded(BaseModel):
    """The configuration is in force."""

    file: str
    after_restart: list[str]
    """Changed settings that wait for the next start."""


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
