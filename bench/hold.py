"""Callers on hold with music: cores, memory per call, and whether every packet was sent."""

from __future__ import annotations

import time

from bench import machine
from bench.processes import ROOT, sink, sipp, switch
from bench.rows import Row

CALLERS = 3000
ARRIVALS = 150
"""Per second."""
SECONDS = 20
RATE = 50
"""RTP packets per second and caller."""
SINK = 6500


def run(callers: int = CALLERS) -> list[Row]:
    """Bring the callers in, let them settle, measure for 20 s."""
    rise = callers / ARRIVALS
    stay = round((rise + SECONDS + 20) * 1000)
    with switch(ROOT / "config" / "bench.yaml") as process, sink(SINK):
        before = machine.memory_mb(process.pid)
        arguments = ("-s", "600", "-r", str(ARRIVALS), "-m", str(callers), "-l", str(callers), "-p", "5090")
        keys = ("-key", "sink", str(SINK), "-d", str(stay))
        with sipp("bench_hold.xml", *arguments, *keys, target="127.0.0.1:5060") as load:
            time.sleep(rise + 8)
            memory = machine.memory_mb(process.pid)
            meter = machine.Meter((process.pid, load.pid))
            packets, began = machine.socket_drops(SINK), time.monotonic()
            time.sleep(SECONDS)
            packets, seconds = machine.socket_drops(SINK) - packets, time.monotonic() - began
            _, cores = meter.read()
    share = packets / seconds / (callers * RATE)
    mine = cores[process.pid]
    return [
        Row(f"{callers} callers on hold with music: cores", f"{mine:.2f}", "at most 1.20", mine <= 1.2),
        Row("  RTP packets sent, of 50/s each", f"{share:.1%}", "at least 99.5 %", share >= 0.995),
        Row("  CPU per packet", f"{mine / (packets / seconds) * 1e6:.1f} us"),
        Row("  memory per held call", f"{(memory - before) / callers:.2f} MB"),
        Row("  SIPp beside it: cores", f"{cores[load.pid]:.2f}"),
    ]
