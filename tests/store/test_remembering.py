"""Waits that are remembered over a restart."""

from __future__ import annotations

from typing import Any

from softswitch.ports import Recorded
from softswitch.store.remembering import WAITS, Remembered
from softswitch.types import CallId


def waits_of(*lines: tuple[float, str, str, dict[str, Any]]) -> list[tuple[float, bool]]:
    found = Remembered()
    for number, (at, kind, call, data) in enumerate(lines, 1):
        found.hear(Recorded(number, at, kind, CallId(call), data))
    return list(found.lines["q"].waits)


JOINED = {"queue": "q"}


def test_who_gave_up_is_told_from_who_did_not() -> None:
    assert waits_of(
        (0, "CallerJoined", "a", JOINED), (0, "CallerJoined", "b", JOINED), (0, "CallerJoined", "c", JOINED),
        (0, "CallerJoined", "d", JOINED), (0, "CallerJoined", "e", JOINED), (0, "CallerJoined", "f", JOINED),
        (10, "CallerLeft", "a", {"reason": "hung-up"}), (10, "CallEnded", "a", {}),
        (20, "Connected", "b", {"queue": "q", "agent": "ann"}), (90, "CallEnded", "b", {}),
        (30, "CallerLeft", "c", {"reason": "max-wait"}),
        (40, "CallbackWanted", "d", {}), (41, "CallEnded", "d", {}),
        (50, "CallEnded", "e", {}),
        (60, "CallEnded", "f", {"last_seen": 55.0}),
    ) == [(10, True), (20, False), (30, False), (40, False), (50, True), (60, False)]  # fmt: skip


def test_only_the_last_waits_are_kept() -> None:
    lines: list[tuple[float, str, str, dict[str, Any]]] = []
    for number in range(WAITS + 5):
        lines += [(0, "CallerJoined", f"c{number}", JOINED), (number + 1, "CallEnded", f"c{number}", {})]
    found = waits_of(*lines)
    assert len(found) == WAITS
    assert found[-1] == (WAITS + 5, True)
