"""What the set-up shows: one line per step, with how long it should take and how long it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

SHOWN_LOG_LINES = 25

_running: set[subprocess.Popen[bytes]] = set()
"""Programs that `run` waits for, in whichever thread; an interrupted set-up leaves none behind."""


class SetupError(Exception):
    """The set-up cannot go on; the message tells the user what happened and what to do."""


@contextmanager
def step(what: str, expected: str = "") -> Iterator[None]:
    """Announce `what`, then say how many seconds it took.

    `expected` is words such as "about 90 s on two cores"; without it the step is taken to be short.
    """
    hint = f" ({expected})" if expected else ""
    print(f"  {what}{hint} ...", end=" ", flush=True)
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - begun:.1f} s", flush=True)


def run(
    command: Sequence[str | Path],
    log: Path,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run `command` with its output appended to `log`.

    Raises SetupError with the last lines of the log when the command fails.
    """
    words = [str(word) for word in command]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as out:
        out.write(f"\n$ {' '.join(words)}\n")
        out.flush()
        try:
            program = subprocess.Popen(
                words,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        except FileNotFoundError as missing:
            raise SetupError(f"the program {missing.filename!r} is not installed") from None
        _running.add(program)
        try:
            code = program.wait()
        except BaseException:
            kill_running()
            raise
        finally:
            _running.discard(program)
    if code != 0:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_LOG_LINES:]
        shown = "\n".join(f"    | {line}" for line in tail)
        raise SetupError(f"{words[0]} failed with code {code}; the end of {log}:\n{shown}")


def kill_running() -> None:
    """End every program that `run` is waiting for."""
    for program in tuple(_running):
        program.kill()


def guarded(main: Callable[[], int | None]) -> int:
    """Call `main()`; turn SetupError and Ctrl-C into a message and an exit code."""
    try:
        return main() or 0
    except SetupError as problem:
        print(f"\nset-up stopped: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nset-up interrupted; run it again to go on where it stopped", file=sys.stderr)
        return 130
