"""Commands of simulations, run here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from softswitch.cli import main

ROOT = Path(__file__).parents[2]
SIMULATION = ROOT / "config" / "simulation.yaml"


class Ran:
    """What a command did."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


def runner(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `softswitch COMMAND`; each argument is split at its blanks, but a path."""
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*arguments: str | Path) -> Ran:
        words = [
            word for each in arguments for word in ([str(each)] if isinstance(each, Path) else each.split())
        ]
        monkeypatch.setattr(sys, "argv", ["softswitch", command, *words])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run
