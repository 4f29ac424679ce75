"""`privacy:`, what is known of callers, where, and for how long."""

from __future__ import annotations

from typing import Literal

from softswitch.config.models.base import Section
from softswitch.config.quantities import Days


class Privacy(Section):
    """Personal data of callers; docs/personal-data.md tells all of it."""

    numbers_in_logs: Literal["full", "masked"] = "full"
    """How the log shows telephone numbers: as they are, or with their last three digits alone, `***200`; then
    keys that callers press are hidden too, where they are more than two. The record has them in full."""
    retention: Days | None = None
    """For how long the record knows who called, as 180 days: numbers, names and what callers keyed in are
    erased from older calls, once an hour; reports keep their figures. Recordings have a time of their own,
    `recording.retention`. Left out: for ever."""
