"""The real switch as a subprocess: started on a configuration, read through its record, stopped by its id."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import yaml

from softswitch.store.calls import rebuild
from softswitch.store.spool import read_events
from tests.e2e import ports
from tests.e2e.forked import Forked

COMMAND = (str(Path(sys.executable).with_name("softswitch")), "run")
START = 30.0
"""Seconds that the switch may take to serve."""
STOP = 20.0
"""Seconds that it may take to end."""

Record = Mapping[str, Any]
Found = TypeVar("Found")


class Switch:
    """One running switch. `configuration` needs no `sip.listen` and no `data`; both are added."""

    def __init__(self, folder: Path, configuration: Mapping[str, Any], *, rtp: int = 250) -> None:
        self.folder = folder
        self.port = ports.block()
        self.data = folder / "data"
        self.file = folder / "switch.yaml"
        self._log = folder / "switch.log"
        first = 16384 + self.port % 3400
        self._sip = {
            "listen": [f"udp:127.0.0.1:{self.port}", f"tcp:127.0.0.1:{self.port}"],
            "rtp_ports": f"{first}-{first + rtp}",
            "drain": "1s",
        }
        self.configure(configuration)
        self._process: Forked | subprocess.Popen[bytes] | None = None

    def configure(self, configuration: Mapping[str, Any]) -> None:
        """Write the file."""
        sip = self._sip | dict(configuration.get("sip", {}))
        whole = {**configuration, "sip": sip, "data": str(self.data)}
        self.file.write_text(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False))

    # Its life --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start, and wait until it takes calls."""
        self._process = Forked(["run", "--level", "debug", str(self.file)], self._log)
        until(lambda: self.alive and self.events("SwitchStarted"), START, self._why_not_started)

    def restart_after_a_crash(self) -> None:
        """SIGKILL, and start again on the same folder and port, by the command itself."""
        assert self._process is not None
        before = len(self.events("SwitchStarted"))
        self._process.kill()
        self._process.wait()
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [*COMMAND, "--level", "debug", str(self.file)], stdout=log, stderr=subprocess.STDOUT
            )
        until(lambda: self.alive and len(self.events("SwitchStarted")) > before, START, self._why_not_started)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, by its id."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """SIGTERM, if it still runs. Raises AssertionError unless it ends by itself, with 0."""
        if self._process is not None:
            self.signal(signal.SIGTERM)
            self.wait()

    def wait(self) -> None:
        """Wait for its end. Raises AssertionError unless it comes in time, with 0."""
        assert self._process is not None
        try:
            code = self._process.wait(STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"no end within {STOP:.0f} s{self.last_words()}") from None
        assert code == 0, f"ended with {code}{self.last_words()}"

    @property
    def alive(self) -> bool:
        """Whether it runs. Raises AssertionError with its log when it has ended by itself."""
        assert self._process is not None
        code = self._process.poll()
        assert code is None, f"the switch ended with {code}{self.last_words()}"
        return True

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def uri(self, number: str) -> str:
        """How a number is dialled."""
        return f"sip:{number}@127.0.0.1:{self.port}"

    # Its record ------------------------------------------------------------------------------------

    def events(self, kind: str | None = None, call: str | None = None) -> list[Record]:
        """The events so far, of one kind, of one call."""
        return [
            event
            for event in _lines(self.data / "events.jsonl")
            if kind in (None, event["kind"]) and call in (None, event["call"])
        ]

    def record(self, sip_call_id: str, within: float = 10.0) -> Record:
        """The record of the caller's leg with this Call-ID, as soon as it is there."""
        return self.records(lambda record: record["sip_call_id"] == sip_call_id, 1, within)[0]

    def records(self, wanted: Callable[[Record], bool], count: int = 1, within: float = 10.0) -> list[Record]:
        """Records of calls that ended, as soon as there are so many."""

        def found() -> list[Record] | None:
            ended = (record.to_json() for record in rebuild(read_events(self.data)))
            some = [record for record in ended if wanted(record)]
            return some if len(some) >= count else None

        return until(found, within, lambda: f"fewer than {count} such calls in the record{self.last_words()}")

    def log(self) -> str:
        """All that it wrote."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def last_words(self) -> str:
        """The end of its log, for messages."""
        return "; the end of its log:\n" + "\n".join(self.log().splitlines()[-40:])

    def _why_not_started(self) -> str:
        return f"the switch does not serve after {START:.0f} s{self.last_words()}"


@asynccontextmanager
async def serving(switch: Switch) -> AsyncIterator[Switch]:
    """The switch runs. At the end it gets SIGTERM, and must end with 0."""
    try:
        await asyncio.to_thread(switch.start)
        yield switch
    except BaseException:
        switch.signal(signal.SIGTERM)  # and the next one stops it at once
        await asyncio.to_thread(switch.stop)
        raise
    await asyncio.to_thread(switch.stop)


def _lines(file: Path) -> list[dict[str, Any]]:
    """Whole lines of a file of JSON lines; the one being written is left out."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")]


def until(find: Callable[[], Found], within: float, why: Callable[[], str]) -> Found:
    """What `find` gives as soon as it is true. Raises AssertionError after `within` seconds."""
    end = time.monotonic() + within
    while not (found := find()):
        assert time.monotonic() < end, why()
        time.sleep(0.05)
    return found
