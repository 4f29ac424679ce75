"""Callbacks from before a restart: whoever was promised one gets it, after a crash too.

They are read from the record's database once everything is in it that the last run has noted; where the
database is away they come as soon as it works again. Places in line are by when the wait began, so whoever
called in the meantime stands behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from softswitch.acd.events import CallerJoined
from softswitch.calls.case import Case
from softswitch.calls.switch import Switch
from softswitch.errors import StoreError
from softswitch.store.callbacks import Callback, open_callbacks
from softswitch.store.reading import reading
from softswitch.types import AgentName, Language, QueueName, Seconds

LOOK: Seconds = 0.05
RETRY: Seconds = 2.0
"""Between two looks at the database, while it loads, and when it cannot be read."""

log = structlog.get_logger(__name__)


async def restore_callbacks(switch: Switch, folder: Path, before: int, loaded: Callable[[], int]) -> None:
    """Go on with everything that was wanted before event `before`, the first of this run."""
    found: Sequence[Callback] | None = None
    while found is None:
        if loaded() < before:
            await asyncio.sleep(LOOK)
            continue
        try:
            found = await asyncio.to_thread(_read, folder)
        except StoreError as error:
            log.error("callbacks.unread", error=str(error))
            await asyncio.sleep(RETRY)
    old = [one for one in found if one.seq < before and one.id not in switch.callbacks.cases]
    for one in old:
        case_from(switch, one).restore()
    if old:
        log.info("callbacks.restored", callbacks=len(old))


def _read(folder: Path) -> Sequence[Callback]:
    with reading(folder) as connection:
        return open_callbacks(connection)


def case_from(switch: Switch, one: Callback) -> Case:
    """The case of a row; moments of the wall clock become those of the loop's."""
    ahead = asyncio.get_running_loop().time() - switch.clock.now()
    joined = CallerJoined(
        *(one.id, QueueName(one.queue), one.priority, one.number, one.needs),
        preferred=AgentName(one.preferred) if one.preferred in switch.settings.phones else None,
        standing=one.standing + ahead,
        absent=True,
        attempts=one.attempts,
        rests_until=None if one.again is None else one.again + ahead,
        restored=True,
    )
    languages = switch.settings.media.languages
    language = Language(one.language) if one.language in languages else languages[0]
    return Case(switch, joined, language, one.name, one.wanted)
