"""The words that every room speaks: identifiers, destinations, prompts, reasons.

Nothing here does anything; everything is plain, frozen data. Times are seconds as float, on the clock
of whoever calls (the loop's clock in the live switch), unless a field says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NewType

CallId = NewType("CallId", str)
"""One caller's whole way through the switch, however many legs it uses."""

LegId = NewType("LegId", str)
"""One SIP dialog of this switch: the caller's, or one agent's."""

OfferId = NewType("OfferId", str)
"""One ringing of one agent for one caller."""

AgentName = NewType("AgentName", str)
"""The agent's key in the configuration."""

QueueName = NewType("QueueName", str)
"""The queue's key in the configuration."""

MailboxName = NewType("MailboxName", str)
TrunkName = NewType("TrunkName", str)
MenuName = NewType("MenuName", str)
"""Their keys in the configuration; that of a mailbox under `voicemail`."""

Language = NewType("Language", str)
"""A two-letter ISO 639-1 code: en, pl, he."""

Seconds = float
"""A duration, or a moment on the caller's clock, in seconds."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who is at the other end of a leg."""

    number: str
    """The user part of the SIP address, as it came."""

    name: str = ""
    """The display name, empty when none was sent."""

    uri: str = ""
    """The whole SIP URI."""

    @property
    def label(self) -> str:
        """How a person would call this party: name and number, or the number alone."""
        return f"{self.name} <{self.number}>" if self.name else self.number


class Srtp(StrEnum):
    """Whether RTP is encrypted, with keys in SDP (RFC 4568)."""

    OFF = "off"
    OPTIONAL = "optional"
    """Offered as RTP/AVP with a=crypto; whoever does not know it talks in the clear."""
    MANDATORY = "mandatory"


@dataclass(frozen=True, slots=True)
class Way:
    """How an outgoing leg leaves the switch."""

    uri: str
    """The request URI: whom it rings."""

    route: tuple[str, ...] = ()
    """SIP URIs passed on the way, the next hop first: a Path (RFC 3327), an outbound proxy, a phone's true
    address behind NAT."""

    srtp: Srtp = Srtp.OFF

    trunk: TrunkName | None = None
    """The carrier that carries it; None: the switch itself finds the way."""

    server: int = 0
    """With a trunk: which of its servers, from 0."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sent an INVITE, as far as that was proven; neither: somebody unknown."""

    agent: AgentName | None = None
    """By digest."""

    trunk: TrunkName | None = None
    """By its address or by digest."""


UNKNOWN = Origin()
"""Somebody of whom nothing is proven."""


@dataclass(frozen=True, slots=True)
class Messages:
    """How many messages a mailbox holds."""

    new: int = 0
    old: int = 0
    """Heard, and kept."""
    new_urgent: int = 0
    """Of the new ones."""
    old_urgent: int = 0
    """Of the old ones."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something to be heard: a text in each language, or one file for all of them."""

    say: Mapping[Language, str] = field(default_factory=dict)
    """The text by language; a language that is missing falls back to the default language."""

    play: Path | None = None
    """A sound file, played instead of the text."""

    phrase: str = ""
    """What it is called among the switch's own sentences (`sentences/phrases.py`), which a configuration can
    word otherwise; empty: the text is somebody's own."""

    gaps: Mapping[str, str] = field(default_factory=dict)
    """What fills the gaps of such a sentence, as a queue's label."""

    def text(self, language: Language) -> str:
        """The text in `language`, else in the first language that has one, else nothing."""
        return self.say.get(language) or next(iter(self.say.values()), "")

    def spoken_in(self, language: Language) -> Language:
        """The language that `text` is in."""
        return language if self.say.get(language) or not self.say else next(iter(self.say))


# Where a call can go. ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToMenu:
    """Continue in a menu."""

    menu: MenuName


@dataclass(frozen=True, slots=True)
class ToQueue:
    """Wait for an agent in a queue."""

    queue: QueueName
    priority: str | None = None
    """A priority class that overrules the caller's own, as `{queue: support, priority: urgent}`."""
    needs: Mapping[str, int] = field(default_factory=dict, hash=False)
    """The least level of each skill that the caller needs, beside what the queue does."""


@dataclass(frozen=True, slots=True)
class ToCallback:
    """Be called back by a queue's agents. Who comes from that very queue keeps the place there."""

    queue: QueueName


@dataclass(frozen=True, slots=True)
class ToAgent:
    """Ring one agent directly, outside any queue; the caller hears ringing until the answer."""

    agent: AgentName | None
    """None: the agent whose extension was dialled (`{agent: dialled}`) or entered in a menu."""


@dataclass(frozen=True, slots=True)
class ToNumber:
    """Call a number outside, through carriers. Only the configuration and the dial plan make these."""

    number: str
    """E.164 with its plus, or a short number."""
    trunks: tuple[TrunkName, ...]
    """To be tried in this order."""
    emergency: bool = False
    """No limit stands in its way."""


@dataclass(frozen=True, slots=True)
class ToMessage:
    """Play a prompt to the end, then hang up."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class ToVoicemail:
    """Leave a message."""

    mailbox: MailboxName


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse with this SIP status; a call that is answered already is hung up instead."""

    status: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call normally."""


Destination = ToMenu | ToQueue | ToCallback | ToAgent | ToNumber | ToMessage | ToVoicemail | Reject | HangUp


# Why things ended. ---------------------------------------------------------------------------------


class EndedBy(StrEnum):
    """Which side ended a call or a conversation."""

    CALLER = "caller"
    AGENT = "agent"
    CALLED = "called"
    """The number outside that was called."""
    SWITCH = "switch"
    TRANSFER = "transfer"
    """An agent handed the other side on."""


class LeaveReason(StrEnum):
    """Why a caller left a queue without an agent."""

    HUNG_UP = "hung-up"
    FULL = "full"
    MAX_WAIT = "max-wait"
    DRAINED = "drained"
    QUEUE_REMOVED = "queue-removed"
    ENDED = "ended"
    """Hung up by somebody of ours, over an interface."""
    NO_AGENTS = "no-agents"
    """Nobody was there to serve the queue."""
    CLOSED = "closed"
    """The queue's hours were over."""
    NOT_REACHED = "not-reached"
    """A customer who was to be called back, after the last attempt."""
    CANCELLED = "cancelled"
    """A callback that somebody took back."""
    CALLED_AGAIN = "called-again"
    """A customer who was to be called back has called, and talked to an agent."""
    EXPIRED = "expired"
    """A callback that nobody found the time for."""
    EXIT_KEY = "exit-key"
    """The caller pressed a key of the queue."""
    MOVED = "moved"
    """A supervisor sent the caller to another queue."""
    TRANSFERRED = "transferred"
    """An agent who waited has transferred somebody else into the queue instead."""


class OfferFailure(StrEnum):
    """Why ringing an agent did not end in an answer."""

    REJECTED = "rejected"
    """The agent pressed reject (603, or 480 and other 4xx/6xx from a ringing phone)."""

    BUSY = "busy"
    """486 or 600."""

    NO_ANSWER = "no-answer"
    """The ring time ran out (or 487, where something on the way to the phone gave up)."""

    UNREACHABLE = "unreachable"
    """No phone could be reached: no response (408), 404, 5xx, or the address does not resolve."""


class CancelReason(StrEnum):
    """Why the switch stopped ringing an agent."""

    CALLER_LEFT = "caller-left"
    ANSWERED_ELSEWHERE = "answered-elsewhere"
    NO_ANSWER = "no-answer"
    AGENT_REMOVED = "agent-removed"
    PHONE_GONE = "phone-gone"
    PULLED = "pulled"
    """A supervisor gave the caller to another agent."""
    QUEUE_REMOVED = "queue-removed"
    QUEUE_CLOSED = "queue-closed"
    """Somebody is to be called back, and rests until it opens."""
    CUSTOMER_NOT_REACHED = "customer-not-reached"
    """Of a callback."""
    CALLBACK_WANTED = "callback-wanted"
    """The caller will be called back, and is rung before the agent."""


class Cue(StrEnum):
    """A short tone: most answer an agent's key in a conversation, and nobody else hears them."""

    ON = "recorded"
    """From now on it is recorded, or is so again."""
    OFF = "not recorded"
    """From now on it is not, or the file is silent."""
    REFUSED = "refused"
    """The key changes nothing here."""
    SPEAK = "speak"
    """To a caller: what is said after it is a message."""


class LegState(StrEnum):
    """The life of one SIP dialog; it only moves downwards in this list."""

    NEW = "new"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class LegEnd:
    """How a leg ended."""

    remote: bool
    """True: the other side hung up, cancelled or refused; False: this switch did."""

    status: int
    """The final SIP status (200 for a normal BYE)."""

    reason: str = ""
    """The reason phrase, or the switch's own word for it."""

    target: str = ""
    """With a status of 3xx: whom it names, the user part of the URI."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What a leg's RTP looked like, read off its stream before it went."""

    codec: str = ""
    """Encoding name and clock rate, as `PCMU/8000`; empty when there never was media."""

    received: int = 0
    """RTP packets received."""

    sent: int = 0
    """RTP packets sent."""

    lost: int = 0
    """RTP packets that should have come and did not (RFC 3550 section 6.4.1)."""

    jitter: Seconds = 0.0
    """Mean interarrival jitter, in seconds."""

    encrypted: bool = False
    """By SRTP."""

    strangers: int = 0
    """RTP and RTCP packets of somebody else, dropped. The first four of a gateway at an address that neither
    SDP nor signalling names are among them: by the fifth it is known.
    """

    late: int = 0
    """RTP packets that came when it was too late to play them, or when there was no room for them."""

    buffered: Seconds = 0.0
    """How long sound waited in the jitter buffer, mean."""

    round_trip: Seconds | None = None
    """To the other side and back, mean, by RTCP; None: it never answered, as in short calls."""

    mos: float | None = None
    """How good what came sounds, 1 to 4.5, estimated (`emodel.py`); None: nothing came."""

    far_lost: int | None = None
    """RTP packets of ours that the other side has missed, by its RTCP reports; None: it sent none."""

    far_jitter: Seconds | None = None
    """Mean jitter of ours, there; None: as above."""

    far_mos: float | None = None
    """How good what it got of us sounds there; None: as above."""

    @property
    def loss(self) -> float | None:
        """The share of packets that did not come, 0 to 1; None: there were none to come."""
        expected = self.received + self.lost
        return self.lost / expected if expected else None

    @property
    def far_loss(self) -> float | None:
        """The same of ours, there, by its reports."""
        return min(1.0, self.far_lost / self.sent) if self.far_lost is not None and self.sent else None
