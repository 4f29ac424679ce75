"""The whole configuration as plain, frozen data: what the switch runs on once `load` has checked a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from softswitch.acd.service import Service, Services
from softswitch.acd.settings import EngineSettings
from softswitch.alerts.settings import AlertSettings
from softswitch.config.sip_settings import SipSettings, in_uri
from softswitch.dialplan.codes import Features
from softswitch.dialplan.numbering import NumberFormat
from softswitch.dialplan.plan import DialPlan
from softswitch.hours import Hours
from softswitch.ivr.settings import MenuTree
from softswitch.mailboxes import Mailbox
from softswitch.registration.accounts import Account
from softswitch.routing import Routing
from softswitch.rules import Entrance
from softswitch.sentences.book import Book
from softswitch.types import (
    AgentName,
    Language,
    MailboxName,
    Prompt,
    QueueName,
    Seconds,
    Srtp,
    ToNumber,
    TrunkName,
    Way,
)


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """Sound."""

    sample_rate: int = 8000
    """The bridge's rate: 8000 for G.711 alone (no resampling), 16000 for wideband."""
    languages: tuple[Language, ...] = (Language("en"),)
    """The first is the default."""
    music: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Playlists by name; `classical` and `silence` are built in."""
    queue_music: Mapping[str, str] = field(default_factory=dict)
    """Playlist by queue name."""
    sounds: Mapping[str, Prompt] = field(default_factory=dict)
    """What interfaces can play into calls, by name."""
    prompts: Path | None = None
    """The folder of recorded sentences, with a folder for each language; None: the one that is shipped."""
    sentences: Mapping[Language, Book] = field(default_factory=dict)
    """What the switch says by itself, in languages that are not built in or with other words."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something that callers hear again and again while they wait."""

    prompt: Prompt
    first: Seconds
    """After joining."""
    every: Seconds | None = None
    """From then on; None: only once."""


@dataclass(frozen=True, slots=True)
class RecordingSettings:
    """Recordings of calls."""

    folder: Path | None = None
    """Where the files are; None: in the folder of the record."""
    queues: Mapping[str, float] = field(default_factory=dict)
    """Which part of its conversations is recorded, from 0 to 1, by queue; the agent may record the others
    on demand. A queue that is not there records none."""
    others: float | None = None
    """The same for conversations that come by no queue; None: none."""
    retention: Seconds | None = None
    """How long the files are kept; None: for ever."""
    announce: Prompt | None = None
    """What callers are told before."""
    agents_listen: bool = False
    """Agents may listen to their own conversations."""


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """Personal data of callers."""

    masked: bool = False
    """The log shows the last three digits of numbers alone."""
    retention: Seconds | None = None
    """How long the record knows who called; None: for ever."""


@dataclass(frozen=True, slots=True)
class AgentPhone:
    """How an agent is reached and shown."""

    agent: AgentName
    name: str
    """For people: `Billing desk`."""
    way: Way | None
    """The fixed address to ring; None: only phones that register."""
    extension: str | None = None
    """The number that other callers dial for this agent (`{agent: dialled}`)."""
    ring: Seconds = 30.0
    """Ring time when dialled directly."""
    forwards: bool = False
    """Its phones may send calls on."""
    auto_answer: bool = False
    """Its phones are asked to answer by themselves for a call that the agent is to make."""
    srtp: Srtp = Srtp.OFF
    """Of phones that register, and of calls from them; `way` says it for the fixed address."""
    outside: ToNumber | None = None
    """A number outside that is rung too."""
    confirm: bool = True
    """Whoever answers there must press a key before the caller is connected."""
    mailbox: MailboxName | None = None
    """For callers who dial this agent directly, and get nobody."""

    @property
    def is_fixed(self) -> bool:
        """Whether there is always something to ring."""
        return self.way is not None or self.outside is not None

    @property
    def reached_at(self) -> str:
        """For people: the fixed address, or the number outside."""
        if self.outside is not None:
            return f"{self.outside.number} by {', then '.join(self.outside.trunks)}"
        return self.way.uri if self.way else "a phone that registers"


@dataclass(frozen=True, slots=True)
class TrunkServer:
    """One server of a carrier."""

    host: str
    port: int | None = None
    """None: the transport's own, as PJSIP finds it."""
    transport: str = "udp"
    """udp, tcp or tls."""

    @property
    def shown(self) -> str:
        """For people and the record: `tcp:sip.carrier.example:5070`."""
        usual = 5061 if self.transport == "tls" else 5060
        return f"{self.transport}:{in_uri(self.host)}:{self.port or usual}"

    def uri(self, user: str = "") -> str:
        """A SIP URI there."""
        at = f"{user}@" if user else ""
        port = f":{self.port}" if self.port is not None else ""
        transport = "" if self.transport == "udp" else f";transport={self.transport}"
        return f"sip:{at}{in_uri(self.host)}{port}{transport}"


@dataclass(frozen=True, slots=True)
class Trunk:
    """A carrier."""

    name: TrunkName
    servers: tuple[TrunkServer, ...]
    """In the order of preference; at least one."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    auth_user: str | None = None
    """None: the user name."""
    domain: str | None = None
    """What From carries behind the @; None: the switch's own."""
    register: bool = False
    expires: Seconds = 600.0
    allow_from: tuple[IPv4Network | IPv6Network, ...] = ()
    """Where its calls come from; none: its servers' addresses, or anywhere, with `inbound`."""
    inbound: str | None = None
    """The login with which its calls prove themselves by digest."""
    inbound_password: str | None = field(default=None, repr=False)
    channels: int | None = None
    """Calls at once, both ways; None: no limit."""
    caller_id: str | None = None
    """The number that is shown, as E.164."""
    from_user: str | None = None
    """What From carries before the @ of every call; None: the number that is shown."""
    show_callers: bool = False
    """A caller from outside who goes on to an agent outside is shown with the own number."""
    format: NumberFormat = NumberFormat.PLUS
    srtp: Srtp = Srtp.OFF
    options: Seconds = 30.0
    """Between two OPTIONS to a server; 0: never."""

    @property
    def by_address(self) -> bool:
        """Whether its servers' addresses prove its calls."""
        return not self.allow_from and self.inbound is None


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The web server."""

    host: str
    port: int
    metrics: str
    """Who may read /metrics: open (everybody), token, off."""

    @property
    def shown(self) -> str:
        """For people: `127.0.0.1:8080`."""
        return f"{in_uri(self.host)}:{self.port}"

    @property
    def url(self) -> str:
        """By which a browser on this machine finds it."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}
        return f"http://{in_uri(everywhere.get(self.host, self.host))}:{self.port}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A server that is told of events."""

    name: str
    url: str
    secret: str | None = field(default=None, repr=False)
    """Signs what is sent; None: nothing does."""
    events: frozenset[str] | None = None
    """Kinds; None: all."""
    timeout: Seconds = 5.0
    attempts: int = 10


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The server that takes our mails."""

    server: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: str = "starttls"
    """starttls, tls (from the first byte on), off."""
    authorities: str | None = None
    """A file with who may vouch for the server; None: the machine's own."""
    timeout: Seconds = 30.0
    alarm: Seconds = 900.0
    """Somebody is told when a mail has waited for so long."""


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """Figures that are mailed at fixed times."""

    to: tuple[str, ...]
    at: str
    """As 07:00."""
    days: tuple[int, ...]
    """Monday is 0."""
    range: str
    """yesterday, last week, last month."""
    queue: str | None
    """None: all."""
    by: tuple[str, ...]
    """hour, day, agent, queue: a table for each."""
    attach: str | None
    """pdf, csv; None: nothing."""
    zone: str | None
    """Whose clock `at` and the range follow; None: the machine's."""
    language: str = field(default="en", repr=False)
    """en, pl, he."""
    names_language: bool = field(default=False, repr=False)
    """The line itself does; else it is that of the house."""


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """How customers of a queue are called back, beside what the engine knows."""

    number: str = "confirm"
    """confirm, ask or caller: whether the number is confirmed, keyed in, or taken as it is."""
    early: Seconds = 5.0
    """A connection that is over within this time was a mailbox."""
    caller_id: str | None = None
    """What customers see; None: the trunk's."""
    may_dial: frozenset[str] = frozenset()
    """Expensive classes of numbers that may be called all the same."""


@dataclass(frozen=True, slots=True)
class SwitchSettings:
    """Everything."""

    path: Path
    """The file it came from."""
    sip: SipSettings
    media: MediaSettings
    routing: Routing
    menus: MenuTree
    hours: Hours
    engine: EngineSettings
    phones: Mapping[AgentName, AgentPhone]
    queue_labels: Mapping[str, str]
    """What the agent's display shows for a queue, by queue name."""
    data: Path
    """The folder for the record and the control socket; relative ones are relative to the file's folder."""
    store: str | None = None
    """The URL of the record's database; None: a file in that folder."""
    events_in_memory: int = 100_000
    """How many events wait for a full disk."""
    messages: Mapping[str, tuple[Message, ...]] = field(default_factory=dict)
    """What callers hear while they wait, by queue name."""
    whispers: Mapping[str, Prompt | None] = field(default_factory=dict)
    """What agents hear before they are connected, by the name of those queues that want it; None: the queue
    and how long the caller has waited."""
    queue_hours: Mapping[str, str] = field(default_factory=dict)
    """The opening hours of those queues that have some."""
    entrances: Mapping[QueueName, Entrance] = field(default_factory=dict)
    """What holds of joining a queue; of one that is not there, nothing."""
    callbacks: Mapping[str, CallbackRules] = field(default_factory=dict)
    """By queue."""
    web: WebSettings | None = None
    """None: no web server."""
    dispositions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """How conversations come out, by queue; of one that is not there, agents write words of their own."""
    panel_link: str | None = None
    """Where agents see more of a caller: a URL with blanks; None: nowhere."""
    service: Service = field(default_factory=Service)
    """How the service level is counted of queues that say nothing else."""
    webhooks: tuple[Webhook, ...] = ()
    mail: MailSettings | None = None
    """None: no mails."""
    reports: tuple[ReportSettings, ...] = ()
    alerts: AlertSettings = field(default_factory=AlertSettings)
    """When traffic becomes alarming."""
    dialplan: DialPlan = field(default_factory=DialPlan)
    """What agents may dial outside."""
    trunks: Mapping[TrunkName, Trunk] = field(default_factory=dict)
    """Carriers."""
    logins: tuple[Account, ...] = ()
    """Of phones that register and prove who calls."""
    features: Features = field(default_factory=Features)
    recording: RecordingSettings = RecordingSettings()
    privacy: PrivacySettings = PrivacySettings()
    mailboxes: Mapping[MailboxName, Mailbox] = field(default_factory=dict)
    zone: str | None = None
    """The time zone of all opening hours; None: there are none, or several: the machine's."""
    digest: str = field(default="", compare=False)
    """Of the texts of the files that it came from."""

    @property
    def services(self) -> Services:
        """How the service level is counted, for the record."""
        return Services.of_queues(self.service, self.engine.queues.values())
