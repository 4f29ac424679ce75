"""The switch's side of the clerk: starts it, starts it again when it dies, and lets it end its work."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from softswitch.config.settings import Webhook
from softswitch.errors import NotNow
from softswitch.types import Seconds

AGAIN: Seconds = 2.0
"""How long after the end of one clerk the next one begins."""

PATIENCE: Seconds = 10.0
"""How long the clerk may take for what is left when the switch ends; more is loaded after the next start."""

DAY: Seconds = 86400.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Progress:
    """How far the database is."""

    loaded: int = 0
    problem: str | None = None


class Clerk:
    """One clerk at a time, while this context lasts. It must end after the last line was written."""

    def __init__(self, folder: Path) -> None:
        """`folder`: that of the record, which is there already."""
        self.progress = Progress()
        self._folder = folder
        self.note: Callable[..., None] = lambda _kind, **_data: None
        """Where what it forgets is put on record, as `ports.Journal.note`."""
        self._standing: dict[str, Any] = {"webhooks": [], "retention": None}
        self._orders = 0
        """To erase somebody, or to count: how many there were."""
        self._erased_by: dict[int, str] = {}
        """Who wants it, of those that go on."""
        self._listener: tuple[int, asyncio.Queue[dict[str, Any]]] | None = None
        """The order that is listened to, and what is said of it."""
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._closing = False

    async def __aenter__(self) -> Self:
        self._keeping = asyncio.create_task(self._keep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        assert self._keeping is not None
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        elif self._process is None:
            self._keeping.cancel()
        try:
            await asyncio.wait_for(self._keeping, PATIENCE)
        except (TimeoutError, asyncio.CancelledError):
            log.warning("ClerkLate", advice="what is not in the database yet is loaded after the next start")
            if self._process is not None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()

    def apply(self, hooks: Iterable[Webhook], retention: Seconds | None = None) -> None:
        """The receivers of events in force, and for how long it is known who called."""
        self._standing = {
            "webhooks": [
                asdict(hook) | {"events": None if hook.events is None else sorted(hook.events)}
                for hook in hooks
            ],
            "retention": retention,
        }
        self._order(self._standing)

    async def erase(self, order: Mapping[str, Any], by: str | None) -> AsyncGenerator[dict[str, Any], None]:
        """Have somebody erased, or counted; what the clerk says of it (see the package), last of all `over`.
        `by`: who wants it, for the record; None: it only counts.

        It is done, and on record, though nobody may listen to the end. Raises NotNow: there is another such
        order, the clerk ended, or it could not be done. What was begun is finished by giving the order again.
        """
        if self._listener is not None:
            raise NotNow("another caller's data is being looked for or erased; try again when that is over")
        self._orders += 1
        number, said = self._orders, asyncio.Queue[dict[str, Any]]()
        self._listener = number, said
        try:
            if not self._order({"erase": {**order, "id": number}}):
                raise NotNow("the record's database is just being opened; try again in a moment")
            if by is not None:
                self._erased_by[number] = by
            while True:
                item = await said.get()
                if "failed" in item:
                    raise NotNow(f"{item['failed']}. What was begun is finished by doing it again.")
                yield item
                if "over" in item:
                    return
        finally:
            self._listener = None

    def _order(self, order: Mapping[str, Any]) -> bool:
        if self._process is None or self._process.stdin is None or self._process.stdin.is_closing():
            return False
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return True

    async def _keep(self) -> None:
        while not self._closing:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "softswitch.clerk", str(self._folder)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            self._order(self._standing)
            await self._listen(self._process)
            code = await self._process.wait()
            self._process = None
            self._erased_by.clear()
            self._hear({"failed": "the process that does it ended"})
            if not self._closing:
                self.progress.problem = f"its process ended with {code}"
                log.error("ClerkEnded", code=code, advice="calls go on; another one begins")
                await asyncio.sleep(AGAIN)

    def _hear(self, said: dict[str, Any]) -> None:
        """What the clerk says of an order to erase; what is gone is on record, whoever listens."""
        if files := said.get("files"):
            self.note("RecordingsDeleted", count=len(files), files=files, why="erased")
        if "over" in said and (by := self._erased_by.pop(said["id"], None)) is not None:
            counts = {name: value for name, value in said["over"].items() if name != "going_on"}
            self.note("CallerErased", by=by, **counts)
        if self._listener is not None and said.get("id") in (self._listener[0], None):
            self._listener[1].put_nowait(said)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if "log" in said:
                level, event, fields = said["log"]
                getattr(log, level)(event, **fields)
            elif "erasing" in said:
                self._hear(said["erasing"])
            elif "forgotten" in said:
                of = said["forgotten"]
                days = round(of["retention"] / DAY)
                self.note("CallersForgotten", calls=of["calls"], events=of["events"], days=days)
            else:
                self.progress.loaded, self.progress.problem = said["loaded"], said["problem"]
