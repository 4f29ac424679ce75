"""Where PJSIP calls Python: on the loop's thread, and nothing that goes wrong there may reach the library."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog

log = structlog.get_logger(__name__)

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Threads:
    """PJSIP is one per process, and so is what is known here of its threads."""

    loop: int | None = None
    """The thread that owns the switch (law 2)."""

    foreign: int = 0
    """Callbacks that came on any other thread; a test fails unless it stays 0."""


def from_pjsip(callback: Callable[Arguments, Result]) -> Callable[Arguments, Result | None]:
    """A callback that may be handed to PJSIP: an exception is logged, for C++ could only abort; None then."""

    @wraps(callback)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result | None:
        if threading.get_ident() != Threads.loop:
            Threads.foreign += 1
        try:
            return callback(*args, **kwargs)
        except Exception:
            log.exception("sip.callback_failed", callback=callback.__qualname__)
            return None

    return guarded
