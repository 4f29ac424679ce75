"""SIPp as a subprocess: one scenario, its exit status, and what it complained of."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.e2e import ports

SCENARIOS = Path(__file__).parents[2] / "sipp-scenarios"


class Sipp:
    """One run of one scenario; started at once, on ports of its own."""

    def __init__(
        self, scenario: str, folder: Path, *options: str, target: str = "", port: int = 0, name: str = ""
    ) -> None:
        """`target` is host:port for callers; `name` starts the Call-IDs of callers."""
        self.scenario = scenario
        self.name = name or scenario
        self.port = port or ports.block()
        self._log = folder / f"{self.name}-{self.port}.log"
        errors = folder / f"{self.name}-{self.port}.errors"
        self._errors = errors
        command = ["sipp", *([target] if target else []), "-sf", str(SCENARIOS / f"{scenario}.xml")]
        command += ["-i", "127.0.0.1", "-p", str(self.port), "-mp", str(self.port + 4)]
        command += ["-nostdin", "-trace_err", "-error_file", str(errors), "-cid_str", f"{self.name}-%u@%s"]
        if (lines := SCENARIOS / f"{scenario}.csv").exists():
            command += ["-inf", str(lines)]
        command += ["-timeout", "100s", "-timeout_error", *options]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=SCENARIOS.parent
            )

    def call_id(self, number: int = 1) -> str:
        """The Call-ID of its call."""
        return f"{self.name}-{number}@127.0.0.1"

    def finished(self, within: float = 100.0) -> None:
        """Wait for its end. Raises AssertionError unless every call went as the scenario says."""
        try:
            code = self._process.wait(within)
        except subprocess.TimeoutExpired:
            self.stop()
            raise AssertionError(
                f"{self.scenario} is not done after {within:.0f} s{self._complaints()}"
            ) from None
        assert code == 0, f"{self.scenario} ended with {code}{self._complaints()}"

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it, by its id."""
        if self.running:
            self._process.kill()
            self._process.wait()

    def _complaints(self) -> str:
        texts = [file.read_text(errors="replace") for file in (self._errors, self._log) if file.exists()]
        return ":\n" + "\n".join(text[-3000:] for text in texts)
