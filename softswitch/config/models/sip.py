"""`sip:` and `media:`, how the switch speaks and sounds."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from softswitch.config.models.base import Section
from softswitch.config.models.hostile import AnyBan, AnyLimits, Ban, Limits, Networks, Scanner
from softswitch.config.quantities import Duration, FilePath, Words, check_host, matching, parse_text, wrong
from softswitch.config.sip_settings import LOCAL_NETWORKS, SCANNERS
from softswitch.config.unsupported import not_yet

MAX_LEGS = 8192
"""SIP dialogs at once that the native stack is built for; a caller talking to an agent takes two."""

_LISTEN = r"(udp|tcp|tls):([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})"
_HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"


def _parse_listen(value: object) -> str:
    text = parse_text(value)
    match = re.fullmatch(_LISTEN, text)
    if match:
        if not 1 <= int(match[3]) <= 65535:
            raise wrong("expected a port from 1 to 65535")
        check_host(match[2])
        return text
    if text.startswith(("ws:", "wss:")):
        raise not_yet(text, f"SIP over {text.partition(':')[0].upper()}")
    raise wrong("expected transport, address and port, as udp:0.0.0.0:5060 or tls:[2001:db8::5]:5061")


def _parse_ports(value: object) -> str:
    text = parse_text(value)
    match = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", text)
    if not match:
        raise wrong("expected a range of ports, as 16384-32767")
    first, last = int(match[1]), int(match[2])
    if not 1024 <= first < last <= 65535 or last - first < 3:
        raise wrong("expected a range of at least four ports within 1024-65535, the lower one first")
    return text


def _parse_public(value: object) -> str:
    text = matching(_HOST, "auto, an IPv4 address or a host name")(value)
    check_host(text)
    if text != "auto" and ("." not in text or text == "0.0.0.0"):
        raise wrong(
            "expected auto, or an address that peers outside reach, as 198.51.100.7 or sip.example.com"
        )
    return text


def _parse_stun(value: object) -> str:
    text = matching(rf"{_HOST}(:[0-9]{{1,5}})?", "a host, as stun.example.com or 203.0.113.9:3478")(value)
    host, _, port = text.partition(":")
    check_host(host)
    if port and not 1 <= int(port) <= 65535:
        raise wrong("expected a port from 1 to 65535")
    return text


def _without_repeats(values: list[Any]) -> list[Any]:
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise wrong(f"{twice!r} is listed twice")
    return values


LISTEN_SCHEMA = {
    "title": "transport:address:port",
    "type": "string",
    "pattern": f"^{_LISTEN}$",
    "examples": ["udp:0.0.0.0:5060", "udp:[::]:5060"],
}
Listen = Annotated[str, BeforeValidator(_parse_listen), WithJsonSchema(LISTEN_SCHEMA)]
Ports = Annotated[
    str,
    BeforeValidator(_parse_ports),
    WithJsonSchema(
        {
            "title": "range of ports",
            "type": "string",
            "pattern": "^[0-9]+-[0-9]+$",
            "examples": ["16384-32767"],
        }
    ),
]
Public = Annotated[
    str,
    BeforeValidator(_parse_public),
    WithJsonSchema({"title": "auto or address", "type": "string", "examples": ["auto", "198.51.100.7"]}),
]
Stun = Annotated[
    str,
    BeforeValidator(_parse_stun),
    WithJsonSchema({"title": "host[:port]", "type": "string", "examples": ["stun.example.com"]}),
]
Encryption = Literal["off", "optional", "mandatory"]
Codec = Literal["pcma", "pcmu", "g722", "opus"]
LanguageName = Annotated[
    str,
    BeforeValidator(matching("[a-z]{2,3}", "a language in small letters, as en, pl, he or de (ISO 639)")),
    WithJsonSchema(
        {"title": "language", "type": "string", "pattern": "^[a-z]{2,3}$", "examples": ["en", "pl"]}
    ),
]
Playlist = Annotated[list[FilePath], Field(min_length=1)]


class Registration(Section):
    """What phones that register are granted."""

    expires: Annotated[Duration, Field(ge=30)] = 600.0
    """How long a registration holds that names no time of its own."""
    shortest: Annotated[Duration, Field(ge=1)] = 60.0
    """A phone that wishes less is told to ask for this (423)."""
    longest: Annotated[Duration, Field(ge=30)] = 3600.0
    """A phone that wishes more gets this."""
    contacts: Annotated[int, Field(ge=1, le=20)] = 5
    """Phones of one agent at once; all of them ring, and one answer wins."""
    keep_alive: Duration = 30.0
    """How often each phone is asked whether it is there (OPTIONS), which also keeps NAT open; after three
    questions without an answer it is not rung until it answers again. 0: never."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.shortest <= self.expires <= self.longest:
            raise wrong(
                "expected `shortest`, then `expires`, then `longest`, none shorter than the one before"
            )
        return self


def _somebody(networks: list[str]) -> list[str]:
    if not networks:
        raise wrong(
            "an empty `allow` lets in nobody: leave it out to hear everybody, or name networks, as"
            " [203.0.113.0/24]"
        )
    return networks


class Listener(Section):
    """Where the switch takes calls, and from whom. Who is not heard gets no answer at all."""

    at: Listen
    """Transport, address and port. An address of 0.0.0.0 is every interface, [::] every one with IPv6."""
    allow: Annotated[Networks, AfterValidator(_somebody), Field(json_schema_extra={"minItems": 1})] = Field(
        default=[]
    )
    """Only these networks are heard; left out: all."""
    deny: Networks = Field(default=[])
    """These networks are not heard, whatever `allow` says."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"at": value}


class _OrShort:
    """The JSON Schema of a listener: the short form as well."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [LISTEN_SCHEMA, handler(core)]}


class Sip(Section):
    """How the switch speaks SIP and RTP."""

    listen: Annotated[
        list[Annotated[Listener, _OrShort()]],
        Field(min_length=1),
    ] = Field(default=["udp:0.0.0.0:5060", "tcp:0.0.0.0:5060"], validate_default=True)
    """Where it takes calls, over UDP, TCP and TLS: `udp:0.0.0.0:5060`, or with networks that may call, as
    `{at: "udp:0.0.0.0:5060", allow: [203.0.113.0/24]}`. An address of 0.0.0.0 is every interface. IPv6 has
    listeners of its own: `udp:[::]:5060` is every interface, `udp:[2001:db8::5]:5060` one address."""
    certificate: FilePath | None = None
    """For TLS: the switch's certificate in PEM, followed by those of the authorities between it and one that
    phones know. `softswitch reload` reads it again; connections that are open stay."""
    key: FilePath | None = None
    """Its private key in PEM, without a password; left out: it stands in the same file."""
    authorities: FilePath | None = None
    """For TLS: the authorities in PEM, as `/etc/ssl/certs/ca-certificates.crt`, one of which must vouch for
    whoever we connect to, carriers above all, by the name or address that stands in this file. Left out:
    nobody's certificate is checked, and a call can end at somebody who only claims to be the carrier."""
    public_address: Public = "auto"
    """What Contact and SDP carry when the switch stands behind NAT that forwards its ports: the address that
    peers outside see. Auto is the address of the interface, or what `stun` finds."""
    stun: Stun | None = None
    """A STUN server (`stun.example.com`, or with a port), which is asked each minute what address peers
    outside see; with `public_address: auto`, where that may change. The NAT must forward the ports of
    `listen` and `rtp_ports` all the same."""
    local_networks: Networks = Field(default=list(LOCAL_NETWORKS))
    """Peers in these networks are told the address of the interface, whatever peers outside are told."""
    realm: Words = "softswitch"
    """The name of this switch's domain."""
    codecs: Annotated[list[Codec], Field(min_length=1), AfterValidator(_without_repeats)] = Field(
        default=["pcma", "pcmu", "g722", "opus"]
    )
    """In the order of preference; what is not listed is not offered."""
    srtp: Encryption = "off"
    """Whether sound is encrypted (SRTP, with keys in SDP: RFC 4568), of callers, and of agents of whom
    nothing else is said: off; optional, where the phone can; mandatory, and who cannot gets 488. Keys are as
    secret as what carries them: use TLS."""
    rtp_ports: Ports = "16384-32767"
    """UDP ports for sound, two for each leg. Stay below Linux's ephemeral range (32768 and up), from which
    other programs take ports at random. Sound is heard from where a call's began; from
    another port of the same address once the old one has been silent for two seconds."""
    max_calls: Annotated[int, Field(ge=1, le=MAX_LEGS)] = 4000
    """Callers at once; more get 503 with Retry-After, and calls in progress keep their quality. An
    agent's call to an emergency number is let in all the same."""
    rtp_timeout: Duration = 60.0
    """A call whose other side sends no sound for so long, and no RTCP either, is dead and is hung up.
    0: never."""
    rtp_timeout_on_hold: Duration = 1800.0
    """The same for a phone that has put the call on hold, which need not send anything. 0: never."""
    registration: Registration = Registration()
    """What phones that register are granted."""
    guests: bool = True
    """Whether somebody unknown, who is neither an agent's phone nor a trunk, may call what is in `numbers`.
    Never more than that."""
    drain: Duration = 60.0
    """How long a switch that shuts down lets conversations end before it hangs up."""
    limits: AnyLimits = Limits()
    """How many new requests are taken."""
    ban: AnyBan = Ban()
    """Who is not heard for a while."""
    scanners: Annotated[list[Scanner], Field(max_length=64), AfterValidator(_without_repeats)] = Field(
        default=list(SCANNERS)
    )
    """Parts of the User-Agent of programs that look for open switches; they get no answer. Capitals do not
    matter."""


class Media(Section):
    """Sound and languages."""

    sample_rate: Literal[8000, 16000] = 8000
    """The rate at which sound is mixed: 8000 for G.711 alone (no resampling), 16000 for wideband."""
    languages: Annotated[list[LanguageName], Field(min_length=1), AfterValidator(_without_repeats)] = Field(
        default=["en"]
    )
    """The languages that callers can hear; the first is the default, and that of agents. en, pl and he are
    built in, others need `sentences`."""
    prompts: FilePath | None = None
    """A folder of recordings, which are played in place of the voice: `en/you-are-next-in-line.wav`. Whole
    sentences, or parts of them; `softswitch prompts` lists what can be recorded, and what is there. Left out:
    media/prompts beside the program."""
