"""The log: one line per event, for people or for machines, that never makes a call wait.

    22:50:21.250 c1           MenuEntered        menu=welcome                   (human, on a terminal)
    2025-11-21T22:50:21.250+01:00 c1           MenuEntered        menu=welcome  (human, in a file or a pipe)
    {"time":"2025-11-21T22:50:21.250Z","level":"info","event":"MenuEntered","call":"c1",...}   (json)

Lines are made on the caller's thread and written by one thread of their own, so that a slow terminal or a
full pipe costs lines (which are counted), not calls. The globals here are structlog's configuration, and
whether numbers are masked: then they are in every line, whoever wrote it.
"""

from __future__ import annotations

import atexit
import json
import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Literal, TextIO

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars

from softswitch.jsontext import dumps
from softswitch.masking import masked_fields, masked_text
from softswitch.types import CallId, Seconds

Format = Literal["human", "json"]

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}

BATCH: Seconds = 0.03
"""How long lines gather before they are written together."""

KEPT = 20_000
"""Lines that wait for a slow reader; above it the newest are dropped and counted."""

Renderer = Callable[[Any, str, MutableMapping[str, Any]], str]


def configure(format: Format = "human", *, level: str = "info", stream: TextIO | None = None) -> LogThread:
    """Send the whole process's log to `stream` (standard output). Call once, before the first line.

    `level`: debug, info, warning or error; what is below it costs next to nothing.
    """
    stream = stream or sys.stdout
    thread = LogThread(stream)
    renderer: Renderer = render_json if format == "json" else HumanRenderer(terminal=stream.isatty())
    structlog.configure(
        processors=[merge_contextvars, _mask, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=lambda *_: _Lines(thread),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_FromLogging()], force=True)
    logging.captureWarnings(True)
    atexit.register(thread.close)
    return thread


class _Mask:
    """A processor: hides numbers, while that is wanted."""

    def __init__(self) -> None:
        self.on = False

    def __call__(self, _: Any, level: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """See `structlog.typing.Processor`."""
        if not self.on:
            return fields
        exc_info = fields.pop("exc_info", None)
        hidden = masked_fields(fields)
        if exc_info:
            hidden["exc_info"] = masked_text(_traceback(exc_info))
        return hidden


_mask = _Mask()


def mask_numbers(on: bool) -> None:
    """Show the last three digits of numbers alone, in every line from now on, or show them in full again."""
    _mask.on = on


class CallTracing:
    """`ports.Tracing`: binds the call id to every line that is logged inside."""

    def bound(self, call: CallId) -> AbstractContextManager[None]:
        """See `ports.Tracing`."""
        return _bound(call)


@contextmanager
def _bound(call: CallId) -> Iterator[None]:
    with bound_contextvars(call=call):
        yield


class LogThread:
    """Writes lines in batches, in order; one thread, begun at the first line."""

    def __init__(self, stream: TextIO, *, kept: int = KEPT) -> None:
        self._stream = stream
        self._kept = kept
        self._waiting: deque[str] = deque()
        self._dropped = 0
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def put(self, line: str) -> None:
        """Take a line without its end. Never blocks; after `close` it is written at once."""
        if len(self._waiting) >= self._kept:
            self._dropped += 1
            return
        self._waiting.append(line)
        if self._closing:
            self._write()
        elif not self._wake.is_set():
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
                self._thread.start()
            self._wake.set()

    def close(self, patience: Seconds = 2.0) -> None:
        """Write what is waiting, unless that takes too long, and stop."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(patience)

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait()
            if not self._closing:
                time.sleep(BATCH)
            self._wake.clear()
            self._write()
        self._write()

    def _write(self) -> None:
        lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if self._dropped:
            lines.append(f"... {self._dropped} lines are missing here: the reader of this log is too slow")
            self._dropped = 0
        if not lines:
            return
        try:
            self._stream.write("\n".join(lines) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            return  # the reader is gone; calls go on


class _Lines:
    """What structlog writes to: every level is one line."""

    def __init__(self, thread: LogThread) -> None:
        self.debug = self.info = self.warning = self.error = self.critical = thread.put
        self.msg = self.err = self.exception = self.fatal = thread.put


class _FromLogging(logging.Handler):
    """Lines of libraries that use the standard library's logging, asyncio's above all."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on as a structlog event."""
        log = structlog.get_logger()
        write = log.error if record.levelno >= logging.ERROR else log.warning
        write(record.getMessage(), logger=record.name, exc_info=record.exc_info or None)


# Renderers: each costs a few microseconds a line, which is why they are not structlog's own. --------

_dumps_ascii = json.JSONEncoder(separators=(",", ":"), default=str).encode


class _Second:
    """Wall-clock text, formatted once a second."""

    def __init__(
        self, pattern: str, convert: Callable[[float], time.struct_time], offset: str | None = None
    ) -> None:
        """`offset`: what stands behind it all; None: what the clock's offset from UTC is, as +01:00."""
        self._pattern = pattern
        self._convert = convert
        self._offset = offset
        self._second = -1
        self._text = self._end = ""

    def text(self, at: float) -> str:
        second = int(at)
        if second != self._second:
            moment = self._convert(second)
            self._text = time.strftime(self._pattern, moment)
            offset = time.strftime("%z", moment)
            self._end = f"{offset[:3]}:{offset[3:]}" if self._offset is None else self._offset
            self._second = second
        return f"{self._text}.{int(at % 1 * 1000):03d}{self._end}"


_utc = _Second("%Y-%m-%dT%H:%M:%S", time.gmtime, "Z")


def render_json(_: Any, level: str, fields: MutableMapping[str, Any]) -> str:
    """One JSON object; `time` is UTC."""
    event = fields.pop("event")
    if exc_info := fields.pop("exc_info", None):
        fields["exception"] = _traceback(exc_info)
    head = {"time": _utc.text(time.time()), "level": level, "event": event}
    return dumps(head | dict(fields)).decode()


class HumanRenderer:
    """One aligned line in local time: on a terminal in colour and without the date, else with the date and
    the offset from UTC, for whoever reads it later.
    """

    def __init__(self, *, terminal: bool) -> None:
        self._time = (
            _Second("%H:%M:%S", time.localtime, "")
            if terminal
            else _Second("%Y-%m-%dT%H:%M:%S", time.localtime)
        )
        self._dim, self._bold, self._end = ("\033[2m", "\033[1m", "\033[0m") if terminal else ("", "", "")
        self._levels = {
            "warning": ("\033[33m" if terminal else "", "WARNING "),
            "error": ("\033[31m" if terminal else "", "ERROR "),
            "critical": ("\033[31m" if terminal else "", "ERROR "),
        }

    def __call__(self, _: Any, level: str, fields: MutableMapping[str, Any]) -> str:
        """See `structlog.typing.Processor`."""
        event = fields.pop("event")
        exc_info = fields.pop("exc_info", None)
        lines = _traceback(exc_info).split("\n") if exc_info else []
        trace = "".join(f"\n{_shown_text(each)}" for each in lines)
        call = fields.pop("call", "")
        colour, word = self._levels.get(level, (self._bold, ""))
        shown = " ".join(
            [f"{self._dim}{key}={self._end}{_shown(value)}" for key, value in fields.items() if value != ""]
        )
        at = self._time.text(time.time())
        label = f"{word}{_shown_text(str(event))}"
        line = f"{self._dim}{at}{self._end} {call!s:12} {colour}{label:18}{self._end} {shown}{trace}"
        return line.rstrip().encode("utf-8", "backslashreplace").decode()


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value if value.isprintable() and " " not in value else _quoted(value)
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if value is None or isinstance(value, int):
        return str(value)
    return _quoted(value)


def _shown_text(text: str) -> str:
    """A sentence as it is, unless it would take control of the terminal."""
    return text if text.isprintable() else _quoted(text)


def _quoted(value: object) -> str:
    """As JSON; in ASCII where JSON would let through what terminals obey (the C1 controls)."""
    text = dumps(value).decode()
    return text if text.isprintable() else _dumps_ascii(value)


def _traceback(exc_info: object) -> str:
    """The traceback that `exc_info` names (an exception, its triple, True for the current one), or is."""
    if isinstance(exc_info, str):
        return exc_info
    if isinstance(exc_info, tuple):
        exc_info = exc_info[1]
    error = exc_info if isinstance(exc_info, BaseException) else sys.exception()
    return "".join(traceback.format_exception(error)).rstrip() if error else ""
