"""How tests spread over processes: what stays together, what begins first, and how busy each process was.

Files stay together, as they share what they import and their fixtures; all of tests/store does, as it shares
one server of PostgreSQL. Tests of running switches (tests/e2e) mostly wait, so that each goes to whichever
process is free, unless its file says by `pytest.mark.xdist_group` that its tests share one switch. The
longest begin first, and what mostly computes comes last.

Where a test waits in real time, for sound, files or other processes, it is run once more if it fails, and the
summary says so (RERUN): four run at a time. What fails twice has failed, and so has what only computes.
"""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
APART = "e2e"
"""The folder whose tests go to any process, one by one."""
TOGETHER = ("store",)
"""Folders that stay together as a whole."""
FIRST = ("sip", APART, "store", "pages", "simulation")
"""Folders of tests that wait for sound, telephones and databases, or take long; in this order."""

COMPUTING = (
    "acd",
    "calls",
    "config",
    "dialplan",
    "ivr",
    "registration",
    "reports",
    "sentences",
    "simulation",
)
"""Folders of tests to which it is all the same how busy the machine is."""


def group(item: pytest.Item) -> None:
    """Name the group of a test that stays with others. As it is collected: later pytest-xdist has read it."""
    if _folder(item) != APART and item.get_closest_marker("xdist_group") is None:
        together = _folder(item) if _folder(item) in TOGETHER else item.path.relative_to(TESTS).as_posix()
        item.add_marker(pytest.mark.xdist_group(together))


def once_more(item: pytest.Item) -> None:
    """Give a test in real time a second try."""
    if _folder(item) not in COMPUTING and item.get_closest_marker("virtual_time") is None:
        item.add_marker(pytest.mark.flaky(reruns=1))


def spread(items: list[pytest.Item]) -> None:
    """Put tests in order."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[bool, int]:
    folder = _folder(item)
    return item.get_closest_marker("long") is None, FIRST.index(folder) if folder in FIRST else len(FIRST)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]


class Balance:
    """Says at the end how busy each process was. It is told of every test by those who ran it."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._busy: dict[str, float] = defaultdict(float)
        self._tests: dict[str, int] = defaultdict(int)
        self._last: dict[str, float] = {}
        self._apart = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        node = getattr(report, "node", None)
        if node is None:
            return
        name = node.gateway.id
        self._apart = self._apart or not ("@" in report.nodeid or f"tests/{APART}/" in report.nodeid)
        self._busy[name] += report.duration
        self._tests[name] += report.when == "call"
        self._last[name] = time.monotonic() - self._begun

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._busy:
            terminalreporter.section("how busy each process was")
        for name, busy in sorted(self._busy.items()):
            end = self._last[name]
            line = f"{name}: {self._tests[name]:4} tests, busy for {busy:3.0f} s, done after {end:3.0f} s"
            terminalreporter.write_line(line)
        if self._apart:  # their fixtures are made several times then
            line = "tests of one file did not stay together: does pytest-xdist suit this pytest?"
            terminalreporter.write_line(line)
