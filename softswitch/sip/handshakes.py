"""Connections on a TLS port that never spoke TLS to its end: scanners make them all day, nothing is wrong.

PJSIP writes a line for each, an error, most of them without an address. Here they are counted, and one
warning a minute tells how many there were.
"""

from __future__ import annotations

import structlog

from softswitch.types import Seconds

log = structlog.get_logger(__name__)

REASON = "TLS handshake failed"
"""As `softswitch status` names it."""

TOLD_EVERY: Seconds = 60.0
"""How often there may be a warning."""

_FAILED = ("SSL timeout after", "(Handshake)")
_OURS = "certificate verify failed"
"""Of a connection that we make: a carrier is not who it should be, and whoever reads the log must know."""


class Handshakes:
    """Those that failed since the start."""

    def __init__(self) -> None:
        self.count = 0
        self._told = 0
        self._latest = ""
        self._next: Seconds | None = None

    def takes(self, line: str) -> bool:
        """Count a line of PJSIP's; False: it is about something else."""
        if _OURS in line or not any(words in line for words in _FAILED):
            return False
        self.count += 1
        self._latest = line.strip()
        return True

    def report(self, now: Seconds) -> None:
        """One warning, however many there were; none within a minute of the last one."""
        if self.count == self._told or (self._next is not None and now < self._next):
            return
        log.warning(
            "sip.tls_handshakes_failed",
            connections=self.count - self._told,
            since_start=self.count,
            latest=self._latest,
            advice="strangers as a rule; of phones of yours: do they trust `certificate`?",
        )
        self._told, self._next = self.count, now + TOLD_EVERY
