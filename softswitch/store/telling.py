"""What the command line does with a record beside the switch, and tells the switch, which notes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from softswitch.access import COMMAND_LINE
from softswitch.errors import ControlError
from softswitch.kinds import Kind
from softswitch.ports import Journal, JsonValue

WHATS = frozenset({"rebuild", "mail-retry", "mail-drop", "webhook-retry"})
"""Changes of the record's database; all others go through the switch."""

LONGEST = 400
"""Characters of what is told."""


def exported(journal: Journal, format: str, first: str, last: str) -> None:
    """Somebody takes the calls of some days."""
    journal.note(Kind.RECORD_EXPORTED, format=format, first=first, last=last, by=COMMAND_LINE.name)


def changed(journal: Journal, what: str, of: str, how: str) -> None:
    """Something was done to the database; `what`: one of `WHATS`."""
    journal.note(Kind.CHANGED, by=COMMAND_LINE.name, what=what, of=of[:LONGEST], how=how[:LONGEST])


def handlers(journal: Journal) -> dict[str, Callable[..., Awaitable[JsonValue]]]:
    """The commands of the control socket."""

    async def record_exported(format: str, first: str, last: str) -> JsonValue:
        exported(journal, *(str(each)[:LONGEST] for each in (format, first, last)))
        return None

    async def record_changed(what: str, of: str, how: str) -> JsonValue:
        if what not in WHATS:
            raise ControlError(f"{what!r} is no change of the database; {', '.join(sorted(WHATS))} are")
        changed(journal, what, str(of), str(how))
        return None

    return {"record_exported": record_exported, "record_changed": record_changed}
