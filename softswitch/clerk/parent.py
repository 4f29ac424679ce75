"""The switch's side of the clerk: starts it, starts it again when it dies, and lets it end its work."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from softswitch.config.settings import Webhook
from softswitch.types import Seconds

AGAIN: Seconds = 2.0
"""How long after the end of one clerk the next one begins."""

PATIENCE: Seconds = 10.0
"""How long the clerk may take for what is left when the switch ends; more is loaded after the next start."""

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
        self._hooks: list[dict[str, Any]] = []
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

    def apply(self, hooks: Iterable[Webhook]) -> None:
        """The receivers of events in force."""
        self._hooks = [
            asdict(hook) | {"events": None if hook.events is None else sorted(hook.events)} for hook in hooks
        ]
        self._order()

    def _order(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(json.dumps({"webhooks": self._hooks}).encode() + b"\n")

    async def _keep(self) -> None:
        while not self._closing:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "softswitch.clerk", str(self._folder)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            self._order()
            await self._listen(self._process)
            code = await self._process.wait()
            self._process = None
            if not self._closing:
                self.progress.problem = f"its process ended with {code}"
                log.error("ClerkEnded", code=code, advice="calls go on; another one begins")
                await asyncio.sleep(AGAIN)

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
            else:
                self.progress.loaded, self.progress.problem = said["loaded"], said["problem"]
