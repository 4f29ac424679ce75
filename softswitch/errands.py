"""Python's work that must not be done in the process that waits for it: in one of its own, within a time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping

from softswitch.errors import ErrandFailed
from softswitch.types import Seconds

NICE = 10
"""Calls go before it."""

BIT = 1 << 16
"""Bytes that are read ahead of whoever takes them; the process waits meanwhile."""


async def run(*arguments: str, limit: Seconds, environment: Mapping[str, str] | None = None) -> bytes:
    """`python -m ARGUMENTS`: what it wrote. Cancelled, or late, it is killed. Raises ErrandFailed."""
    async with begun(*arguments, environment=environment) as errand:
        try:
            async with asyncio.timeout(limit):
                return b"".join([bit async for bit in errand.bits()])
        except TimeoutError:
            raise ErrandFailed(f"it took longer than {limit:g} s and was ended", None) from None


class Errand:
    """A process at work. What it writes waits in its pipe until it is read."""

    def __init__(self, process: asyncio.subprocess.Process, said: asyncio.Task[bytes]) -> None:
        """`said`: what it writes to its standard error, once it is over."""
        self._process = process
        self._said = said

    async def bits(self) -> AsyncIterator[bytes]:
        """What it writes, as it comes. Raises ErrandFailed: it did not end well, whatever it wrote."""
        assert self._process.stdout is not None
        while bit := await self._process.stdout.read(BIT):
            yield bit
        await self._end()

    async def lines(self) -> AsyncIterator[bytes]:
        """The same, line by line."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            yield line
        await self._end()

    async def _end(self) -> None:
        if status := await self._process.wait():
            raise ErrandFailed(_last_line(await self._said), status)


@contextlib.asynccontextmanager
async def begun(*arguments: str, environment: Mapping[str, str] | None = None) -> AsyncIterator[Errand]:
    """`python -m ARGUMENTS`, read bit by bit; when this context ends before it, it is killed. What lies in
    the working folder is no module of it. Raises ErrandFailed: the machine has no process to spare.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
            limit=BIT,
        )
    except OSError as error:
        raise ErrandFailed(f"no process could be started: {error.strerror}", None) from error
    assert process.stderr is not None
    said = asyncio.create_task(process.stderr.read())
    try:
        with contextlib.suppress(OSError):  # it has ended already
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        yield Errand(process, said)
    finally:
        said.cancel()
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())


def _last_line(said: bytes) -> str:
    """What a command of ours says of itself, or the last of a traceback."""
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("softswitch: ") if lines else "it said nothing"
