"""Python's work that must not be done in the process that waits for it: in one of its own, within a time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping

from softswitch.errors import ErrandFailed
from softswitch.types import Seconds

NICE = 10
"""Calls go before it."""


async def run(*arguments: str, limit: Seconds, environment: Mapping[str, str] | None = None) -> bytes:
    """`python -m ARGUMENTS`: what it wrote. Cancelled, or late, it is killed. Raises ErrandFailed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
    )
    try:
        with contextlib.suppress(OSError):  # it has ended already
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        async with asyncio.timeout(limit):
            written, said = await process.communicate()
    except TimeoutError:
        raise ErrandFailed(f"it took longer than {limit:g} s and was ended", None) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())
    if process.returncode:
        raise ErrandFailed(_last_line(said), process.returncode)
    return written


def _last_line(said: bytes) -> str:
    """What a command of ours says of itself, or the last of a traceback."""
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("softswitch: ") if lines else "it said nothing"
