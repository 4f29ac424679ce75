"""Session descriptions with one audio line (RFC 8866), offers and answers (RFC 3264)."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

CODECS = {
    "PCMU": (0, "PCMU/8000"),
    "PCMA": (8, "PCMA/8000"),
    "G722": (9, "G722/8000"),
    "opus": (96, "opus/48000/2"),
    "nonsense": (97, "X-NONSENSE/8000"),
}
"""What a phone can offer: payload type and encoding by name."""

EVENTS = "telephone-event/8000"

MIRROR = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}

_versions = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Session:
    """One side's audio line."""

    host: str
    port: int
    formats: tuple[tuple[int, str], ...]
    """Payload type and encoding, in the order of preference."""
    direction: str = "sendrecv"

    @classmethod
    def offer(cls, host: str, port: int, codecs: tuple[str, ...], *, events: bool = True) -> Session:
        """What a phone with these codecs offers; with telephone events as payload type 101."""
        return cls(host, port, tuple(CODECS[name] for name in codecs) + ((101, EVENTS),) * events)

    @classmethod
    def parse(cls, body: bytes) -> Session:
        """Read the first audio line. Raises ValueError when there is none."""
        text = body.decode("utf-8", "replace")
        audio = re.search(r"^m=audio (\d+) \S+ ([\d ]+)", text, re.MULTILINE)
        if not audio:
            raise ValueError(f"no audio line in the session description: {text!r}")
        before, after = text[: audio.start()], text[audio.start() :].split("\nm=")[0]
        maps = dict(re.findall(r"^a=rtpmap:(\d+) (\S+)", after, re.MULTILINE))
        static = {str(number): encoding for number, encoding in CODECS.values() if number < 96}
        formats = tuple((int(number), (static | maps).get(number, "")) for number in audio[2].split())
        host = re.search(r"^c=IN IP[46] (\S+)", after, re.MULTILINE)
        host = host or re.search(r"^c=IN IP[46] (\S+)", before, re.MULTILINE)
        way = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)", after, re.MULTILINE)
        way = way or re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)", before, re.MULTILINE)
        return cls(host[1] if host else "", int(audio[1]), formats, way[1] if way else "sendrecv")

    def answer(self, host: str, port: int, codecs: tuple[str, ...], *, events: bool = True) -> Session:
        """The answer of a phone with these codecs. Raises ValueError when none is common."""
        common = self.common(codecs)
        speech = [one for one in self.formats if one[0] == common]
        keys = [one for one in self.formats if one[1].lower() == EVENTS][:1] if events else []
        return Session(host, port, (*speech, *keys), MIRROR[self.direction])

    def held(self, way: str) -> Session:
        """The same with another direction; `0.0.0.0` is the old way to hold (RFC 3264 section 8.4)."""
        return replace(self, host=way) if way == "0.0.0.0" else replace(self, direction=way)

    def pack(self) -> bytes:
        """The whole description, with a new version."""
        version = next(_versions)
        family = "IP6" if ":" in self.host else "IP4"
        lines = [
            "v=0",
            f"o=phone 1 {version} IN {family} {self.host}",
            "s=call",
            f"c=IN {family} {self.host}",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP {' '.join(str(number) for number, _ in self.formats)}",
            *(f"a=rtpmap:{number} {encoding}" for number, encoding in self.formats),
            *(f"a=fmtp:{number} 0-16" for number, encoding in self.formats if encoding == EVENTS),
            "a=ptime:20",
            f"a={self.direction}",
        ]
        return "\r\n".join(lines).encode() + b"\r\n"

    def common(self, codecs: tuple[str, ...]) -> int:
        """The payload type of its first codec that `codecs` have too. Raises ValueError without one."""
        known = {CODECS[name][1].lower() for name in codecs}
        for number, encoding in self.formats:
            if encoding.lower() in known:
                return number
        raise ValueError(f"no common codec: offered {self.formats}, this phone has {codecs}")

    @property
    def event_type(self) -> int:
        """The payload type of telephone events; 101 when there are none."""
        return next((number for number, encoding in self.formats if encoding.lower() == EVENTS), 101)
