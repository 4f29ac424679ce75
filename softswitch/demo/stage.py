"""Sets the stage: free ports, the switch in a process of its own, SIPp phones, and the record as it grows."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from softswitch.errors import SoftswitchError
from softswitch.ports import Recorded
from softswitch.store.encoding import decode
from softswitch.store.lines import read_lines
from softswitch.store.spool import EVENTS
from softswitch.types import Seconds

CONFIGURATION = Path(__file__).parents[2] / "config" / "demo.yaml"

HOST = "127.0.0.1"

START: Seconds = 90.0
"""How long the switch may take to start; the first time it renders music and speech."""

STOP: Seconds = 10.0


class DemoError(SoftswitchError):
    """The demo cannot be played on this machine; nothing was wrong with a call."""


def sipp() -> str:
    """Where SIPp is. Raises DemoError."""
    found = shutil.which("sipp")
    if found is None:
        raise DemoError("SIPp is missing, which plays callers and agents: apt-get install sip-tester")
    return found


def free_port() -> int:
    """A port that is free for UDP and TCP."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((HOST, 0))
            port = int(probe.getsockname()[1])
        if is_free(port):
            return port
    raise DemoError("no free port was found on 127.0.0.1")


def is_free(port: int) -> bool:
    """Whether a port is free for UDP and TCP, on all addresses of this machine."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("", port))
            except OSError:
                return False
    return True


def configure(folder: Path) -> tuple[Path, dict[int, int]]:
    """Put the configuration into `folder`, with other ports for those that are taken; its path, and those."""
    try:
        text = CONFIGURATION.read_text(encoding="utf-8")
    except OSError as error:
        raise DemoError(
            f"the demo's configuration {CONFIGURATION} cannot be read: {error.strerror}"
        ) from error
    wanted = sorted({int(port) for port in re.findall(rf"{re.escape(HOST)}:(\d+)", text)})
    ports = {port: port if is_free(port) else free_port() for port in wanted}
    text = re.sub(rf"{re.escape(HOST)}:(\d+)", lambda match: f"{HOST}:{ports[int(match[1])]}", text)
    path = folder / "demo.yaml"
    path.write_text(text, encoding="utf-8")
    return path, ports


class Process:
    """A child process that is ended by its id, whatever happens."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, command: Sequence[str | Path], folder: Path, output: Path | None = None) -> Process:
        """Start a command in a folder, its output to a file or nowhere."""
        if output is None:
            return cls(await _spawn(command, folder, asyncio.subprocess.DEVNULL))
        with output.open("wb") as file:
            return cls(await _spawn(command, folder, file.fileno()))

    @property
    def exit(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait for its end; gives its exit status."""
        return await self._process.wait()

    async def stop(self, patience: Seconds = STOP) -> int:
        """SIGTERM, and SIGKILL when that does not help; gives its exit status."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(patience):
                return await self._process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            return await self._process.wait()


async def _spawn(command: Sequence[str | Path], folder: Path, output: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is for the demo, which ends its children in order
    )


class Record:
    """The switch's events as they are appended."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / EVENTS
        self._offset = 0

    def new(self) -> Iterator[Recorded]:
        """Events since the last time."""
        for line in read_lines(self._path, self._offset):
            self._offset += len(line) + 1
            event = decode(line)
            if event is not None:
                yield event


async def start_switch(configuration: Path, folder: Path, log: Path) -> Process:
    """The switch, ready for calls. Raises DemoError with the end of its log when it does not start."""
    command: list[str | Path] = [
        sys.executable,
        "-P",
        "-m",
        "softswitch",
        "run",
        configuration,
        "--data",
        folder,
    ]
    switch = await Process.start(command, configuration.parent, log)
    record = Record(folder)
    try:
        async with asyncio.timeout(START):
            while not any(event.kind == "SwitchStarted" for event in record.new()):
                if switch.exit is not None:
                    raise DemoError(f"the switch did not start:\n{_end_of(log)}")
                await asyncio.sleep(0.05)
    except TimeoutError:
        await switch.stop()
        raise DemoError(f"the switch took more than {START:.0f} s to start:\n{_end_of(log)}") from None
    except BaseException:
        await switch.stop()
        raise
    return switch


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
