"""SIP of a configuration as the switch runs on it: listeners, limits, who is not heard."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path

from softswitch.registration.registrar import Limits
from softswitch.types import (
    Seconds,
    Srtp,
)

LOCAL_NETWORKS = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
    *("100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"),
)
"""Private ones (RFC 1918, 6598, 3927), and this machine."""


SCANNERS = (
    *("friendly-scanner", "friendly-request", "sipvicious", "sipcli", "sundayddr", "sip-scan", "sipscan"),
    *("sipsak", "vaxsipuseragent", "vaxasip", "pplsip", "iwar", "smap", "siparmyknife"),
)
"""Well-known ones."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may send requests to a listener: networks, as `203.0.113.0/24`."""

    allow: tuple[str, ...] = ()
    """Only these; empty: everybody."""
    deny: tuple[str, ...] = ()
    """Not these, whatever `allow` says."""


@dataclass(frozen=True, slots=True)
class Listen:
    """One SIP transport: `udp:0.0.0.0:5060`."""

    transport: str
    """udp, tcp or tls."""
    host: str
    """An address or a name; one of IPv6 without its brackets."""
    port: int
    access: Access = field(default=Access(), compare=False)
    """Not compared: it changes while the transport stays as it is."""

    @property
    def shown(self) -> str:
        """For people: as in the configuration."""
        return f"{self.transport}:{in_uri(self.host)}:{self.port}"

    @property
    def ipv6(self) -> bool:
        """Over IPv6."""
        return ":" in self.host


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so long, and so many at once."""

    count: int
    per: Seconds


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """Above these, new requests are refused; None: as many as come."""

    per_source: Rate | None = Rate(50, 1.0)
    """New requests of one IPv4 address, or of one IPv6 network of 64 bits."""
    all: Rate | None = Rate(2000, 1.0)
    """New requests of everybody together."""
    lag: Seconds | None = 0.2
    """How late the loop may be before new calls are refused."""


@dataclass(frozen=True, slots=True)
class BanSettings:
    """Who is not heard for a while."""

    failures: int | None = 5
    """So many failed authentications of one source; None: never."""
    within: Seconds = 600.0
    lasts: Seconds = 3600.0
    never: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """Networks that are trusted: never banned, and without limits of requests."""


@dataclass(frozen=True, slots=True)
class Hostility:
    """What is done against hostile networks."""

    limits: LimitSettings = LimitSettings()
    ban: BanSettings = BanSettings()
    scanners: tuple[str, ...] = SCANNERS
    """Parts of the User-Agent of programs that look for open switches; capitals do not matter."""


@dataclass(frozen=True, slots=True)
class SipSettings:
    """How the switch speaks SIP and RTP."""

    listen: tuple[Listen, ...] = (Listen("udp", "0.0.0.0", 5060), Listen("tcp", "0.0.0.0", 5060))
    certificate: Path | None = None
    """For TLS, in PEM."""
    key: Path | None = None
    """Its private key; None: in the same file."""
    authorities: Path | None = None
    """Who must vouch for whoever we connect to over TLS, in PEM; None: nobody."""
    public_address: str | None = None
    """What Contact and SDP carry to peers outside; None: that of the interface, or what `stun` says."""
    stun: tuple[str, int] | None = None
    """The server that is asked for it: host and port."""
    local_networks: tuple[IPv4Network, ...] = tuple(map(IPv4Network, LOCAL_NETWORKS))
    """Peers there are told the address of the interface."""
    realm: str = "softswitch"
    codecs: tuple[str, ...] = ("pcma", "pcmu", "g722", "opus")
    """In the order of preference."""
    srtp: Srtp = Srtp.OFF
    """Of callers of whom nothing is known."""
    rtp_ports: tuple[int, int] = (16384, 32767)
    max_calls: int = 4000
    """Callers at once; above it 503 with Retry-After."""
    guests: bool = True
    """Whether somebody unknown may call what is in `numbers`."""
    registration: Limits = field(default_factory=Limits)
    keep_alive: Seconds = 30.0
    """Between two OPTIONS to a registered phone; 0: never."""
    rtp_timeout: Seconds = 60.0
    """A leg whose other side sends neither RTP nor RTCP for so long is hung up; 0: never."""
    rtp_timeout_on_hold: Seconds = 1800.0
    """The same while the other side holds, or only receives."""
    drain: Seconds = 60.0
    """How long a draining switch lets conversations end before it hangs up."""
    hostility: Hostility = Hostility()


def in_uri(host: str) -> str:
    """A host as URIs have it: an IPv6 address in brackets (RFC 3986 section 3.2.2)."""
    return f"[{host}]" if ":" in host else host
