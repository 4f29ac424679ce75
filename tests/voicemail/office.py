"""A desk of messages over a record in memory, and messages to put into it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from softswitch.config.settings import SwitchSettings
from softswitch.mailboxes import Draft, Mailbox
from softswitch.ports import Recorded, StoreHealth
from softswitch.store.journal import Journal
from softswitch.store.records import misfits
from softswitch.testing.fakes import FakeClock
from softswitch.types import AgentName, CallId, MailboxName
from softswitch.voicemail.desk import VoicemailDesk
from tests.calls.house import settings

OFFICE, SHOP = MailboxName("office"), MailboxName("shop")
DESK, OTHER = AgentName("desk-201"), AgentName("desk-202")
RATE = 8000


@dataclass
class Lines:
    """A record that keeps its events in a list, and says how far it is as the test wants."""

    events: list[Recorded] = field(default_factory=list)
    waiting: int = 0
    loaded: int = 0

    @property
    def last(self) -> int:
        return self.events[-1].seq if self.events else 0

    def append(self, event: Recorded) -> None:
        self.events.append(event)

    def health(self) -> StoreHealth:
        return StoreHealth(self.last, waiting=self.waiting, loaded=self.loaded)

    def close(self) -> None:
        """Nothing is open."""

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        """What was noted of a kind; all of it is in the vocabulary."""
        assert not [wrong for event in self.events for wrong in misfits(event.kind, event.data)]
        return [event.data for event in self.events if event.kind == kind]


class Office:
    """Two mailboxes; nobody runs the desk yet: that is its context."""

    def __init__(self, folder: Path) -> None:
        self.lines = Lines()
        self.journal = Journal(self.lines)
        self.settings: SwitchSettings = replace(
            settings(),
            mailboxes={OFFICE: Mailbox(OFFICE, agents=(DESK,)), SHOP: Mailbox(SHOP, agents=(OTHER,))},
        )
        self.clock = FakeClock()
        self.desk = VoicemailDesk(folder, lambda: self.settings, self.journal, self.lines, self.clock)
        self.journal.subscribe(self.desk.hear)
        self.desk.index.is_whole = True

    def leave(self, name: str, mailbox: MailboxName = OFFICE, **more: Any) -> str:
        """A message is there: its file, and the event that tells of it."""
        file = f"2026/01/05/{name}-{mailbox}-c{name}.wav"
        place = self.desk.files.folder / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(wav(speech(1.0)))
        known = {"number": "+48600100200", "name": "", "queue": "", "seconds": 1.0, "bytes": 16044}
        fields = {**known, "began": 1000.0 + len(self.lines.events), **more}
        self.journal.note("VoicemailLeft", CallId(f"c{name}"), file=file, mailbox=mailbox, **fields)
        return file


def draft(call: str = "c1", **more: Any) -> Draft:
    """A message that is being left."""
    file = f"2026/01/05/100000000-office-{call}.wav"
    return replace(Draft(file, OFFICE, CallId(call), 1_767_607_200.0, "+48600100200"), **more)


def speech(seconds: float, level: float = 0.3) -> np.ndarray:
    """Something loud."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (level * 32767 * np.sin(2 * np.pi * 440 * time)).astype("<i2")


def quiet(seconds: float, noise: float = 0.0) -> np.ndarray:
    """Silence, with the noise of a line."""
    samples = np.random.default_rng(1).normal(0.0, noise, round(seconds * RATE))
    return (samples * 32767).astype("<i2")


def wav(pcm: np.ndarray, *, length: int | None = None) -> bytes:
    """As the recorder writes it; `length`: what the header says of it."""
    size = 2 * len(pcm) if length is None else length
    riff = size if size == 0xFFFF_FFFF else size + 36
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16, b"data", size
    )
    return head + pcm.astype("<i2").tobytes()
