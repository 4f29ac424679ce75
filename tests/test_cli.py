"""The command line, as its users see it: what is printed, where errors go, and the exit status."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from softswitch import __version__
from softswitch.cli import main
from softswitch.commands import behind, finding, supervising
from softswitch.commands.table import duration, foreign
from softswitch.control.server import Server
from softswitch.control.wire import SOCKET
from softswitch.errors import ConfigError, ControlError, Problem
from softswitch.ports import JsonValue, Recorded
from softswitch.store.database import migrate
from softswitch.store.reading import open_of
from softswitch.store.record import Record
from softswitch.store.spool import read_events
from softswitch.types import CallId
from tests.store.sample import ALICE, BOB, Kept, story

DEMO = Path(__file__).parents[1] / "config" / "demo.yaml"


class Ran:
    """What a command did."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def row(self, word: str) -> str:
        """The line of the output with this word in it."""
        return next(line for line in self.out.splitlines() if word in line)


@pytest.fixture
def softswitch(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.delenv("SOFTSWITCH_DATA", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("TERM", "dumb")

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["softswitch", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A data folder with the sample's calls."""
    store = Kept(tmp_path)
    for event in story():
        store.append(event)
    store.close()
    return tmp_path


# Help, and how long it takes. ----------------------------------------------------------------------


def test_help_lists_every_command(softswitch: Any) -> None:
    ran = softswitch("--help")
    assert ran.code == 0
    for command in ("run", "demo", "check", "schema", "try", "status", "queues", "agents", "reload", "stop"):
        assert f" {command} " in ran.out
    for command in ("calls", "why", "bans", "unban", "version"):
        assert f" {command} " in ran.out


def test_version_is_printed(softswitch: Any) -> None:
    assert softswitch("version").out == f"softswitch {__version__}\n"


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = "import softswitch.cli, sys; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"asyncio", "pydantic", "numpy", "yaml", "matplotlib", "structlog", "pjsua2"}
    assert not heavy & set(ran.stdout.split())


def test_python_m_softswitch_is_the_same_command() -> None:
    command = [sys.executable, "-m", "softswitch", "version"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout == f"softswitch {__version__}\n"


def test_a_mistyped_command_is_an_error_without_traceback(softswitch: Any) -> None:
    ran = softswitch("statsu")
    assert ran.code == 2
    assert "No such command" in ran.err
    assert "Traceback" not in ran.err


# Configurations. -----------------------------------------------------------------------------------


def test_check_of_a_good_file_prints_a_summary(softswitch: Any) -> None:
    ran = softswitch("check", DEMO)
    assert ran.code == 0
    assert "support" in ran.out


def test_check_for_machines_is_a_line_for_each_file_with_the_map(softswitch: Any, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text('numbers: {"600": {queue: nowhere}}\n')
    ran = softswitch("check", "--json", DEMO, file)
    assert ran.code == 2
    good, broken = map(json.loads, ran.out.splitlines())
    assert (good["problems"], good["file"]) == ([], str(DEMO))
    assert {box["kind"] for box in good["map"]["boxes"]} >= {"numbers", "menus", "queues"}
    (problem,) = broken["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == (str(file), 1, 26)
    assert "no queue is called 'nowhere'" in problem["message"]
    assert broken["map"]["boxes"][0]["ways"][0]["end"] == "missing"


def test_check_of_a_broken_file_names_every_place_and_exits_with_2(softswitch: Any, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text('numbers:\n  "600": {queue: sale}\nqueues:\n  sales: {strateggy: hunt}\n')
    ran = softswitch("check", file)
    assert ran.code == 2
    assert f"{file}:2:" in ran.out
    assert f"{file}:4:" in ran.out
    assert "sales" in ran.out


def test_schema_is_json(softswitch: Any) -> None:
    assert json.loads(softswitch("schema").out)["properties"]["queues"]


def test_try_walks_a_call(softswitch: Any) -> None:
    ran = softswitch("try", DEMO, "--dial", "600", "--keys", "1", "--at", "2025-11-24 12:00")
    assert ran.code == 0
    assert "welcome" in ran.out
    assert "queue sales" in ran.out


def test_try_with_keys_that_are_none_says_what_to_write(softswitch: Any) -> None:
    ran = softswitch("try", DEMO, "--dial", "600", "--keys", "one")
    assert ran.code == 1
    assert ran.err.startswith('softswitch: --keys: "one" is no key')


def test_run_of_a_broken_file_prints_its_problems_and_exits_with_2(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("nonsense: 1\n")
    command = [sys.executable, "-m", "softswitch", "run", str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert f"{file}:1:1: " in ran.stderr
    assert "1 problem. `softswitch check` shows the lines." in ran.stderr
    assert "Traceback" not in ran.stderr


def test_run_refuses_a_log_format_that_does_not_exist(softswitch: Any) -> None:
    ran = softswitch("run", DEMO, "--log", "xml")
    assert ran.code == 2
    assert "is none of human, json" in ran.err


# The record. ---------------------------------------------------------------------------------------


def test_reports_are_json_as_everything_is_and_what_makes_no_sense_teaches(
    softswitch: Any, record: Path
) -> None:
    ran = softswitch("report", "--data", record, "--from", "2023-11-14", "--json")
    assert json.loads(ran.out)["total"]["offered"] == 2
    for wrong, hint in (
        (("--by", "agents"), "did you mean 'agent'?"),
        (("--part", "heat"), "goes with --format csv"),
        (("--part", "heet", "--format", "csv"), "did you mean 'heat'?"),
    ):
        ran = softswitch("report", "--data", record, *wrong)
        assert ran.code == 2
        assert hint in " ".join(ran.err.replace("│", " ").split())
    assert "CallArrived" in softswitch("events", "--data", record, "--kind", "xyz").err


def test_calls_are_a_table_with_the_last_one_below(softswitch: Any, record: Path) -> None:
    ran = softswitch("calls", "--data", record)
    alice = ran.row("Alice")
    for cell in (
        "600",
        "welcome [91]",
        "sales",
        "7.0 s",
        "(ann) ben",
        "10 s",
        "answered",
        "agent",
        "0.6%",
        ALICE,
    ):
        assert cell in alice
    assert "abandoned" in ran.row("+48600100201")
    assert ran.out.index("+48600100201") < ran.out.index("Alice")


@pytest.mark.parametrize(("columns", "width"), [("80", 80), ("0", 160), ("", 160), ("wide", 160)])
def test_a_pipe_is_as_wide_as_the_environment_says(
    softswitch: Any, record: Path, monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    ran = softswitch("calls", "--data", record)
    assert width // 2 < max(map(len, ran.out.splitlines())) <= width
    assert "0.6%" in ran.out
    assert ("0.6%" in ran.row("Alice")) is (width == 160)


def test_calls_as_json_are_one_record_a_line(softswitch: Any, record: Path) -> None:
    lines = softswitch("calls", "--data", record, "--json", "--last", "1").out.splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == ["answered"]


def test_calls_where_no_switch_has_run_say_so(softswitch: Any, tmp_path: Path) -> None:
    ran = softswitch("calls", "--data", tmp_path)
    assert ran.code == 1
    assert "no record of calls" in ran.err
    assert "--data DIR" in ran.err


@pytest.mark.parametrize("wanted", [ALICE, "ali", "+48600100200"])
def test_why_tells_each_offer_by_id_or_number(softswitch: Any, record: Path, wanted: str) -> None:
    ran = softswitch("why", wanted, "--data", record)
    assert ran.code == 0
    assert "1. ann was rung at" in ran.out
    assert "no-answer after 5.0 s" in ran.out
    assert "2. ben was rung at" in ran.out


def test_why_says_why_no_phone_rings_now_for_machines_too(
    softswitch: Any, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reasons = {"position": 1, "skipped": [{"agent": "ann", "reason": "paused", "left": None, "until": None}]}
    now = {"call": ALICE, "at": 99.0, "queue": "support", "why": reasons}
    answer = "softswitch.commands.record.ask"
    monkeypatch.setattr(answer, lambda *_, **__: now)
    *before, last = json.loads(softswitch("why", ALICE, "--json", "--data", record).out)
    assert last == {"kind": "now", **now}
    monkeypatch.setattr(answer, lambda *_, **__: {**now, "queue": None, "why": None})
    assert json.loads(softswitch("why", ALICE, "--json", "--data", record).out) == before


SPEAKING: dict[str, JsonValue] = {"agent": "bob", "reason": "outside-call", "left": None}


def test_why_tells_who_was_considered_and_who_was_skipped(softswitch: Any, tmp_path: Path) -> None:
    why = {
        "strategy": "longest-idle",
        "position": 2,
        "score": 50.0,
        "considered": ["ben", "cat"],
        "skipped": [{"agent": "ann", "reason": "wrap-up", "left": 12.0}, SPEAKING],
        "uncounted": 7,
    }
    store = Kept(tmp_path)
    for event in story()[:11]:
        data = {**event.data, "why": why} if event.kind == "OfferMade" else event.data
        store.append(type(event)(event.seq, event.at, event.kind, event.call, data))
    store.close()
    ran = softswitch("why", ALICE, "--data", tmp_path)
    assert "place 2, 50 points" in ran.out
    assert "longest-idle chose among ben, cat" in ran.out
    assert "ann: wrap-up, for another 12 s" in ran.out
    assert ran.row("bob: in a call").strip().endswith("in a call")
    assert "7 more" in ran.out
    assert "is still ringing" in ran.row("result")


def test_a_phone_that_rang_when_the_switch_was_killed_rings_no_more(softswitch, tmp_path):
    store = Kept(tmp_path)
    events = story()[:11]
    for event in events:
        store.append(event)
    last = events[-1]
    data = {"ended_by": "switch", "status": 0, "reason": "", "last_seen": last.at}
    store.append(type(last)(last.seq + 1, last.at + 60, "CallEnded", last.call, data))
    store.close()
    ran = softswitch("why", ALICE, "--data", tmp_path)
    assert "ended with the switch, which was killed" in ran.row("result")


A, B = "udp:a.example:5060", "udp:b.example:5060"
OUTSIDE: list[tuple[str, dict[str, JsonValue]]] = [
    ("CallArrived", {"number": "201", "dialled": "600300400"}),
    (
        "DialEnded",
        {"number": "+48600300400", "trunk": "full", "server": None, "status": 503, "reason": "busy"},
    ),
    ("DialledOut", {"number": "+48600300400", "trunk": "carrier", "address": A, "server": 0}),
    (
        "DialEnded",
        {
            "number": "+48600300400",
            "trunk": "carrier",
            "address": A,
            "server": 0,
            "status": 503,
            "reason": "Sorry",
        },
    ),
    ("DialledOut", {"number": "+48600300400", "trunk": "carrier", "address": B, "server": 1}),
    (
        "DialEnded",
        {
            "number": "+48600300400",
            "trunk": "carrier",
            "address": B,
            "server": 1,
            "status": 200,
            "reason": "",
        },
    ),
    ("Connected", {"number": "+48600300400"}),
    ("ConversationEnded", {"ended_by": "agent", "talked": 65.0}),
    ("CallEnded", {"ended_by": "agent", "status": 200}),
]


def test_a_call_to_a_number_outside_shows_it_and_each_attempt(softswitch: Any, tmp_path: Path) -> None:
    store = Kept(tmp_path)
    for seq, (kind, data) in enumerate(OUTSIDE, start=1):
        store.append(Recorded(seq, 1_700_000_000.0 + seq, kind, CallId("out"), data))
    store.close()
    row = softswitch("calls", "--data", tmp_path).row("+48600300400").split()
    assert {"201", "600300400", "+48600300400", "1:05", "answered"} <= set(row)
    assert json.loads(softswitch("calls", "--data", tmp_path, "--json").out)["outside"] == "+48600300400"
    lines = softswitch("why", "out", "--data", tmp_path).out.splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines] == [
        "+48600300400 could not be called by trunk full",
        "503 busy",
        "+48600300400 was called by trunk carrier, server udp:a.example:5060",
        "503 Sorry",
        "+48600300400 was called by trunk carrier, server udp:b.example:5060",
        "answered",
    ]


HANDED_ON: list[tuple[str, dict[str, JsonValue]]] = [
    ("CallArrived", {"number": "100", "dialled": "600"}),
    ("Connected", {"agent": "ann", "queue": "sales"}),
    ("TransferAsked", {"by": "ann", "number": "202", "attended": False, "destination": "agent ben"}),
    ("OfferMade", {"offer": "leg-3", "agent": "ben", "queue": None}),
    ("OfferEnded", {"offer": "leg-3", "agent": "ben", "result": "busy", "status": 486}),
    ("TransferFailed", {"number": "202", "status": 486}),
    ("TransferAsked", {"by": "ann", "number": "203", "attended": True, "destination": "agent cat"}),
    ("Transferred", {"by": "ann", "number": "203", "attended": True, "into": None}),
    ("ConversationEnded", {"agent": "ann", "ended_by": "transfer", "talked": 3.0}),
    ("Connected", {"agent": "cat"}),
    ("ConversationEnded", {"agent": "cat", "ended_by": "agent", "talked": 62.0}),
    ("CallEnded", {"ended_by": "agent", "status": 200}),
]


def test_a_call_that_was_handed_on_shows_to_whom(softswitch: Any, tmp_path: Path) -> None:
    store = Kept(tmp_path)
    for seq, (kind, data) in enumerate(HANDED_ON, start=1):
        store.append(Recorded(seq, 1_700_000_000.0 + seq, kind, CallId("moved"), data))
    store.close()
    row = softswitch("calls", "--data", tmp_path).row("ann > cat")
    assert "1:05" in row, "the time of both"
    told = softswitch("why", "moved", "--data", tmp_path).out
    assert "1. ben was rung at" in told
    assert "directly" in told
    assert "ann transferred the other side to 202 (agent ben), at once" in told
    assert "failed with 486" in told
    assert "ann transferred the other side to 203 (agent cat), after a consultation" in told
    assert told.rstrip().endswith("done")


@pytest.mark.parametrize("talked", [True, False])
def test_why_of_a_consultation_says_what_it_became(softswitch: Any, tmp_path: Path, talked: bool) -> None:
    told: list[tuple[str, dict[str, JsonValue]]] = [
        ("CallArrived", {"number": "201", "dialled": "202"}),
        *([("Connected", {"agent": "ben"})] if talked else []),
        ("Transferred", {"by": "ann", "number": "202", "attended": True, "into": "d75e0b3f9902"}),
        ("ConversationEnded", {"agent": "ben", "ended_by": "transfer", "talked": 3.0}),
    ]
    store = Kept(tmp_path)
    for seq, (kind, data) in enumerate(told, start=1):
        store.append(Recorded(seq, 1_700_000_000.0 + seq, kind, CallId("asked"), data))
    store.close()
    lines = softswitch("why", "asked", "--data", tmp_path).out.splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines[:2]] == [
        "ann put the other side through to that of another call"
        if talked
        else "ann transferred the other side of another call to 202 instead",
        "done, in call d75e0b3f9902",
    ]


@pytest.mark.parametrize(
    ("result", "reason", "shown"),
    [
        ("no-answer", "no-key", "answered, key not pressed within 8.0 s (a mailbox?)"),
        ("rejected", "hung-up", "answered, hung up before pressing the key"),
        ("caller-left", "no-key", "caller-left after 1.0 s; answered outside, key not pressed within 8.0 s"),
    ],
)
@pytest.mark.parametrize("first", ["OfferEnded", "NotConfirmed"])
def test_why_tells_of_the_key_that_did_not_come(
    softswitch: Any, tmp_path: Path, result: str, reason: str, shown: str, first: str
) -> None:
    ends: list[tuple[str, dict[str, JsonValue]]] = [
        ("OfferEnded", {"offer": "o1", "agent": "mobile", "result": result, "status": 0}),
        ("NotConfirmed", {"agent": "mobile", "reason": reason, "waited": 8.0}),
    ]
    store = Kept(tmp_path)
    events: list[tuple[str, dict[str, JsonValue]]] = [
        ("CallArrived", {"number": "100", "dialled": "600"}),
        ("OfferMade", {"offer": "o1", "agent": "mobile", "queue": "sales"}),
        *(ends if first == "OfferEnded" else reversed(ends)),
        ("OfferMade", {"offer": "o2", "agent": "mobile", "queue": "sales"}),
        ("OfferEnded", {"offer": "o2", "agent": "mobile", "result": "busy", "status": 486}),
    ]
    for seq, (kind, data) in enumerate(events, start=1):
        at = 1_700_000_000.0 + (3 if kind == "OfferEnded" else 2)
        store.append(Recorded(seq, at, kind, CallId("key"), data))
    store.close()
    out = " ".join(softswitch("why", "key", "--data", tmp_path).out.split())
    assert f"result {shown} 2. mobile" in out
    assert out.endswith("result busy after 1.0 s")


def test_a_talk_that_a_crash_cut_has_an_unknown_length(softswitch: Any, tmp_path: Path) -> None:
    store = Kept(tmp_path)
    for seq, (kind, data) in enumerate(HANDED_ON[:2], start=1):
        store.append(Recorded(seq, 1_700_000_000.0 + seq, kind, CallId("cut"), data))
    store.close()
    Kept(tmp_path).close()
    row = softswitch("calls", "--data", tmp_path).row("ann")
    assert "?" in row.split()
    assert "0.0 s" not in row
    assert json.loads(softswitch("calls", "--data", tmp_path, "--json").out)["talk"] is None
    assert "talk time unknown: the switch was killed" in softswitch("why", "cut", "--data", tmp_path).out


def test_why_of_an_unknown_call_is_an_error(softswitch: Any, record: Path) -> None:
    ran = softswitch("why", "nobody", "--data", record)
    assert ran.code == 1
    assert "no call 'nobody'" in ran.err


def test_what_callers_send_cannot_take_control_of_the_terminal() -> None:
    assert foreign("\033[2JEve\nroot").plain == "\N{REPLACEMENT CHARACTER}[2JEve\N{REPLACEMENT CHARACTER}root"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (0.04, "0.0 s"), (9.96, "10.0 s"), (59.4, "59 s"), (65, "1:05"), (7200, "2:00:00")],
)
def test_durations_are_short_to_read(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


# The running switch. -------------------------------------------------------------------------------


class FakeSwitch:
    """Answers commands as a running switch would."""

    def __init__(self) -> None:
        self.stops = 0
        self.problem: str | None = None
        self.recording_problem = ""
        self.database: dict[str, Any] = {"loaded": 99, "database_problem": None}

    async def status(self) -> JsonValue:
        return {
            "version": "0.1.0",
            "file": "/etc/softswitch.yaml",
            "uptime": 3725.0,
            "draining": False,
            "calls": 3,
            "max_calls": 4000,
            "phases": {"waiting": 2, "talking": 1},
            "record": {"last": 99, "waiting": 4, "lost": 0, "problem": self.problem, **self.database},
            "recording": {"open": 2, "problem": self.recording_problem},
            "turned_away": {"max_calls": 3},
            "shielded": {"scanner": 12, "banned": 7},
            "dropped": {"keep-alive": 40, "syntax error": 3},
            "bans": 1,
            "late": False,
        }

    async def queues(self) -> JsonValue:
        caller = {
            "call": "c1",
            "number": "+48600100200",
            "position": 1,
            "priority": "vip",
            "score": 100.0,
            "joined": 1.0,
            "waited": 12.5,
            "ringing": ["ann"],
        }
        counts = {
            **{"joined": 7, "answered": 4, "answered_wait": 20.0, "longest_wait": 30.0, "abandoned": 1},
            **{"full": 1, "timed_out": 0, "sent_away": 0, "talk_time": 80.0},
        }
        return {
            "at": 13.5,
            "queues": [{"name": "sales", "waiting": 1, "callers": [caller], "free": 2, "counts": counts}],
        }

    async def agents(self) -> JsonValue:
        agent = {
            **{
                "name": "ann",
                "state": "ringing",
                "since": 10.0,
                "until": None,
                "paused": None,
                "calls": ["c1"],
            },
            **{"load": 1, "limit": 1, "queues": ["sales"], "taken": 4, "talk_time": 80.0},
        }
        helped = agent | {"name": "bob", "state": "outside-call", "calls": ["c2"]}
        return {"at": 13.5, "agents": [agent, helped]}

    async def calls(self) -> JsonValue:
        call = {"call": "c1", "from": "Eve\033[2J", "dialled": "600", "phase": "waiting", "queue": "sales"}
        return [{**call, "agent": None, "seconds": 15.0}]

    async def trunks(self) -> JsonValue:
        line = {
            "trunk": "carrier",
            "server": "udp:sip.carrier.example:5060",
            "state": "down",
            "seconds": 65.0,
        }
        problem = "REGISTER: 401 Unauthorized"
        return [
            line | {"registered": False, "latency": 0.0123, "calls": 2, "channels": 30, "problem": problem}
        ]

    async def reload(self) -> JsonValue:
        if self.problem:
            raise ConfigError([Problem("a.yaml", 3, 5, "no such queue 'sale'")])
        names = {"added": ["queues.night"], "removed": [], "changed": ["menus.welcome", "sip"]}
        return {"file": "/etc/softswitch.yaml", "after_restart": ["sip.listen"], **names}

    async def bans(self) -> JsonValue:
        return [{"address": "198.51.100.7", "why": "wrong password", "left": 125.0}]

    async def unban(self, address: str) -> JsonValue:
        return {"address": address, "banned": address == "198.51.100.7"}

    async def stop(self) -> JsonValue:
        self.stops += 1
        return {"draining": 3, "limit": 60.0}


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[FakeSwitch]:
    """A switch that answers in `tmp_path`, on a loop in a thread of its own."""
    fake = FakeSwitch()
    names = ("status", "queues", "agents", "calls", "bans", "unban", "trunks", "reload", "stop")
    loop = asyncio.new_event_loop()
    ready, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with Server(tmp_path / SOCKET, {name: getattr(fake, name) for name in names}):
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    yield fake
    loop.call_soon_threadsafe(over.set)
    thread.join(10)
    loop.close()


def test_status_says_how_the_switch_is(softswitch: Any, switch: FakeSwitch, tmp_path: Path) -> None:
    ran = softswitch("status", "--data", tmp_path)
    assert "3 of at most 4000: 2 waiting, 1 talking" in ran.row("calls")
    assert "1:02:05" in ran.row("up for")
    assert "event 99, 4 lines not yet written" in ran.row("record")
    assert json.loads(softswitch("status", "--data", tmp_path, "--json").out)["calls"] == 3


def test_status_counts_what_was_thrown_away(softswitch: Any, switch: FakeSwitch, tmp_path: Path) -> None:
    ran = softswitch("status", "--data", tmp_path)
    assert "1 banned; thrown away: 12 scanner, 7 banned" in ran.row("shield")
    assert "3 for max_calls (503: no room)" in ran.row("turned away")
    assert "3 messages" in ran.row("unreadable")


def test_bans_show_who_is_not_heard_and_for_how_long(
    softswitch: Any, switch: FakeSwitch, tmp_path: Path
) -> None:
    row = softswitch("bans", "--data", tmp_path).row("198.51.100.7")
    assert "2:05" in row
    assert "wrong password" in row
    assert json.loads(softswitch("bans", "--data", tmp_path, "--json").out)[0]["left"] == 125.0


def test_unban_says_what_it_did(softswitch: Any, switch: FakeSwitch, tmp_path: Path) -> None:
    assert softswitch("unban", "198.51.100.7", "--data", tmp_path).out == "198.51.100.7 is heard again\n"
    assert "was not banned" in softswitch("unban", "198.51.100.8", "--data", tmp_path).out


def test_status_shouts_when_the_record_fails(softswitch: Any, switch: FakeSwitch, tmp_path: Path) -> None:
    switch.problem = "No space left on device"
    assert "FAILING: No space left on device" in softswitch("status", "--data", tmp_path).out


def test_status_says_what_is_recorded_and_shouts_when_that_fails(
    softswitch: Any, switch: FakeSwitch, tmp_path: Path
) -> None:
    assert "2 conversations" in softswitch("status", "--data", tmp_path).row("recording")
    switch.recording_problem = "the disk stands still"
    assert "FAILING: the disk stands still" in softswitch("status", "--data", tmp_path).row("recording")


def test_status_shouts_when_the_database_fails(softswitch: Any, switch: FakeSwitch, tmp_path: Path) -> None:
    switch.database = {"loaded": 90, "database_problem": "connection refused"}
    row = softswitch("status", "--data", tmp_path).row("database")
    assert "FAILING: connection refused; 9 events wait in files" in row


def test_queues_show_who_waits_where(softswitch: Any, switch: FakeSwitch, tmp_path: Path) -> None:
    ran = softswitch("queues", "--data", tmp_path)
    shown = "sales 1 2 7 4 5.0 s 30 s - 1 1 - -"
    assert ran.row("sales").split() == shown.split()
    assert ran.row("vip").split() == ["sales", "1", "+48600100200", "vip", "12", "s", "ann", "c1"]


def test_agents_show_what_they_do_and_for_how_long(
    softswitch: Any, switch: FakeSwitch, tmp_path: Path
) -> None:
    row = softswitch("agents", "--data", tmp_path).row("ann")
    assert row.split() == ["ann", "ringing", "3.5", "s", "4", "1:20", "sales", "c1"]


def test_an_agent_with_a_caller_who_was_sent_there_is_in_a_call(
    softswitch: Any, switch: FakeSwitch, tmp_path: Path
) -> None:
    assert softswitch("agents", "--data", tmp_path).row("bob").split()[1:4] == ["in", "a", "call"]
    assert "outside-call" in softswitch("agents", "--data", tmp_path, "--json").out


def test_trunks_show_their_servers(softswitch: Any, switch: FakeSwitch, tmp_path: Path) -> None:
    row = softswitch("trunks", "--data", tmp_path).row("carrier").split()
    assert row[:3] == ["carrier", "udp:sip.carrier.example:5060", "down"]
    assert row[3:9] == ["1:05", "no", "12.3", "ms", "2", "30"]
    assert row[9:] == ["REGISTER:", "401", "Unauthorized"]
    assert '"channels": 30' in softswitch("trunks", "--data", tmp_path, "--json").out


def test_live_calls_come_from_the_running_switch(softswitch: Any, switch: FakeSwitch, tmp_path: Path) -> None:
    ran = softswitch("calls", "--live", "--data", tmp_path)
    assert ran.row("c1").split()[-5:] == ["waiting", "sales", "-", "15", "s"]
    assert "\033" not in ran.out


def test_reload_says_what_waits_for_a_restart(softswitch: Any, switch: FakeSwitch, tmp_path: Path) -> None:
    ran = softswitch("reload", "--data", tmp_path)
    assert "in force now: /etc/softswitch.yaml" in ran.out
    assert "only after a restart: sip.listen" in ran.out
    assert "added: queues.night\nchanged: menus.welcome, sip\n" in ran.out
    assert "removed" not in ran.out


def test_reload_of_a_broken_file_shows_its_problems(
    softswitch: Any, switch: FakeSwitch, tmp_path: Path
) -> None:
    switch.problem = "broken"
    ran = softswitch("reload", "--data", tmp_path)
    assert ran.code == 1
    assert "a.yaml:3:5: no such queue 'sale'" in ran.err


def test_stop_drains_and_stop_now_does_not_wait(softswitch: Any, switch: FakeSwitch, tmp_path: Path) -> None:
    ran = softswitch("stop", "--data", tmp_path)
    assert (switch.stops, ran.out) == (1, "draining: 3 calls may go on for at most 1:00\n")
    softswitch("stop", "--now", "--data", tmp_path)
    assert switch.stops == 3


def test_without_a_running_switch_the_error_says_how_to_start_one(softswitch: Any, tmp_path: Path) -> None:
    ran = softswitch("status", "--data", tmp_path)
    assert ran.code == 1
    assert ran.err.startswith("softswitch: no switch is running there")
    assert "softswitch run FILE" in ran.err


# Which switch is meant. ----------------------------------------------------------------------------


def test_the_data_folder_is_the_one_named_or_the_one_of_the_configuration(tmp_path: Path) -> None:
    assert finding.data_folder(tmp_path / "x", None) == tmp_path / "x"
    file = tmp_path / "some.yaml"
    file.write_text("data: record\nnumbers: {'*': {reject: 404}}\n")
    assert finding.data_folder(None, file) == tmp_path / "record"
    file.write_text(file.read_text() + "agents: {a: {login: 201, password: '${NOT_IN_THIS_TERMINAL}'}}\n")
    assert finding.data_folder(None, file) == tmp_path / "record", "its password is the switch's business"


def test_without_a_name_the_folder_is_found_here_or_one_below(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="no switch has run here"):
        finding.data_folder(None, None, tmp_path)
    (tmp_path / "config" / finding.DEFAULT).mkdir(parents=True)
    assert finding.data_folder(None, None, tmp_path) == tmp_path / "config" / finding.DEFAULT


def test_of_several_folders_the_one_whose_switch_runs_is_taken(tmp_path: Path) -> None:
    here, below = tmp_path / finding.DEFAULT, tmp_path / "config" / finding.DEFAULT
    here.mkdir()
    below.mkdir(parents=True)
    with pytest.raises(ControlError, match="choose one with --data DIR"):
        finding.data_folder(None, None, tmp_path)
    (below / SOCKET).touch()
    assert finding.data_folder(None, None, tmp_path) == below


def test_the_environment_names_the_folder_too(
    softswitch: Any, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOFTSWITCH_DATA", str(record))
    assert CallId(ALICE) in softswitch("calls").out


# Where a switch does not start. --------------------------------------------------------------------

SWITCH = """\
sip: {{listen: ["udp:127.0.0.1:{port}", "{second}"], public_address: {public}}}
numbers: {{"600": hangup}}
"""


@pytest.fixture
def switch_file(tmp_path: Path) -> Any:
    def write(second: str = "tcp:127.0.0.1:1", public: str = "auto", more: str = "") -> Path:
        path = tmp_path / "switch.yaml"
        path.write_text(SWITCH.format(port=free_port(), second=second, public=public) + more)
        return path

    return write


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.may_block  # it starts a switch in this process
def test_what_the_machine_has_not_is_told_with_its_place(softswitch: Any, switch_file: Any) -> None:
    path = switch_file("udp:192.0.2.77:5060")
    column = path.read_text().index('"udp:192') + 1
    ran = softswitch("run", path)
    assert ran.code == 1
    assert f"{path}:1:{column}: sip.listen: udp:192.0.2.77:5060: this machine has no address" in ran.err


@pytest.mark.may_block  # it starts a switch in this process
def test_a_name_without_an_address_is_told_with_its_place(
    softswitch: Any, switch_file: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(*_: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("softswitch.sip.hosts.socket.getaddrinfo", nowhere)
    path = switch_file("udp:pbx.invalid:5060")
    column = path.read_text().index('"udp:pbx') + 1
    assert f"{path}:1:{column}: sip.listen: pbx.invalid has no IPv4" in softswitch("run", path).err
    path = switch_file(f"udp:127.0.0.1:{free_port()}", public="pbx.invalid")
    column = path.read_text().index("pbx.invalid") + 1
    assert f"{path}:1:{column}: sip.public_address: pbx.invalid has" in softswitch("run", path).err


@pytest.mark.may_block  # it starts a switch in this process
@pytest.mark.parametrize("named", ["environment", "option", "file", "usual"])
def test_a_folder_that_another_switch_has_is_told_with_who_named_it(
    softswitch: Any, switch_file: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    folder = tmp_path / "softswitch-data"
    path = switch_file(more=f"data: {folder}\n" if named == "file" else "")
    if named == "environment":
        monkeypatch.setenv("SOFTSWITCH_DATA", str(folder))
    other = Kept(folder)
    try:
        ran = softswitch("run", path, *(["--data", folder] if named == "option" else []))
    finally:
        other.close()
    told = {
        "environment": "that of SOFTSWITCH_DATA in the environment.",
        "option": "that of --data.",
        "file": f"that of `data` in {path}:3.",
        "usual": "that of a file that names none by `data`, beside switch.yaml.",
    }
    assert ran.code == 1
    assert told[named] in ran.err


def test_events_show_what_happened_in_order(softswitch: Any, record: Path) -> None:
    ran = softswitch("events", "--data", record)
    kinds = [line.split()[4 if " alice " in line or " bob " in line else 3] for line in ran.out.splitlines()]
    assert kinds == [event.kind for event in story()[-20:]]
    assert "Connected" in ran.row("waited=7.0")
    lines = softswitch("events", "--json", "--last", "99", "--call", ALICE, "--data", record).out.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [each.seq for each in story() if each.call == ALICE]
    ran = softswitch("events", "--kind", "CallEnded", "--last", "99", "--data", record)
    assert len(ran.out.splitlines()) == 2
    ran = softswitch("events", "--kind", "CallArrived", "--last", "1", "--json", "--data", record)
    assert [json.loads(line)["call"] for line in ran.out.splitlines()] == [BOB], "the last of that kind"


def test_events_of_a_kind_that_does_not_exist_are_an_error_that_names_the_nearest(
    softswitch: Any, record: Path
) -> None:
    ran = softswitch("events", "--kind", "CallEndd", "--data", record)
    assert (ran.code, ran.out) == (1, "")
    assert "no kind of event is called 'CallEndd'; did you mean 'CallEnded'?" in ran.err


def test_what_waits_for_the_database_is_told_and_not_taken_for_nothing(
    softswitch: Any, tmp_path: Path
) -> None:
    events, store = story(), Record(tmp_path)
    for event in events:
        store.append(event)
    store.close()
    migrate(open_of(tmp_path))
    for command in ("calls", "events"):
        ran = softswitch(command, "--data", tmp_path)
        assert f"note: {len(events)} events wait since" in ran.err
        assert "`softswitch status` says why" in ran.err
    assert softswitch("calls", "--data", tmp_path).out == "no call is in the database yet\n"
    why = softswitch("why", ALICE, "--data", tmp_path)
    assert (why.code, "lags behind" in why.err) == (1, True)
    assert softswitch("calls", "--json", "--data", tmp_path).out == ""


def test_a_database_that_cannot_be_read_is_told_with_where_the_events_are(
    softswitch: Any, record: Path
) -> None:
    (record / "record.db").write_bytes(b"no database at all, but long enough to be taken for one" * 20)
    ran = softswitch("calls", "--data", record)
    assert (ran.code, ran.out) == (1, "")
    assert "cannot be read" in ran.err
    assert "waits in files, and `softswitch status` says how much" in ran.err


def test_an_event_on_its_way_to_the_database_is_worth_no_word(
    softswitch: Any, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert softswitch("calls", "--data", record).err == ""
    with closing(sqlite3.connect(record / "record.db")) as database, database:
        database.execute("DELETE FROM events WHERE seq = ?", [len(story())])
    assert "note: 1 event waits since" in softswitch("calls", "--data", record).err
    monkeypatch.setattr(behind, "LATE", time.time())
    assert softswitch("calls", "--data", record).err == ""


def test_calls_can_be_made_anew_from_the_events(softswitch: Any, record: Path) -> None:
    before = softswitch("calls", "--json", "--data", record).out
    with sqlite3.connect(record / "record.db") as database:
        database.execute("UPDATE calls SET record = '{}' WHERE agent = 'ben'")
        database.execute("DELETE FROM calls WHERE agent = ''")
    database.close()
    ran = softswitch("rebuild", "--data", record)
    assert "2 calls made anew of 23 events" in ran.out
    assert softswitch("calls", "--json", "--data", record).out == before
    noted = [event.data for event in read_events(record) if event.kind == "Changed"]
    assert [(one["by"], one["what"], one["how"]) for one in noted] == [
        ("command line", "rebuild", "begun"),
        ("command line", "rebuild", "done: 2 calls made anew of 23 events"),
    ]


def test_notes_on_a_call_are_read_and_written_and_what_is_not_given_stays(
    softswitch: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, written = Kept(tmp_path), {"agent": "ben", "queue": "sales", "notes": "tea", "disposition": "sold"}
    events = story()
    for event in [*events, Recorded(len(events) + 1, events[-1].at + 1, "NotesWritten", ALICE, written)]:
        store.append(event)
    store.close()
    row = softswitch("notes", "ali", "--data", tmp_path).row("ben")
    assert "sold" in row
    assert "tea" in row
    (kept,) = json.loads(softswitch("notes", ALICE, "--data", tmp_path, "--json").out)
    assert (kept["agent"], kept["notes"], kept["disposition"]) == ("ben", "tea", "sold")

    asked: list[dict[str, JsonValue]] = []

    def do(folder: Path, command: str, **given: JsonValue) -> JsonValue:
        asked.append({"command": command, **given})
        return {"agent": "ben", "written": 1.0}

    monkeypatch.setattr(supervising, "do", do)
    ran = softswitch("notes", "ali", "--write", "green tea", "--data", tmp_path)
    assert ran.out == "notes of ben on call alice are written\n"
    softswitch("notes", "ali", "--disposition", "", "--agent", "ann", "--data", tmp_path)
    sent = {"command": "notes_write", "call": "alice"}
    assert asked == [
        sent | {"agent": None, "notes": "green tea", "disposition": "sold"},
        sent | {"agent": "ann", "notes": "", "disposition": ""},
    ]
    assert "No such" in softswitch("notes", "nobody", "--wrong", "--data", tmp_path).err
    assert softswitch("notes", "zzz", "--data", tmp_path).code == 1
