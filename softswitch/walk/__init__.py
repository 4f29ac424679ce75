"""`softswitch try`: one call's way through the configuration, step by step and without any SIP."""

from __future__ import annotations

from softswitch.walk.queues import AS_USUAL, Circumstances
from softswitch.walk.steps import SILENCE, Kind, Step, parse_keys
from softswitch.walk.walking import walk

__all__ = ["AS_USUAL", "SILENCE", "Circumstances", "Kind", "Step", "parse_keys", "walk"]
