"""How fast the machine itself is, so that a reader can tell a slow machine from a slow switch.

Two things that no change of the switch can change: a loop of plain Python, and datagrams into the kernel.
Each is measured in short pieces, as a machine that others share is now slower, now faster.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from statistics import median

from bench import machine

PIECES = 20
"""So often each is measured; a piece takes about 20 to 50 ms."""

ADDITIONS, DATAGRAMS = 500_000, 10_000
"""In a piece."""

SIZE = 172
"""Bytes of a datagram: 20 ms of G.711 in RTP."""

REFERENCE = (21_000_000.0, 660_000.0)
"""Additions and datagrams per second that stand for 1.00: medians of a quiet moment on a core of an Intel
Xeon under KVM, with a Python 3.11 that was compiled without optimizations.
"""


def line() -> str:
    """One line on this machine, beside the reference."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink, _sender(sink) as sender:
        looped = [_rate(_loop, ADDITIONS) for _ in range(PIECES)]
        sent = [_rate(lambda: _send(sender), DATAGRAMS) for _ in range(PIECES)]
    python, network = REFERENCE
    return (
        f"this machine ({machine.name()}): {_shown(looped, python)} additions/s in plain Python, "
        f"{_shown(sent, network)} sendto/s on loopback"
    )


def _shown(rates: list[float], reference: float) -> str:
    low, middle, high = (each / reference for each in (min(rates), median(rates), max(rates)))
    return f"{median(rates):,.0f} ({middle:.2f} of the reference, {low:.2f} to {high:.2f})"


def _sender(sink: socket.socket) -> socket.socket:
    """Sends to a port that nobody reads: what the receiver costs is no part of it."""
    sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    sink.bind(("127.0.0.1", 0))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(sink.getsockname())
    return sender


def _rate(work: Callable[[], object], count: int) -> float:
    began = time.process_time()
    work()
    return count / (time.process_time() - began)


def _loop() -> int:
    total = 0
    for number in range(ADDITIONS):
        total += number
    return total


def _send(sender: socket.socket) -> None:
    send, packet = sender.send, bytes(SIZE)
    for _ in range(DATAGRAMS):
        send(packet)
