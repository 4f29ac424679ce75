"""What happened to a caller in the menus, as the interpreter is told: frozen, one sentence each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Started:
    """The caller can hear and be heard: the first menu begins, with the digits that were pressed before."""


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """The caller pressed a key; it may come at any time, also before `Started`."""

    digit: str
    """One character of 0-9, *, # and A-D."""


@dataclass(frozen=True, slots=True)
class PromptEnded:
    """The last `Play` was heard to its end, or could not be had at all (a missing file, speech that failed).

    A prompt that `StopPrompt` cut does not report an end.
    """


@dataclass(frozen=True, slots=True)
class TimerExpired:
    """`next_deadline()` has come (or passed); an early one is ignored."""


Event = Started | DigitPressed | PromptEnded | TimerExpired
