"""`python -m softswitch.librarian FOLDER`: answers questions about a record; see the package."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from softswitch.errors import SoftswitchError
from softswitch.librarian.desk import Desk
from softswitch.store.history import History

AT_ONCE = 4
"""Pages made at the same time: while one waits for the database another one is written."""

MEEKNESS = 10
"""Niceness: where a core is short, SIP and sound come first."""

QUESTIONS = ("find", "call", "events_of", "why", "events", "lines", "talked", "earlier", "day")


class Librarian:
    """One process's work."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._at_work: set[asyncio.Task[None]] = set()

    async def work(self, questions: asyncio.StreamReader) -> None:
        """Answer, until there will be no more questions."""
        async for line in questions:
            task = asyncio.create_task(self._answer(json.loads(line)))
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)

    async def _answer(self, question: Mapping[str, Any]) -> None:
        head: dict[str, Any] = {"id": question["id"]}
        body = b""
        try:
            found = await self._found(question["ask"], question["with"])
        except SoftswitchError as error:
            head["error"] = str(error)
        except Exception:  # of one page; the others can be made
            traceback.print_exc()
            head["error"] = "the record could not be read; the switch's log has more"
        else:
            if isinstance(found, list):
                head["lines"] = [(seq, kind, len(text)) for seq, kind, text in found]
                found = b"".join(text for _, _, text in found)
            head["size"] = None if found is None else len(found)
            body = found or b""
        _say(json.dumps(head).encode() + b"\n" + body)

    async def _found(self, ask: str, arguments: Mapping[str, Any]) -> Any:
        if ask not in QUESTIONS:
            raise ValueError(f"{ask!r} is no question")
        method = getattr(self._desk, ask)
        if ask == "lines":  # who looks on waits for no page
            return await method(**arguments)
        async with self._turns:
            return await method(**arguments)


def _say(answer: bytes) -> None:
    """Whole, however slowly it is taken."""
    with contextlib.suppress(BrokenPipeError):  # the parent is gone; our input's end tells
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


async def serve(folder: Path) -> None:
    """Answer questions until standard input ends."""
    loop = asyncio.get_running_loop()
    questions = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(questions), sys.stdin)
    with closing(History.of(folder)) as history:
        await Librarian(Desk(history)).work(questions)


def main() -> int:
    """Work until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the parent's to heed: it closes our input
        signal.signal(number, signal.SIG_IGN)
    os.nice(MEEKNESS)
    asyncio.run(serve(Path(sys.argv[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
