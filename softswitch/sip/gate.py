"""The policy of the gate: what is answered to requests that are no calls. `_gate.c` counts and asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from softswitch.ports import Leg
from softswitch.registration.request import Received
from softswitch.sip._native import ffi, lib
from softswitch.sip.callbacks import from_pjsip
from softswitch.sip.headers import Message
from softswitch.sip.refusals import Refusals
from softswitch.types import UNKNOWN, Origin

log = structlog.get_logger(__name__)

ALLOWED = "INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, OPTIONS, INFO"
"""The methods that are served (RFC 3261 section 20.5)."""

_SERVED = frozenset(ALLOWED.split(", "))
_KNOWN = _SERVED | {"REGISTER", "MESSAGE", "SUBSCRIBE", "NOTIFY", "REFER", "PUBLISH"}
_DIGIT = re.compile(r"[0-9*#A-D]")
_RELAYED_DIGIT = re.compile(r"^[ \t]*Signal[ \t]*=[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_DIGIT_BY_EVENT = dict(zip(map(str, range(16)), "0123456789*#ABCD", strict=True))
"""Some phones send the event's number (RFC 4733 section 3.2) instead of the key."""


class Presses(Protocol):
    """The leg to which a request within a dialog belongs."""

    def told(self, digit: str) -> None:
        """A key was pressed, the phone says by INFO."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the policy sees it: a new call's INVITE, or one that is no call."""

    method: str
    message: Message
    source: str
    """The address it came from."""
    port: int
    transport: str
    """UDP or TCP."""
    in_dialog: bool
    """It carries a To tag, and the dialog exists."""
    leg: Presses | None
    """The leg whose dialog it is."""
    here: str = ""
    """Of a SUBSCRIBE or REFER: the URI by which its sender reaches us."""

    @property
    def received(self) -> Received:
        """Where it came from."""
        return Received(self.source, self.port, self.transport.lower().rstrip("6"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer; status 0 lets PJSUA handle the request."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Several of one name stand in one value, with a line feed between them."""
    body: tuple[str, str] | None = None
    """Its type, as `application/sdp`, and the text."""
    origin: Origin = UNKNOWN
    """With status 0, of a call: who sent it, as far as that was proven."""
    replaces: Leg | None = None
    """With status 0, of a call: the leg of this switch in whose place it is to be (RFC 3891)."""
    account: int = -1
    """With status 0, of a call: PJSUA's account by which it comes in; -1: the usual one."""
    tag: str = ""
    """Our tag, where the answer makes a dialog of which PJSIP knows nothing; at most 39 characters."""


Handler = Callable[[Request], Answer]
"""Decides about the requests of one method; whoever it leaves to `decide` gets that one's answer."""


def decide(request: Request, allowed: str = ALLOWED) -> Answer:
    """What this switch answers where nobody else is responsible; `allowed` is the value of Allow."""
    if request.method == "INVITE":
        return Answer(403 if "replaces" in request.message.headers else 0)
    if request.method == "OPTIONS":
        return Answer(200, {"Allow": allowed, "Accept": "application/sdp", "Supported": "100rel, timer"})
    if request.method not in _KNOWN:
        return Answer(501, {"Allow": allowed})
    if not request.in_dialog:
        # A request of a call without a call: BYE, UPDATE, PRACK, INFO (RFC 3261 section 12.2.2).
        return Answer(481) if request.method in _SERVED else Answer(405, {"Allow": allowed})
    if request.method == "INFO":
        return _info(request)
    if request.method == "NOTIFY":
        return Answer(481)  # of a subscription that nobody made (RFC 6665 section 4.1.3)
    return Answer(405, {"Allow": allowed})


def _info(request: Request) -> Answer:
    """Digits in either of the two bodies that phones send; an empty INFO asks whether the call lives."""
    kind = request.message.headers.get("content-type", "").split(";")[0].strip().lower()
    body = request.message.body
    if kind == "application/dtmf-relay":
        match = _RELAYED_DIGIT.search(body)
        text = match.group(1) if match else ""
    elif kind == "application/dtmf":
        text = body.strip()
    elif not kind and not body.strip():
        return Answer(200)
    else:
        return Answer(415, {"Accept": "application/dtmf-relay, application/dtmf"})
    digit = _DIGIT_BY_EVENT.get(text, text.upper())
    if not _DIGIT.fullmatch(digit):
        return Answer(400)
    if request.leg is not None:
        request.leg.told(digit)
    return Answer(200)


class Gate:
    """The native gate of the running endpoint: its limits, its counters, and the policy behind it."""

    def __init__(self, legs: Mapping[int, Presses]) -> None:
        self.allowed = ALLOWED
        """The methods that are served, as Allow names them."""
        self.admitted = UNKNOWN
        """Who sent the INVITE that was let through last; PJSUA reports it before anything else comes."""
        self.replaced: Leg | None = None
        """The leg in whose place that one is to be."""
        self.refusals = Refusals()
        """Calls that were let in, and refused for what they offer."""
        self._legs = legs
        self._handlers: dict[str, Handler] = {}
        self.state: Any = lib.gate
        """`gate_state` in _gate.cdef.h; `callers`, `draining` and the limits may be written."""
        self._reported = 0
        self._turned_away: dict[str, int] = {}

    def open(self) -> None:
        """Take its place before PJSUA."""
        _Native.gate = self
        self.refusals.open()
        lib.gate_open()
        for method in self._handlers:
            lib.allow_offer(method.encode())

    def handle(self, method: str, handler: Handler) -> None:
        """Let `handler` decide about all requests of a method, INVITEs of new calls among them."""
        self._handlers[method] = handler
        if method not in self.allowed.split(", "):
            self.allowed = f"{self.allowed}, {method}"
        if _Native.gate is self:
            lib.allow_offer(method.encode())

    def close(self) -> None:
        """Leave it; the library is about to end."""
        lib.gate_close()
        self.refusals.close()
        _Native.gate = None

    def requests(self) -> dict[str, int]:
        """Requests received by method, since the start, without the retransmissions that were absorbed."""
        return _named(lib.allow_method_name, self.state.requests)

    def answers(self) -> dict[int, int]:
        """Answers that the gate gave by status, since the start."""
        return {status: count for status, count in enumerate(self.state.answers) if count}

    def dropped(self) -> dict[str, int]:
        """Messages that PJSIP threw away by reason, since the start."""
        return _named(lib.unread_reason, self.state.dropped)

    def report_dropped(self) -> None:
        """Log what was dropped since the last report, if anything was: one line, however many they were."""
        dropped = self.dropped()
        dropped.pop("keep-alive", None)
        total = sum(dropped.values())
        if total > self._reported:
            first = ffi.string(self.state.last_dropped).decode()
            log.warning("sip.dropped", messages=total - self._reported, since_start=dropped, latest=first)
        self._reported = total

    def turned_away(self) -> dict[str, int]:
        """New calls that got 503 for lack of room, by what there was no more of, since the start."""
        return _named(lib.room_reason, self.state.turned_away)

    def newly_turned_away(self) -> dict[str, int]:
        """The same, since it was asked last."""
        before, self._turned_away = self._turned_away, self.turned_away()
        fresh = {why: count - before.get(why, 0) for why, count in self._turned_away.items()}
        return {why: count for why, count in fresh.items() if count}

    def emergencies(self, numbers: Iterable[str]) -> None:
        """As they are dialled: an agent's call to one is let in however full it is."""
        lib.room_forget_emergencies()
        for number in numbers:
            if not lib.room_add_emergency(number.encode()):
                log.warning("sip.emergency_number_ignored", number=number, advice="too many of them")

    def answer(self, native: Any) -> int:
        """Ask the policy; returns the status and leaves the headers with the native request."""
        request = Request(
            method=ffi.string(native.method, native.method_length).decode(errors="replace"),
            message=Message(ffi.unpack(native.message, native.message_length).decode(errors="replace")),
            source=ffi.string(native.source).decode(),
            port=native.source_port,
            transport=ffi.string(native.transport).decode(),
            in_dialog=bool(native.in_dialog),
            leg=self._legs.get(native.serial),
            here=ffi.string(native.here).decode(),
        )
        if request.method == "OPTIONS" and self.state.draining and not request.in_dialog:
            return self._busy(native)
        handler = self._handlers.get(request.method)
        answer = handler(request) if handler else decide(request, self.allowed)
        if native.crowded and not answer.status and answer.origin.agent is None:
            answer = Answer(503)  # whoever it is, it is nobody's emergency of this house
        if request.method == "INVITE" and not answer.status:
            why = self.refusals.look(request, answer.origin, answer.account)
            if why is not None:
                answer = Answer(488, {"Warning": f'{why.code} softswitch "{why.why}"'})
        self.admitted, native.account, native.tag = answer.origin, answer.account, answer.tag.encode()
        self.replaced = answer.replaces
        for name, values in answer.headers.items():
            for value in values.split("\n"):
                lib.gate_header(native, name.encode(), value.encode())
        if answer.body is not None:
            kind, text = answer.body
            main, _, sub = kind.partition("/")
            data = text.encode()
            lib.gate_body(native, main.encode(), sub.encode(), data, len(data))
        return answer.status

    def _busy(self, native: Any) -> int:
        """Whoever asks whether calls are taken: not now."""
        lib.gate_header(native, b"Retry-After", b"%d" % self.state.retry_after)
        return 503


class _Native:
    """PJSIP is one per process, and so is the gate that its callback finds here."""

    gate: Gate | None = None


@ffi.def_extern(error=500)  # type: ignore[untyped-decorator]
def gate_decide(native: Any) -> int:
    """Called by `_gate.c`; a mistake in the policy is the server's (500), and must not reach PJSIP."""
    if _Native.gate is None:
        return 503
    status: int | None = _answer(_Native.gate, native)
    return 500 if status is None else status


@from_pjsip
def _answer(gate: Gate, native: Any) -> int:
    return gate.answer(native)


def _named(name_of: Callable[[int], Any], counts: Any) -> dict[str, int]:
    named = {}
    for index, count in enumerate(counts):
        name = name_of(index)
        if name == ffi.NULL:
            break
        if count:
            named[ffi.string(name).decode()] = count
    return named
