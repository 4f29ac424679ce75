"""A short story in events: one caller who reaches an agent, one who gives up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from softswitch.ports import Recorded
from softswitch.store.loader import Loader, identity
from softswitch.store.reading import open_of
from softswitch.store.record import Record
from softswitch.store.tail import Growing
from softswitch.types import CallId

ALICE = CallId("alice")
BOB = CallId("bob")
MEDIA = {"codec": "PCMU/8000", "received": 500, "sent": 510, "lost": 3, "jitter": 0.002}

STORY: list[tuple[float, str, CallId | None, dict[str, Any]]] = [
    (0.0, "SwitchStarted", None, {"version": "0.1.0"}),
    (
        1.0,
        "CallArrived",
        ALICE,
        {"number": "+48600100200", "name": "Alice", "dialled": "600", "transport": "udp"},
    ),
    (1.0, "CallAnswered", ALICE, {}),
    (1.1, "MenuEntered", ALICE, {"menu": "welcome"}),
    (2.0, "DigitsPressed", ALICE, {"menu": "welcome", "digits": "9"}),
    (2.0, "LanguageSet", ALICE, {"language": "pl"}),
    (2.5, "CallArrived", BOB, {"number": "+48600100201", "dialled": "600", "transport": "tcp"}),
    (3.0, "NumberEntered", ALICE, {"name": "customer_number", "digits": "123456"}),
    (4.0, "DigitsPressed", ALICE, {"menu": "welcome", "digits": "1"}),
    (4.0, "CallerJoined", ALICE, {"queue": "sales", "priority": "vip"}),
    (4.0, "OfferMade", ALICE, {"offer": "o1", "agent": "ann", "queue": "sales"}),
    (5.0, "CallerJoined", BOB, {"queue": "sales", "priority": "default"}),
    (9.0, "OfferEnded", ALICE, {"offer": "o1", "agent": "ann", "result": "no-answer", "status": 487}),
    (9.0, "OfferMade", ALICE, {"offer": "o2", "agent": "ben", "queue": "sales"}),
    (11.0, "OfferEnded", ALICE, {"offer": "o2", "agent": "ben", "result": "answered", "status": 200}),
    (11.0, "Connected", ALICE, {"agent": "ben", "offer": "o2", "queue": "sales", "waited": 7.0}),
    (12.0, "Held", ALICE, {"by": "agent"}),
    (14.0, "Resumed", ALICE, {"by": "agent"}),
    (15.0, "CallerLeft", BOB, {"queue": "sales", "reason": "hung-up", "waited": 10.0}),
    (15.0, "CallEnded", BOB, {"ended_by": "caller", "status": 200, "reason": "BYE", "caller": MEDIA}),
    (21.0, "ConversationEnded", ALICE, {"agent": "ben", "ended_by": "agent", "talked": 10.0}),
    (21.0, "CallEnded", ALICE, {"ended_by": "agent", "status": 200, "caller": MEDIA, "agent": MEDIA}),
    (30.0, "SwitchStopped", None, {}),
]


def story() -> list[Recorded]:
    """The events, from the number 1 and from 1,700,000,000 seconds since the epoch on."""
    return [
        Recorded(seq, 1_700_000_000 + at, kind, call, data)
        for seq, (at, kind, call, data) in enumerate(STORY, start=1)
    ]


class Kept(Record):
    """A record that is in its database, too, once it is closed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder

    def close(self) -> None:
        super().close()
        lines = Growing(self._folder)
        lines.look(settled=False)
        loader = Loader(lines, identity(self._folder), open_of(self._folder))
        assert loader.step()
        loader.close()
