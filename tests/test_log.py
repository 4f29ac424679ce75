"""One line per event, for people or for machines, safe to look at and cheap."""

from __future__ import annotations

import io
import json
import logging
import re
import threading
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
import structlog

from softswitch import log as log_module
from softswitch.log import CallTracing, HumanRenderer, LogThread, configure
from softswitch.types import CallId


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Logging as it was before, whatever a test configures."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


class Log:
    """A configured log and what it wrote."""

    def __init__(self, format: log_module.Format, level: str = "info") -> None:
        self.stream = io.StringIO()
        self.thread = configure(format, level=level, stream=self.stream)
        self.log = structlog.get_logger("test")

    def lines(self) -> list[str]:
        self.thread.close()
        return self.stream.getvalue().splitlines()


def test_a_json_line_is_one_object_with_time_level_event_and_fields() -> None:
    log = Log("json")
    log.log.info("MenuEntered", call="c1", menu="wel\ncome")
    (line,) = map(json.loads, log.lines())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {"level": "info", "event": "MenuEntered", "call": "c1", "menu": "wel\ncome"}


def test_a_human_line_shows_time_call_event_and_fields() -> None:
    log = Log("human")
    log.log.info("Connected", call="c1", agent="ann", waited=1.25, why={"position": 1}, note="two words")
    (line,) = log.lines()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d c1 +Connected +"
        r'agent=ann waited=1\.25 why={"position":1} note="two words"',
        line,
    )


def test_a_warning_says_so() -> None:
    log = Log("human")
    log.log.warning("RecordFailing")
    assert "WARNING RecordFailing" in log.lines()[0]


def test_a_caller_cannot_forge_lines_or_take_control_of_the_terminal() -> None:
    log = Log("human")
    log.log.info("CallArrived", name="Eve\n22:00:00 SwitchStopped \033[2J", number="\udcff")
    log.log.info("bad\nevent\033[0m")
    lines = log.lines()
    assert len(lines) == 2
    assert "\033" not in "".join(lines)
    assert r"Eve\n22:00:00" in lines[0]


def test_a_caller_cannot_take_control_by_what_json_lets_through() -> None:
    log = Log("human")
    try:
        raise ValueError("\x1b[2Jgone")
    except ValueError:
        log.log.exception("a call failed", name="\x9b31mred", why={"by": "\u202eback"})
    assert all(line.isprintable() for line in log.lines())


def test_colours_are_for_terminals() -> None:
    fields = {"event": "CallArrived", "call": "c1"}
    assert "\033[1mCallArrived" in HumanRenderer(terminal=True)(None, "info", dict(fields))
    assert "\033" not in HumanRenderer(terminal=False)(None, "info", dict(fields))


def test_the_date_is_for_whoever_reads_a_line_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        written = HumanRenderer(terminal=False)(None, "info", {"event": "CallArrived"}).split()[0]
        assert written.endswith("+05:30")
        assert abs(datetime.fromisoformat(written).timestamp() - time.time()) < 5
    finally:
        monkeypatch.undo()
        time.tzset()
    shown = HumanRenderer(terminal=True)(None, "info", {"event": "CallArrived"})
    assert re.match(r"\033\[2m\d\d:\d\d:\d\d\.\d{3}\033", shown)


def test_lines_below_the_level_are_not_made() -> None:
    log = Log("json", level="warning")
    log.log.info("quiet")
    log.log.warning("loud")
    assert [json.loads(line)["event"] for line in log.lines()] == ["loud"]


@pytest.mark.parametrize("format", ["human", "json"])
def test_an_exception_comes_with_its_traceback(format: log_module.Format) -> None:
    log = Log(format)
    try:
        raise ValueError("broken")
    except ValueError:
        log.log.exception("CallFailed")
    text = "\n".join(log.lines())
    assert "Traceback" in text
    assert "ValueError: broken" in text


def test_the_call_is_bound_to_every_line_inside() -> None:
    log = Log("json")
    with CallTracing().bound(CallId("c7")):
        log.log.info("inside")
    log.log.info("outside")
    inside, outside = map(json.loads, log.lines())
    assert inside["call"] == "c7"
    assert "call" not in outside


def test_lines_of_libraries_come_the_same_way() -> None:
    log = Log("json")
    logging.getLogger("asyncio").error("Task was destroyed: %s", "x")
    (line,) = map(json.loads, log.lines())
    assert (line["event"], line["logger"], line["level"]) == ("Task was destroyed: x", "asyncio", "error")


class StuckStream(io.StringIO):
    """A terminal that nobody reads until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.stuck = threading.Event()
        self.released = threading.Event()

    def write(self, text: str) -> int:
        self.stuck.set()
        self.released.wait(10)
        return super().write(text)


def test_a_reader_that_is_stuck_costs_lines_and_not_time() -> None:
    stream = StuckStream()
    thread = LogThread(stream, kept=3)
    thread.put("first")
    assert stream.stuck.wait(10)
    for number in range(10):
        thread.put(str(number))
    stream.released.set()
    thread.close()
    assert stream.getvalue().splitlines() == [
        "first", "0", "1", "2", "... 7 lines are missing here: the reader of this log is too slow"
    ]  # fmt: skip


def test_a_reader_that_went_away_does_no_harm() -> None:
    stream = io.StringIO()
    stream.close()
    thread = LogThread(stream)
    thread.put("line")
    thread.close()
    thread.put("another")
    assert stream.closed


def test_a_line_after_the_end_is_written_at_once() -> None:
    stream = io.StringIO()
    thread = LogThread(stream)
    thread.close()
    thread.put("last words")
    thread.close()
    assert stream.getvalue() == "last words\n"
