"""Time for tests: a loop that jumps over waiting, and a watch on callbacks that block the loop.

`VirtualTimeLoop` runs everything asyncio offers, but whenever nothing is ready it moves its own clock to the
next timer instead of waiting, so two hours of ringing, music and wrap-up pass in milliseconds and always in
the same order. `watch_for_blocking` times every callback on any loop, in real time: Python that holds the
loop holds the SIP stack too (law 2).
"""

from __future__ import annotations

import asyncio
import gc
import resource
import selectors
import time
from asyncio import events
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")

PATIENCE = 5.0
"""Real seconds that a loop with no timer left waits for the outside world before it calls a test stuck."""

BLOCKING = 0.15
"""Seconds of work on a core from which on a callback counts as blocking the loop."""

STANDING = 0.4
"""Real seconds from which on one does that waits for something: a disk, a lock, another thread. It is more,
as what a callback waits for may itself have waited for a core."""


class NothingLeftToHappen(RuntimeError):
    """Every task of a virtual-time loop waits, and no timer or thread is left that could wake one."""


class _AdvancingSelector(selectors.BaseSelector):
    """Polls real descriptors, and tells the loop's clock to advance instead of waiting."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.now = 0.0
        self.threads = 0
        """Calls running in executors: while there are any, real time passes and virtual time stands."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.threads and timeout != 0:
            return self._real.select(PATIENCE)
        ready = self._real.select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            ready = self._real.select(PATIENCE)
            if not ready:
                raise NothingLeftToHappen(
                    f"at {self.now:.3f} s every task waits and no timer is set: something that should have "
                    "been signalled never was (sockets and processes want the real loop, not virtual time)"
                )
            return ready
        self.now += timeout
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def close(self) -> None:
        self._real.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock starts at 0 and jumps to the next timer as soon as nothing else is ready."""

    def __init__(self) -> None:
        self._advancing = _AdvancingSelector()
        super().__init__(self._advancing)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._advancing.now

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Result], *args: Any
    ) -> asyncio.Future[Result]:
        """As the real one; the clock stands still until the thread is done."""
        future: asyncio.Future[Result] = super().run_in_executor(executor, func, *args)
        self._advancing.threads += 1
        future.add_done_callback(self._thread_done)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """As the real one, without its timeout: the clock stands still until the threads have ended."""
        self._advancing.threads += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self._advancing.threads -= 1

    def _thread_done(self, _future: object) -> None:
        self._advancing.threads -= 1


@dataclass(frozen=True, slots=True)
class Blocked:
    """One callback that held the loop for too long."""

    callback: str
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.callback} held the event loop for {self.seconds * 1000:.0f} ms: "
            "SIP stands still meanwhile; await it, or move the work to a "
            "thread (asyncio.to_thread)"
        )


def _name(handle: asyncio.Handle) -> str:
    """The task that a handle steps, which C hides behind a nameless wrapper; else the handle itself."""
    callback = getattr(handle, "_callback", None)
    tasks = [thing for thing in gc.get_referents(callback) if isinstance(thing, asyncio.Task)]
    return repr(tasks[0] if tasks else handle)


def _slept() -> int:
    """How often this thread has gone to wait for something by itself."""
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw


def _queued() -> float:
    """Seconds that this thread, ready to run, has waited for a core; 0 where the kernel does not say."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


class _Collecting:
    """CPU seconds that the garbage collector has taken so far, in any thread: told by `gc.callbacks`."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._begun = 0.0

    def __call__(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            self._begun = time.thread_time()
        else:
            self.seconds += time.thread_time() - self._begun


@contextmanager
def watch_for_blocking(limit: float = BLOCKING, standing: float = STANDING) -> Iterator[list[Blocked]]:
    """Time every callback of every loop inside the block. In the list is what computed for longer than
    `limit`, or took longer than `standing` by the clock on the wall and waited for something in it.

    Time for which others had the core does not count, be they processes here or other machines on the same
    hardware: a busy machine is no fault of the code. The kernel counts the former; in the latter a
    callback that never goes to wait has spent all time of its own on its core. Nor does time count that the
    collector took: it looks through what all tests of a process have left, not through what a switch holds.
    asyncio has no public hook around a callback short of debug mode (which slows everything), so
    `asyncio.Handle._run` is wrapped while the watch lasts.
    """
    found: list[Blocked] = []
    original = events.Handle._run
    last_look = [time.perf_counter(), _queued(), _slept()]
    collecting = _Collecting()

    def timed(handle: asyncio.Handle) -> None:
        begun, worked = time.perf_counter(), time.thread_time() - collecting.seconds
        if begun - last_look[0] > limit / 4:  # a look costs a file read: seldom enough not to be felt
            last_look[:] = begun, _queued(), _slept()
        original(handle)
        taken = time.perf_counter() - begun
        if taken <= limit:
            return
        worked = time.thread_time() - collecting.seconds - worked
        if worked > limit:
            found.append(Blocked(_name(handle), worked))
        elif taken > standing and _slept() > last_look[2]:
            taken -= _queued() - last_look[1]
            if taken > standing:
                found.append(Blocked(_name(handle), taken))

    events.Handle._run = timed  # type: ignore[assignment,method-assign]
    gc.callbacks.append(collecting)
    try:
        yield found
    finally:
        gc.callbacks.remove(collecting)
        events.Handle._run = original  # type: ignore[method-assign]
