"""What a record has before a test looks at it: conversations that were recorded, and messages that callers
left, with their sounds.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from softswitch.ports import Recorded
from softswitch.store.encoding import encode
from softswitch.testing.sound import RATE, Sound, write_wav
from softswitch.types import CallId

Event = tuple[float, str, CallId | None, dict[str, Any]]

MARKUP = "<img src=x onerror=window.hit=1>"

TALKS = (
    ("+48225550110", "Anna Nowak", "support", "ewa", 184.0),
    ("+48600100200", "", "support", "jan", 62.5),
    ("+97235550133", "דנה לוי", "sales", "ida", 411.0),
    ("", "", "billing", "ola", 8.2),
)
"""Caller's number and name, queue, agent, seconds."""

LEFT = (
    ("+48585550142", "Piotr Wiśniewski", "support", "support", 23.0),
    ("+48600555014", MARKUP, "support", "", 41.5),
    ("", "", "sales", "sales", 7.0),
)
"""Number, name, mailbox, queue before, seconds."""

SHORT = 2.0
"""Seconds of a file, whatever the record says of it: nobody listens to the end."""


def put(data: Path, more: Iterable[Event] = (), name: str = MARKUP) -> None:
    """Into the folder of a switch that is still to be started, with other events. `name`: in place of an
    attacker's.
    """
    data.mkdir(parents=True, exist_ok=True)
    events = sorted([*more, *_talks(data), *_left(data, name)], key=lambda one: one[0])
    lines = (encode(Recorded(seq, *event)) for seq, event in enumerate(events, 1))
    (data / "events.jsonl").write_bytes(b"".join(lines))


def _talks(data: Path) -> Iterable[Event]:
    for place, (number, name, queue, agent, seconds) in enumerate(TALKS):
        call, at = CallId(f"talk{place}"), time.time() - 3600 + 600 * place
        file = f"{time.strftime('%Y/%m/%d/%H%M%S', time.localtime(at))}000-{queue}-{call}.wav"
        size = _sound(data / "recordings" / file, 330 + 40 * place)
        yield at, "CallArrived", call, {"number": number, "name": name}
        yield at + 1, "CallerJoined", call, {"queue": queue, "within": 20.0, "priority": "default"}
        yield at + 9, "Connected", call, {"agent": agent, "queue": queue, "waited": 8.0}
        yield at + 9, "RecordingStarted", call, {"file": file, "queue": queue, "agent": agent}
        yield at + 9 + seconds, "ConversationEnded", call, {"talked": seconds}
        yield (
            at + 9 + seconds,
            "RecordingEnded",
            call,
            {"file": file, "seconds": seconds, "bytes": size, "lost": 0},
        )
        yield at + 9 + seconds, "CallEnded", call, {"ended_by": "caller", "status": 200}


def _left(data: Path, instead: str) -> Iterable[Event]:
    for place, (number, name, mailbox, queue, seconds) in enumerate(LEFT):
        call, at = CallId(f"left{place}"), time.time() - 1500 + 300 * place
        file = f"{time.strftime('%Y/%m/%d/%H%M%S', time.localtime(at))}000-{mailbox}-{call}.wav"
        shown = instead if name == MARKUP else name
        size = _sound(data / "voicemail" / file, 500 + 50 * place)
        told = {
            "number": number,
            "name": shown,
            "queue": queue,
            "seconds": seconds,
            "bytes": size,
            "began": at,
        }
        yield at, "CallArrived", call, {"number": number, "name": shown}
        yield at + seconds, "VoicemailLeft", call, {"file": file, "mailbox": mailbox, **told}
        yield at + seconds, "CallEnded", call, {"ended_by": "caller", "status": 200}


def _sound(place: Path, frequency: float) -> int:
    """Both sides say a tone; how many bytes that is."""
    times = np.arange(round(SHORT * RATE)) / RATE
    wave = Sound((0.3 * np.sin(2 * np.pi * frequency * times)).astype(np.float32))
    place.parent.mkdir(parents=True, exist_ok=True)
    write_wav(place, [wave, wave])
    return place.stat().st_size
