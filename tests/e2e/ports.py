"""Ports for tests: below the ephemeral range, so that nothing takes them between choosing and binding."""

from __future__ import annotations

import itertools
import os
import socket

FIRST, LAST = 21000, 31000
BLOCK = 20

_starts = itertools.cycle(range(FIRST, LAST, BLOCK))
for _ in range(os.getpid() % ((LAST - FIRST) // BLOCK)):
    next(_starts)


def block() -> int:
    """The first of 20 ports of which the first and the last are free, for UDP and TCP."""
    for start in itertools.islice(_starts, (LAST - FIRST) // BLOCK):
        if free(start) and free(start + BLOCK - 1):
            return start
    raise RuntimeError(f"no free block of {BLOCK} ports between {FIRST} and {LAST}")


def free(port: int) -> bool:
    """Whether a port of the loopback can be bound for UDP and TCP."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
