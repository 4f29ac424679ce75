"""What the machine says of a process and of its own network: read from /proc, so it costs nothing."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def name() -> str:
    """Cores and processor, for the head of a table."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} cores, {model}"


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def memory_mb(pid: int) -> float:
    """Resident memory in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def socket_drops(port: int) -> int:
    """Datagrams that came for a UDP port of 127.0.0.1 and found its buffer full.

    A sink that is never read counts what is sent to it this way, without a reader that shares the cores.
    """
    wanted = f":{port:04X}"
    for line in Path("/proc/net/udp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(wanted):
            return int(fields[-1])
    raise LookupError(f"no UDP socket on port {port}")


@dataclass
class Meter:
    """Cores that some processes used, and the time, between its making and `read`."""

    pids: tuple[int, ...]

    def __post_init__(self) -> None:
        self._began = time.monotonic()
        self._used = {pid: cpu_seconds(pid) for pid in self.pids}

    def read(self) -> tuple[float, dict[int, float]]:
        """Elapsed seconds, and cores by process id (1.0 is one core fully used)."""
        elapsed = time.monotonic() - self._began
        return elapsed, {pid: (cpu_seconds(pid) - used) / elapsed for pid, used in self._used.items()}


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of all values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]
