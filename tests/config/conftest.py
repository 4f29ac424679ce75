"""What the tests of the configuration share: a file out of a text, and marks for the places of mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from softswitch.config.check import Report, check
from softswitch.config.settings import SwitchSettings

MARK = "§"
"""Stands in a test's text before each value that is wrong, and is taken out before it is read."""

SOUND = """\
numbers: {"600": {queue: support}}
queues: {support: {}}
agents: {desk: {dial: "sip:desk@127.0.0.1"}}
teams: {support: {agents: [desk]}}
"""
"""A small file with nothing wrong; other sections can be added to it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A text that was checked, and the places that it marks."""

    report: Report
    marks: list[tuple[int, int]]
    path: Path

    @property
    def messages(self) -> list[str]:
        return [problem.message for problem in self.report.problems]

    @property
    def warnings(self) -> list[str]:
        return [warning.message for warning in self.report.warnings]

    @property
    def places(self) -> list[tuple[int, int]]:
        return [(problem.line, problem.column) for problem in self.report.problems]

    @property
    def warned(self) -> list[tuple[int, int]]:
        return [(warning.line, warning.column) for warning in self.report.warnings]

    @property
    def settings(self) -> SwitchSettings:
        assert self.report.settings is not None, self.messages
        return self.report.settings


CheckText = Callable[..., Checked]


@pytest.fixture
def check_text(tmp_path: Path) -> CheckText:
    """Check a text as a file; `files` are others beside it."""

    def run(
        text: str, environ: Mapping[str, str] | None = None, files: Mapping[str, str | bytes] | None = None
    ) -> Checked:
        marks = []
        for number, line in enumerate(text.split("\n"), 1):
            parts = line.split(MARK)
            column = 1
            for part in parts[:-1]:
                column += len(part)
                marks.append((number, column))
        for name, content in (files or {}).items():
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name).write_bytes(data)
        path = tmp_path / "switch.yaml"
        path.write_text(text.replace(MARK, ""), encoding="utf-8")
        return Checked(check([path], environ or {}), marks, path)

    return run


@pytest.fixture
def one_problem(check_text: CheckText) -> Callable[..., str]:
    """Check a text with one mistake, at its mark; its message."""

    def run(text: str, **more: object) -> str:
        checked = check_text(text, **more)
        assert checked.places == checked.marks, checked.messages
        assert len(checked.messages) == 1, checked.messages
        return checked.messages[0]

    return run


@pytest.fixture
def one_warning(check_text: CheckText) -> Callable[..., str]:
    """Check a text without mistakes and with one warning, at its mark; its message."""

    def run(text: str, **more: object) -> str:
        checked = check_text(text, **more)
        assert not checked.messages
        assert checked.warned == checked.marks, checked.warnings
        assert len(checked.warnings) == 1, checked.warnings
        return checked.warnings[0]

    return run
