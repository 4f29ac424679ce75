"""Sends requests within dialogs that PJSIP does not keep, and finds out whose answer came (`_request.c`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from softswitch.sip._native import ffi, lib
from softswitch.sip.callbacks import from_pjsip
from softswitch.sip.headers import one_line

Told = Callable[[int], None]
"""Gets the final status of the answer; 0: none came, or the request could not be sent."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as its dialog writes it (RFC 3261 section 12.2.1.1)."""

    method: str
    uri: str
    """The remote target."""
    headers: Mapping[str, str]
    """All but Via, Route, Max-Forwards, Content-Type and Content-Length."""
    route: tuple[str, ...] = ()
    """SIP URIs, the next hop first."""
    body: tuple[str, str] | None = None
    """Its type, as `application/sdp`, and the text."""

    def head(self) -> str:
        """The lines of the headers, each ended."""
        routes = [f"Route: <{one_line(uri)}>" for uri in self.route]
        lines = [*routes, "Max-Forwards: 70"]
        lines += [f"{name}: {one_line(value)}" for name, value in self.headers.items()]
        return "".join(f"{line}\r\n" for line in lines)


class Sender:
    """What is on its way. PJSIP repeats a request for up to 32 s (RFC 3261 section 17.1.2.2)."""

    def __init__(self) -> None:
        self._waiting: dict[int, Told] = {}
        self._serial = 0

    def open(self) -> None:
        """The library runs."""
        _Native.sender = self

    def close(self) -> None:
        """The library is about to end; nobody is told any more."""
        _Native.sender = None
        self._waiting.clear()

    def send(self, request: Outgoing, told: Told) -> None:
        """Send it. `told` hears about it once, perhaps before this returns: what cannot be sent is over."""
        self._serial = self._serial % 0xFFFFFFFF + 1
        serial = self._serial
        self._waiting[serial] = told
        kind, text = request.body or ("", "")
        main, _, sub = kind.partition("/")
        data = text.encode()
        # With a failure PJSIP may have told already.
        if lib.request_send(
            serial,
            request.method.encode(),
            request.uri.encode(),
            request.head().encode(),
            main.encode(),
            sub.encode(),
            data,
            len(data),
        ):
            self.over(serial, 0)

    def over(self, serial: int, status: int) -> None:
        """There is an answer, or will be none (0)."""
        told = self._waiting.pop(serial, None)
        if told is not None:
            told(status)


class _Native:
    """PJSIP is one per process, and so is the sender that its callback finds here."""

    sender: Sender | None = None


@ffi.def_extern()  # type: ignore[untyped-decorator]
def request_over(serial: int, status: int) -> None:
    """Called by `_request.c`."""
    if _Native.sender is not None:
        _over(_Native.sender, serial, status)


@from_pjsip
def _over(sender: Sender, serial: int, status: int) -> None:
    sender.over(serial, status)
