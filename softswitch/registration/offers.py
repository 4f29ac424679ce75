"""Which algorithms a phone is offered: the choice of RFC 8760, or MD5 alone for a phone that such a choice
silences.

Phones on libre before 2.0 (baresip 1.0, as Debian ships it) give up on an answer in which any challenge names
an algorithm that they lack. They are known by name, or by coming back without credentials, some time after a
challenge that they left unanswered.
"""

from __future__ import annotations

import re
from collections import OrderedDict

from softswitch.types import Seconds

SPEECHLESS: Seconds = 2.0
"""A phone that can answer has done so by then; several requests may be on their way before."""
REMEMBERED = 10_000
"""Phones of which it is known what became of a challenge; the oldest are forgotten first."""

_KNOWN = re.compile(r"baresip v?[01]\.", re.IGNORECASE)


class Offers:
    """What became of the challenges so far."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, tuple[str, Seconds]] = OrderedDict()
        """The request that a phone was challenged for and did not answer, and when that was."""
        self._silenced: OrderedDict[str, None] = OrderedDict()

    def md5_alone(self, phone: str, user_agent: str) -> bool:
        """Whether MD5 is all that this phone should be offered. `phone` is any name of it that stays."""
        return _KNOWN.match(user_agent) is not None or phone in self._silenced

    def asked(self, phone: str, request: str, now: Seconds) -> None:
        """It sent a request without credentials. `request` is what tells it from its retransmission."""
        before, at = self._open.get(phone, (request, now))
        if before != request and now - at > SPEECHLESS:
            del self._open[phone]
            self._silenced[phone] = None
        else:
            self._open[phone] = (before, at)
        for memory in (self._open, self._silenced):
            if len(memory) > REMEMBERED:
                memory.popitem(last=False)

    def answered(self, phone: str) -> None:
        """It sent credentials: it understood."""
        self._open.pop(phone, None)
