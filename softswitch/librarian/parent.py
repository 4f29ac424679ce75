"""The switch's side of the librarian: starts it, starts it again when it dies, and hands on what it says."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from softswitch.errors import StoreError
from softswitch.types import Seconds
from softswitch.web.lines import Line

AGAIN: Seconds = 1.0
"""How long after the end of one librarian the next one begins."""

PATIENCE: Seconds = 2.0
"""How long it may take to end."""

MOST = 200
"""Questions that may wait for an answer; who asks above that is told to come again."""

ATTEMPTS = 2
"""A question that two librarians have died of is not put to a third."""

BUFFER = 1 << 20
"""Bytes of answers that are read ahead."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Question:
    """One that has no answer yet."""

    line: bytes
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    attempts: int = 0


class Librarian:
    """`web.operations.Pages`: one librarian at a time, while this context lasts.

    Every method raises StoreError: the database cannot be read, or too much is asked.
    """

    def __init__(self, folder: Path) -> None:
        """`folder`: that of the record, which is there already."""
        self._folder = folder
        self._numbers = itertools.count(1)
        self._asked: dict[int, _Question] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._closing = False

    async def __aenter__(self) -> Self:
        self._keeping = asyncio.create_task(self._keep(), name="librarian")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        assert self._keeping is not None
        process = self._process
        if process is None:
            self._keeping.cancel()
        elif process.stdin is not None:
            process.stdin.close()
        await asyncio.wait([self._keeping], timeout=PATIENCE)
        if not self._keeping.done() and process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.wait([self._keeping], timeout=PATIENCE)
        for question in self._asked.values():
            question.answer.cancel()

    # Questions, as Desk answers them -----------------------------------------------------------------

    async def find(self, **asked: Any) -> bytes:
        """A page of calls that ended."""
        found: bytes = await self._ask("find", asked)
        return found

    async def call(self, id: str) -> bytes | None:
        """One call's record."""
        found: bytes | None = await self._ask("call", {"id": id})
        return found

    async def events_of(self, id: str) -> bytes | None:
        """One call's events."""
        found: bytes | None = await self._ask("events_of", {"id": id})
        return found

    async def why(self, id: str) -> bytes | None:
        """Why a call came to whom it came."""
        found: bytes | None = await self._ask("why", {"id": id})
        return found

    async def events(self, after: int, limit: int) -> bytes:
        """The events that follow one."""
        found: bytes = await self._ask("events", {"after": after, "limit": limit})
        return found

    async def lines(self, after: int, limit: int) -> list[Line]:
        """The same for a stream."""
        found: list[Line] = await self._ask("lines", {"after": after, "limit": limit})
        return found

    async def talked(self, call: str) -> bytes | None:
        """Who talked in a call."""
        found: bytes | None = await self._ask("talked", {"call": call})
        return found

    async def earlier(self, call: str, number: str | None, limit: int) -> bytes:
        """Earlier contacts of who is in a call."""
        found: bytes = await self._ask("earlier", {"call": call, "number": number, "limit": limit})
        return found

    async def day(self, agent: str, since: float) -> bytes:
        """An agent's day."""
        found: bytes = await self._ask("day", {"agent": agent, "since": since})
        return found

    async def _ask(self, ask: str, arguments: Mapping[str, Any]) -> Any:
        if len(self._asked) >= MOST:
            raise StoreError(f"the record is asked too much: {MOST} questions wait; come again later")
        number = next(self._numbers)
        line = json.dumps({"id": number, "ask": ask, "with": arguments}).encode() + b"\n"
        question = self._asked[number] = _Question(line)
        self._put(question)
        try:
            return await question.answer
        finally:
            del self._asked[number]

    def _put(self, question: _Question) -> None:
        """To the librarian of now; where there is none, the next one gets it."""
        if self._process is not None and self._process.stdin is not None:
            question.attempts += 1
            self._process.stdin.write(question.line)

    # The process -------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        while not self._closing:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "softswitch.librarian", str(self._folder)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,
                limit=BUFFER,
            )
            self._ask_anew()
            assert self._process.stdout is not None
            with contextlib.suppress(asyncio.IncompleteReadError, ValueError):
                await self._listen(self._process.stdout)
            code = await self._process.wait()
            self._process = None
            if not self._closing:
                log.error("LibrarianEnded", code=code, advice="calls go on; another one begins")
                await asyncio.sleep(AGAIN)

    def _ask_anew(self) -> None:
        for question in self._asked.values():
            if question.attempts < ATTEMPTS:
                self._put(question)
            elif not question.answer.done():
                question.answer.set_exception(StoreError("the record's reader ended over this; ask for less"))

    async def _listen(self, answers: asyncio.StreamReader) -> None:
        while line := await answers.readline():
            head = json.loads(line)
            body = await answers.readexactly(head.get("size") or 0)
            question = self._asked.get(head["id"])
            if question is None or question.answer.done():  # nobody waits any more
                continue
            if "error" in head:
                question.answer.set_exception(StoreError(head["error"]))
            else:
                question.answer.set_result(_answer(head, body))


def _answer(head: Mapping[str, Any], body: bytes) -> bytes | list[Line] | None:
    if head["size"] is None:
        return None
    if "lines" not in head:
        return body
    lines, place = [], 0
    for seq, kind, size in head["lines"]:
        lines.append((seq, kind, body[place : place + size]))
        place += size
    return lines
