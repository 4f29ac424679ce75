"""Real SIP messages with something wrong in them: the same seed gives the same messages."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

TOKENS = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b" ",
        b"\t",
        b'"',
        b"\\",
        b"<",
        b">",
        b";",
        b",",
        b":",
        b"@",
        b"=",
        b"?",
        b"%",
    ),
    *(
        b"%00",
        b"%",
        b";;",
        b"\r\n\r\n",
        b"\r\n ",
        b"[::1]",
        b"[",
        b"sip:",
        b"sips:",
        b"tel:+1",
        b"SIP/2.0",
        b"*",
    ),
    *(
        b"-1",
        b"0",
        b"2147483648",
        b"4294967295",
        b"4294967296",
        b"99999999999999999999",
        b"\xff\xfe",
        b"\xc3\xa9",
    ),
    *(
        b"A" * 300,
        b"a=b;" * 200,
        b"Via: SIP/2.0/UDP x\r\n" * 40,
        b"(" * 100,
        b"Content-Length: 9\r\n",
        b";tag=x",
    ),
    *(b"c=IN IP4 nowhere.example\r\n", b"m=audio 9 RTP/AVP " + b"0 " * 100, b"a=rtcp:1 IN IP6 ::1\r\n"),
)
"""What parsers stumble over."""

Change = Callable[[random.Random, bytes], bytes]


def _place(chance: random.Random, data: bytes) -> int:
    return chance.randrange(len(data) + 1)


def _piece(chance: random.Random, data: bytes) -> tuple[int, int]:
    start = _place(chance, data)
    return start, min(len(data), start + chance.randrange(1, 60))


def flip(chance: random.Random, data: bytes) -> bytes:
    """Another octet."""
    at = chance.randrange(len(data)) if data else 0
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def cut(chance: random.Random, data: bytes) -> bytes:
    """A piece is missing."""
    start, end = _piece(chance, data)
    return data[:start] + data[end:]


def repeat(chance: random.Random, data: bytes) -> bytes:
    """A piece comes again, elsewhere."""
    start, end = _piece(chance, data)
    at = _place(chance, data)
    return data[:at] + data[start:end] * chance.choice((1, 1, 2, 20)) + data[at:]


def insert(chance: random.Random, data: bytes) -> bytes:
    """Something parsers stumble over."""
    at = _place(chance, data)
    return data[:at] + chance.choice(TOKENS) + data[at:]


def end_early(chance: random.Random, data: bytes) -> bytes:
    """The end is missing."""
    return data[: _place(chance, data)]


def _lines(change: Callable[[random.Random, list[bytes]], None]) -> Change:
    def changed(chance: random.Random, data: bytes) -> bytes:
        lines = data.split(b"\r\n")
        change(chance, lines)
        return b"\r\n".join(lines)

    changed.__doc__ = change.__doc__
    return changed


@_lines
def swap(chance: random.Random, lines: list[bytes]) -> None:
    """Two lines change places."""
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


@_lines
def drop_line(chance: random.Random, lines: list[bytes]) -> None:
    """A line is missing."""
    del lines[chance.randrange(len(lines))]


@_lines
def double_line(chance: random.Random, lines: list[bytes]) -> None:
    """A line comes twice."""
    at = chance.randrange(len(lines))
    lines.insert(chance.randrange(len(lines) + 1), lines[at])


CHANGES: tuple[Change, ...] = (
    flip,
    flip,
    cut,
    repeat,
    insert,
    insert,
    end_early,
    swap,
    drop_line,
    double_line,
)


class Mutations:
    """Mutated messages without end."""

    def __init__(self, corpus: Sequence[bytes], seed: int) -> None:
        self._corpus = corpus
        self._chance = random.Random(seed)

    def next(self, *more: bytes) -> bytes:
        """One, of the corpus or of `more`; no longer than a datagram may be."""
        chance = self._chance
        data = chance.choice(more) if more and chance.random() < 0.4 else chance.choice(self._corpus)
        if chance.random() < 0.1:
            other = chance.choice(self._corpus)
            data = data[: _place(chance, data)] + other[_place(chance, other) :]
        for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 5, 12))):
            data = chance.choice(CHANGES)(chance, data)
        return data[:8000]
