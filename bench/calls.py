"""Complete queue-to-agent calls per second: two legs each, set up, talked for a moment, torn down."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import machine
from bench.processes import ROOT, sipp, switch
from bench.rows import Row

RATE = 150
"""Calls per second."""
SECONDS = 30
WARM_UP = 5
TALK_MS = 1000
AGENT_PORT = "7600"


def run(rate: int = RATE) -> list[Row]:
    """Call 601 at a steady rate for 30 s; the first five are not measured."""
    calls = rate * (SECONDS + WARM_UP)
    with (
        TemporaryDirectory(prefix="softswitch-rtt-") as folder,
        switch(ROOT / "config" / "bench.yaml") as process,
        sipp("bench_agent.xml", "-p", AGENT_PORT, "-mp", "26000") as agent,
    ):
        arguments = ("-s", "601", "-r", str(rate), "-m", str(calls), "-l", str(calls), "-p", "5090")
        traces = ("-trace_rtt", "-rtt_freq", "1", "-trace_stat")
        talk = ("-d", str(TALK_MS))
        with sipp(
            "bench_call.xml", *arguments, *traces, *talk, target="127.0.0.1:5060", folder=Path(folder)
        ) as load:
            time.sleep(WARM_UP)
            meter = machine.Meter((process.pid, load.pid, agent.pid))
            time.sleep(SECONDS - 2)
            _, cores = meter.read()
            load.wait(60)
        answers = _response_times(next(Path(folder).glob("*_rtt.csv")))[rate * WARM_UP :]
        good, bad = _outcome(next(Path(folder).glob("bench_call_[0-9]*_.csv")))
    mine, p99 = cores[process.pid], machine.percentile(answers, 0.99)
    return [
        Row(f"{rate} queue-to-agent calls/s: cores", f"{mine:.2f}", "at most 1.00", mine <= 1.0),
        Row("  INVITE to 200 OK, median", f"{machine.percentile(answers, 0.5):.0f} ms"),
        Row("  INVITE to 200 OK, p99", f"{p99:.0f} ms", "under 50 ms", p99 < 50),
        Row("  calls that succeeded", f"{good} of {good + bad}", f"{calls}", good == calls),
        Row("  SIPp beside it: cores", f"{cores[load.pid] + cores[agent.pid]:.2f}"),
    ]


def _response_times(path: Path) -> list[float]:
    """Milliseconds from INVITE to 200 OK, in the order of the answers."""
    with path.open() as file:
        rows = list(csv.reader(file, delimiter=";"))[1:]
    return [float(row[1]) for row in rows]


def _outcome(path: Path) -> tuple[int, int]:
    with path.open() as file:
        last = list(csv.DictReader(file, delimiter=";"))[-1]
    return int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"])
