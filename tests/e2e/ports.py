"""Ports for tests: below the ephemeral range, so that nothing takes them between choosing and binding."""

from __future__ import annotations

import itertools
import os
import socket

FIRST, LAST = 20200, 32200
BLOCK = 20

WORKERS = 6
"""Processes at most that pytest spreads tests over; each has blocks of its own, every sixth one."""

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
_starts = itertools.cycle(range(FIRST + BLOCK * _worker, LAST, BLOCK * WORKERS))
for _ in range(os.getpid() % ((LAST - FIRST) // BLOCK // WORKERS)):
    next(_starts)


def block() -> int:
    """The first of 20 ports of which the first and the last are free, for UDP and TCP."""
    for start in itertools.islice(_starts, (LAST - FIRST) // BLOCK // WORKERS):
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
