"""One binding: where a phone of an agent is reached, until when, and its plain form over a restart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from softswitch import siptext
from softswitch.registration.request import Received
from softswitch.siptext import Uri
from softswitch.types import AgentName, Seconds

VERSION = 1
"""Of the plain form; raised when a field changes its meaning."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A contact that a phone registered."""

    agent: AgentName
    uri: Uri
    contact: str
    """The URI as the phone wrote it: what it is answered with."""
    received: Received
    """Where its latest REGISTER came from."""
    until: Seconds
    """When it ends, on the registrar's clock."""
    since: Seconds
    """When it was first registered, on the registrar's clock."""
    call_id: str
    cseq: int
    q: float = 1.0
    instance: str = ""
    path: tuple[str, ...] = ()
    user_agent: str = ""
    serial: int = 0
    """Its number within the registrar; it stays over refreshes."""

    @property
    def behind_nat(self) -> bool:
        """It came from elsewhere than its contact says, and not through a proxy that would say so (Path)."""
        return not self.path and self.uri.host != self.received.host

    @property
    def target(self) -> str:
        """The request URI that reaches the phone; the requests' route is `path`.

        With a Path the contact is the proxies' to reach. Without, what stands behind NAT is reached at the
        address that the REGISTER came from, and what came over a connection is reached through that
        connection.
        """
        seen = self.received
        if self.path or (not self.behind_nat and seen.transport == "udp"):
            return self.contact
        return str(self.uri.at(seen.host, seen.port, seen.transport))

    def header(self, now: Seconds) -> str:
        """Its value in the Contact of the answer, with the seconds left, at least 1."""
        q = "" if self.q == 1.0 else f";q={self.q:g}"
        instance = f';+sip.instance="{_escaped(self.instance)}"' if self.instance else ""
        return f"<{self.contact}>;expires={max(1, round(self.until - now))}{q}{instance}"


def to_json(binding: Binding, now: Seconds, wall: Seconds) -> dict[str, Any]:
    """The plain form. `now` on the registrar's clock is `wall`, seconds since the epoch."""
    return {
        "version": VERSION,
        "agent": binding.agent,
        "contact": binding.contact,
        "received": [binding.received.host, binding.received.port, binding.received.transport],
        "until": binding.until - now + wall,
        "since": binding.since - now + wall,
        "call_id": binding.call_id,
        "cseq": binding.cseq,
        "q": binding.q,
        "instance": binding.instance,
        "path": list(binding.path),
        "user_agent": binding.user_agent,
    }


def from_json(plain: Mapping[str, Any], now: Seconds, wall: Seconds) -> Binding:
    """The binding of a plain form, on a clock that shows `now` at `wall`. Raises ValueError for any other
    thing.
    """
    if plain.get("version") != VERSION:
        raise ValueError(f"a binding of version {plain.get('version')!r}; known is {VERSION}")
    try:
        uri = siptext.uri(plain["contact"])
        host, port, transport = plain["received"]
        until, since = float(plain["until"]) - wall + now, float(plain["since"]) - wall + now
        texts = {name: _text(plain[name]) for name in ("agent", "call_id", "instance", "user_agent")}
        path: Sequence[Any] = plain["path"]
        binding = Binding(
            agent=AgentName(texts["agent"]),
            uri=uri if uri is not None else _no_uri(plain["contact"]),
            contact=plain["contact"],
            received=Received(_text(host), int(port), _text(transport)),
            until=until,
            since=since,
            call_id=texts["call_id"],
            cseq=int(plain["cseq"]),
            q=float(plain["q"]),
            instance=texts["instance"],
            path=tuple(map(_text, path)),
            user_agent=texts["user_agent"],
        )
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"no binding: {error!r}") from error
    return binding


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _no_uri(text: Any) -> Uri:
    raise ValueError(f"{text!r} is no SIP URI")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
