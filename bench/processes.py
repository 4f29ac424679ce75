"""The switch and SIPp as processes of a bench: started here, ended here, by their ids."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import machine

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "sipp-scenarios"
PATIENCE = 60.0
"""Seconds that a process gets to start or to end."""


@contextmanager
def switch(config: Path, port: int = 5060, data: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A running switch that answers OPTIONS on 127.0.0.1; its log is shown when it does not start.

    `data` is its data folder; None: one that goes with it.
    """
    with tempfile.TemporaryDirectory(prefix="softswitch-bench-") as folder:
        log = Path(folder) / "log"
        kept = str(data or folder)
        command = [sys.executable, "-m", "softswitch", "run", str(config), "--data", kept, "--log", "json"]
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT)
        try:
            if not _answers(port, process):
                raise RuntimeError(f"the switch did not start:\n{log.read_text()[-3000:]}")
            yield process
        finally:
            _end(process)


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    request = (
        f"OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%d\r\n"
        "From: <sip:bench@127.0.0.1>;tag=1\r\nTo: <sip:127.0.0.1>\r\nCall-ID: bench-%d\r\n"
        "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        probe.settimeout(0.5)
        own = probe.getsockname()[1]
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            stamp = time.monotonic_ns()
            probe.sendto((request % (own, stamp, stamp)).encode(), ("127.0.0.1", port))
            try:
                if probe.recv(4096).startswith(b"SIP/2.0 200"):
                    return True
            except (TimeoutError, ConnectionRefusedError):
                time.sleep(0.1)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    for _ in range(2):  # the second one stops at once
        if process.poll() is None:
            process.terminate()
            time.sleep(0.2)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def sipp(
    scenario: str, *arguments: str, target: str | None = None, folder: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A SIPp process on a scenario of this project; ended when it has not ended by itself.

    `folder` is where it leaves its traces; None: they are thrown away.
    """
    command = ["sipp", "-sf", str(SCENARIOS / scenario), "-i", "127.0.0.1", "-nostdin", *arguments]
    if target is not None:
        command.append(target)
    with tempfile.TemporaryDirectory(prefix="softswitch-sipp-") as scratch:
        process = subprocess.Popen(
            command, cwd=folder or scratch, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


@contextmanager
def sink(port: int) -> Iterator[int]:
    """A UDP port that takes everything and is never read; `machine.socket_drops` counts."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hole:
        hole.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        hole.bind(("127.0.0.1", port))
        machine.socket_drops(port)
        yield port
