"""/api/v1/rebuild: makes the calls, figures and indexes of the record anew from its events, as
`softswitch rebuild` does, in a process of its own.
"""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Annotated, Literal, Self

import structlog
from fastapi import Depends
from pydantic import BaseModel

from softswitch.access import Principal, Role
from softswitch.errands import begun
from softswitch.errors import ErrandFailed, NotNow
from softswitch.web.api import PREFIX
from softswitch.web.guard import Guard
from softswitch.web.problems import PROBLEMS
from softswitch.web.routes import Routes

log = structlog.get_logger(__name__)


class Rebuild(BaseModel):
    """The last one since the start of the switch."""

    state: Literal["never", "running", "done", "failed"] = "never"
    by: str | None = None
    """Who began it."""
    began: float | None = None
    """When, in seconds since the epoch."""
    ended: float | None = None
    events: int | None = None
    """How many there are."""
    events_done: int = 0
    calls: int | None = None
    """How many were made; null: it is not done."""
    problem: str | None = None
    """Why it failed; each row is as it was before, or right."""


class Rebuilder:
    """One rebuild at a time, while this context lasts."""

    def __init__(self, folder: Path, changed: Callable[[str, str, str, str], None]) -> None:
        """`folder`: of the record; `changed`: puts on record by whom, what, of what and how."""
        self._folder = folder
        self._changed = changed
        self._working: asyncio.Task[None] | None = None
        self.last = Rebuild()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it; each row is then as it was before, or right."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    def begin(self, by: str) -> Rebuild:
        """`by`: who wants it. Raises NotNow: another one is at it."""
        if self.last.state == "running":
            raise NotNow(f"{self.last.by} rebuilds the record already; GET {PREFIX}/rebuild: how far it is")
        self.last = Rebuild(state="running", by=by, began=time.time())
        self._changed(by, "rebuild", "the record", "begun")
        self._working = asyncio.create_task(self._work(by), name="rebuild")
        return self.last

    async def _work(self, by: str) -> None:
        try:
            options = ("--noted", "--json", f"--data={self._folder}")
            async with begun("softswitch", "rebuild", *options) as errand:
                async for line in errand.lines():
                    self._hear(json.loads(line))
        except ErrandFailed as error:
            self._end(state="failed", problem=str(error))
            log.error("rebuild.failed", by=by, problem=str(error))
        except asyncio.CancelledError:
            self._end(state="failed", problem="the switch ended")
            raise
        except Exception as error:  # whatever it is, the next one can begin
            self._end(state="failed", problem=f"{type(error).__name__}: {error}")
            log.exception("rebuild.failed", by=by)
        else:
            self._end(state="done")
        how = self.last.problem or f"{self.last.calls} calls made anew of {self.last.events} events"
        self._changed(by, "rebuild", "the record", f"{self.last.state}: {how}")

    def _hear(self, said: dict[str, int]) -> None:
        """A line of `softswitch rebuild --json`."""
        self.last = self.last.model_copy(update=said)

    def _end(self, **so: str) -> None:
        self.last = self.last.model_copy(update={**so, "ended": time.time()})


def rebuild_routes(rebuilder: Rebuilder, guard: Guard) -> Routes:
    """For engineers."""
    router = Routes(prefix=PREFIX, responses=PROBLEMS, tags=["the record"])
    engineer = Depends(guard.needs(Role.ENGINEER))

    @router.post("/rebuild", status_code=202)
    async def begin(who: Annotated[Principal, engineer]) -> Rebuild:
        """Make calls, the figures of reports and the indexes of recordings and messages anew from the
        events. Calls go on; what happens meanwhile is in the database a little later. 409: it goes on.
        """
        return rebuilder.begin(who.name)

    @router.get("/rebuild", dependencies=[engineer])
    async def progress() -> Rebuild:
        """How far it is, or how the last one ended."""
        return rebuilder.last

    return router
