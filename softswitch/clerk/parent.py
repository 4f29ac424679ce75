"""The switch's side of the clerk: starts it, starts it again when it dies, and lets it end its work."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from softswitch.config.settings import SwitchSettings
from softswitch.errors import ControlError, NotNow
from softswitch.parcels import Post
from softswitch.types import Seconds

AGAIN: Seconds = 2.0
"""How long after the end of one clerk the next one begins."""

PATIENCE: Seconds = 10.0
"""How long the clerk may take for what is left when the switch ends; more is loaded after the next start."""

PROBING: Seconds = 5.0
"""Beyond the time that the mail server has for each answer: how long a test of it may take."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Progress:
    """How far the database is."""

    loaded: int = 0
    problem: str | None = None
    post: Post = field(default_factory=Post)
    """How the mails are."""


class Clerk:
    """One clerk at a time, while this context lasts. It must end after the last line was written."""

    def __init__(self, folder: Path) -> None:
        """`folder`: that of the record, which is there already."""
        self.progress = Progress()
        self._folder = folder
        self._order: dict[str, Any] | None = None
        self._patience = PROBING
        self._numbers = count(1)
        self._probes: dict[int, asyncio.Future[tuple[bool, str]]] = {}
        self._erased_by: dict[int, str] = {}
        """Who wants somebody to be erased, by the numbers of the orders that go on."""
        self._listener: tuple[int, asyncio.Queue[dict[str, Any]]] | None = None
        """The order to erase, or to count, that is listened to, and what is said of it."""
        self.note: Callable[..., None] = log.info
        """Where events go."""
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

    def apply(self, settings: SwitchSettings) -> None:
        """What is in force: receivers of events, the mail server, what is mailed when, and for how long it is
        known who called.
        """
        hooks = [
            asdict(hook) | {"events": None if hook.events is None else sorted(hook.events)}
            for hook in settings.webhooks
        ]
        mail = settings.mail
        self._patience = PROBING + (3 * mail.timeout if mail else 0.0)
        self._order = {
            "webhooks": hooks,
            "mail": None if mail is None else asdict(mail),
            "reports": [asdict(one) for one in settings.reports],
            "retention": settings.privacy.retention,
        }
        self._give(self._order)

    async def probe(self, to: str) -> tuple[bool, str]:
        """Send a mail at once; whether it was taken, and what the server said. Raises ControlError."""
        number = next(self._numbers)
        answer: asyncio.Future[tuple[bool, str]] = asyncio.get_running_loop().create_future()
        self._probes[number] = answer
        try:
            if not self._give({"probe": [number, to]}):
                raise ControlError("the clerk, which sends mail, is being started again; try in a moment")
            async with asyncio.timeout(self._patience):
                return await answer
        except TimeoutError:
            raise ControlError(f"the mail server gave no answer within {self._patience:g} s") from None
        finally:
            del self._probes[number]

    async def erase(self, order: Mapping[str, Any], by: str | None) -> AsyncGenerator[dict[str, Any], None]:
        """Have somebody erased, or counted; what the clerk says of it (see the package), last of all `over`.
        `by`: who wants it, for the record; None: it only counts.

        It is done, and on record, though nobody may listen to the end. Raises NotNow: there is another such
        order, the clerk ended, or it could not be done. What was begun is finished by giving the order again.
        """
        if self._listener is not None:
            raise NotNow("another caller's data is being looked for or erased; try again when that is over")
        number, said = next(self._numbers), asyncio.Queue[dict[str, Any]]()
        self._listener = number, said
        try:
            if not self._give({"erase": {**order, "id": number}}):
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

    def _give(self, order: dict[str, Any]) -> bool:
        """False: there is nobody to take it."""
        if self._process is None or self._process.stdin is None:
            return False
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return True

    async def _keep(self) -> None:
        while not self._closing:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "softswitch.clerk", str(self._folder)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            if self._order is not None:
                self._give(self._order)
            await self._listen(self._process)
            code = await self._process.wait()
            self._process = None
            self._erased_by.clear()
            self._hear_of_erasing({"failed": "the process that does it ended"})
            if not self._closing:
                self.progress.problem = f"its process ended with {code}"
                log.error("ClerkEnded", code=code, advice="calls go on; another one begins")
                await asyncio.sleep(AGAIN)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            try:
                self._hear(json.loads(line))
            except (ValueError, LookupError, TypeError):
                log.exception("ClerkMisunderstood", said=line[:200].decode(errors="replace"))

    def _hear_of_erasing(self, said: dict[str, Any]) -> None:
        """What the clerk says of an order to erase; what is gone is on record, whoever listens."""
        if files := said.get("files"):
            self.note("RecordingsDeleted", count=len(files), files=files, why="erased")
        for message in said.get("messages", ()):
            self.note("VoicemailDeleted", **message, by="erased")
        if "over" in said and (by := self._erased_by.pop(said["id"], None)) is not None:
            counts = {name: value for name, value in said["over"].items() if name != "going_on"}
            self.note("CallerErased", by=by, **counts)
        if self._listener is not None and said.get("id") in (self._listener[0], None):
            self._listener[1].put_nowait(said)

    def _hear(self, said: dict[str, Any]) -> None:
        if "log" in said:
            level, event, fields = said["log"]
            getattr(log, level)(event, **fields)
        elif "note" in said:
            kind, data = said["note"]
            self.note(kind, **data)
        elif "erasing" in said:
            self._hear_of_erasing(said["erasing"])
        elif "mail" in said:
            self.progress.post = Post(**said["mail"])
        elif "probed" in said:
            number, taken, words = said["probed"]
            answer = self._probes.get(number)
            if answer is not None and not answer.done():
                answer.set_result((taken, words))
        else:
            self.progress.loaded, self.progress.problem = said["loaded"], said["problem"]
