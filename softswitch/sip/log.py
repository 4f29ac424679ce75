"""PJSIP's own log lines as structured ones: errors and warnings, so many a second and no more.

Lines from media threads come through the library's queue of jobs, so Python sees them on the loop's thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pjsua2 as pj
import structlog

from softswitch.sip.callbacks import from_pjsip

log = structlog.get_logger(__name__)

LEVEL = 2
"""1 errors, 2 warnings, 3 what happens, 4 messages."""

PER_SECOND = 20
"""A flood of bad packets must not become a flood of lines."""

_TOLD_ELSEWHERE = ("/src/pjsua2/", "Dropping ", "Error processing packet", "Assert failed: rdata")
"""What an exception says too, what the gate counts and reports, and what pjsua2 does when a call is refused
from inside its own callback: it frees the INVITE again, and is told that it is gone."""


class PjsipLog(pj.LogWriter):  # type: ignore[misc]
    """Where PJSIP writes."""

    def __init__(self, *takers: Callable[[str], bool]) -> None:
        """`takers` are asked one after the other whether a line is theirs, to tell of in another way."""
        super().__init__()
        self._takers = takers
        self._second = 0
        self._lines = 0

    @from_pjsip
    def write(self, entry: pj.LogEntry) -> None:
        """One line."""
        if any(words in entry.msg for words in _TOLD_ELSEWHERE):
            return
        if any(takes(entry.msg) for takes in self._takers):
            return
        second = int(time.monotonic())
        if second != self._second:
            if self._lines > PER_SECOND:
                log.warning("pjsip.lines_suppressed", lines=self._lines - PER_SECOND)
            self._second, self._lines = second, 0
        self._lines += 1
        if self._lines > PER_SECOND:
            return
        write = log.error if entry.level <= 1 else log.warning if entry.level == 2 else log.debug
        write("pjsip", line=entry.msg.strip())
