"""The whole configuration as plain, frozen data: what the switch runs on once `load` has checked a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from softswitch.acd.settings import EngineSettings
from softswitch.dialplan.numbering import NumberFormat
from softswitch.dialplan.plan import DialPlan
from softswitch.hours import Hours
from softswitch.ivr.settings import MenuTree
from softswitch.registration.accounts import Account
from softswitch.registration.registrar import Limits
from softswitch.routing import Routing
from softswitch.types import AgentName, Language, Seconds, Srtp, TrunkName, Way


@dataclass(frozen=True, slots=True)
class Listen:
    """One SIP transport: `udp:0.0.0.0:5060`."""

    transport: str
    """udp or tcp."""
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Features:
    """Codes that agents dial from their own phones."""

    sign_in: str = "*11"
    sign_out: str = "*12"
    pause: str = "*13"
    resume: str = "*14"
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Of a pause, by the digits that follow its code."""


@dataclass(frozen=True, slots=True)
class SipSettings:
    """How the switch speaks SIP and RTP."""

    listen: tuple[Listen, ...] = (Listen("udp", "0.0.0.0", 5060), Listen("tcp", "0.0.0.0", 5060))
    public_address: str | None = None
    """What Contact and SDP carry; None: the address of the interface."""
    realm: str = "softswitch"
    codecs: tuple[str, ...] = ("pcma", "pcmu", "g722", "opus")
    """In the order of preference."""
    rtp_ports: tuple[int, int] = (16384, 32767)
    max_calls: int = 4000
    """Callers at once; above it 503 with Retry-After."""
    guests: bool = True
    """Whether somebody unknown may call what is in `numbers`."""
    registration: Limits = field(default_factory=Limits)
    keep_alive: Seconds = 30.0
    """Between two OPTIONS to a registered phone; 0: never."""
    drain: Seconds = 60.0
    """How long a draining switch lets conversations end before it hangs up."""


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

    @property
    def reached_at(self) -> str:
        """For people: the fixed address."""
        return self.way.uri if self.way else "a phone that registers"


@dataclass(frozen=True, slots=True)
class TrunkServer:
    """One server of a carrier."""

    host: str
    port: int | None = None
    """None: the transport's own, as PJSIP finds it."""
    transport: str = "udp"
    """udp or tcp."""

    @property
    def shown(self) -> str:
        """For people and the record: `tcp:sip.carrier.example:5070`."""
        return f"{self.transport}:{self.host}:{self.port or 5060}"

    def uri(self, user: str = "") -> str:
        """A SIP URI there."""
        at = f"{user}@" if user else ""
        port = f":{self.port}" if self.port is not None else ""
        return f"sip:{at}{self.host}{port}{';transport=tcp' if self.transport == 'tcp' else ''}"


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
    """Where its calls come from; none: its servers' addresses."""
    channels: int | None = None
    """Calls at once, both ways; None: no limit."""
    caller_id: str | None = None
    """The number that is shown, as E.164."""
    show_callers: bool = False
    """A caller from outside who goes on to an agent outside is shown with the own number."""
    format: NumberFormat = NumberFormat.PLUS
    srtp: Srtp = Srtp.OFF
    options: Seconds = 30.0
    """Between two OPTIONS to a server; 0: never."""


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
    web: str | None = None
    dialplan: DialPlan = field(default_factory=DialPlan)
    """What agents may dial outside."""
    trunks: Mapping[TrunkName, Trunk] = field(default_factory=dict)
    """Carriers."""
    logins: tuple[Account, ...] = ()
    """Of phones that register and prove who calls."""
    features: Features = Features()
