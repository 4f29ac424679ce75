"""The record for other programs."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from softswitch.commands.export import export, seq_at
from softswitch.commands.report import Range, report_of
from softswitch.errors import StoreError
from softswitch.plain import plain
from softswitch.ports import Recorded
from softswitch.store.reading import reading
from softswitch.store.spool import read_events
from softswitch.types import CallId, Quality
from tests.reports.sample import days

pytestmark = pytest.mark.may_block

Keep = Callable[[list[Recorded]], Path]
ALL = Range(date(2026, 2, 20), date(2026, 3, 5))


def test_calls_as_csv_json_and_parquet(kept: Keep, tmp_path: Path) -> None:
    folder = kept(days(1))
    for form in ("csv", "json"):
        export(folder, ALL, form, tmp_path / form)
    records = [json.loads(line) for line in (tmp_path / "json").read_text().splitlines()]
    rows = list(csv.DictReader((tmp_path / "csv").read_text().splitlines()))
    assert len(rows) == len(records) == 120
    assert [row["id"] for row in rows] == [record["id"] for record in records]
    assert [float(row["wait"]) for row in rows] == [record["wait"] for record in records]
    assert datetime.fromisoformat(rows[0]["start"]).timestamp() == records[0]["start"]
    assert rows[0]["number"] == "+48600100200"
    parquet = pytest.importorskip("pyarrow.parquet")
    export(folder, ALL, "parquet", tmp_path / "calls.parquet")
    assert parquet.read_table(tmp_path / "calls.parquet").column("wait").to_pylist() == [
        record["wait"] for record in records
    ]
    assert not list(tmp_path.glob("*.part"))


def test_who_takes_the_record_on_the_command_line_is_on_record(
    kept: Keep, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kept(days(1))
    export(folder, ALL, "json", None)
    assert all(line.startswith("{") for line in capsys.readouterr().out.splitlines())
    export(folder, ALL, "csv", tmp_path / "csv", noted=True)  # by the switch, for whom this is done
    noted = [event.data for event in read_events(folder) if event.kind == "RecordExported"]
    assert noted == [
        {"format": "json", "first": "2026-02-20", "last": "2026-03-05", "by": "command line"},
    ]


def test_how_a_call_sounded_is_in_its_row(kept: Keep, tmp_path: Path) -> None:
    sound = plain(Quality("PCMA/8000", 980, 1000, lost=20, jitter=0.004, mos=4.2, far_lost=3, far_mos=4.3))
    told = [
        event._replace(data={**event.data, "agent": sound}) if event.kind == "CallEnded" else event
        for event in days(1)
    ]
    export(kept(told), ALL, "csv", tmp_path / "csv")
    (row, *_) = csv.DictReader((tmp_path / "csv").read_text().splitlines())
    told_of_agent = [row[f"agent_{name}"] for name in ("codec", "lost", "jitter", "round_trip", "mos")]
    assert told_of_agent == ["PCMA/8000", "20", "0.004", "", "4.2"]
    assert (row["agent_far_lost"], row["agent_far_mos"], row["caller_mos"]) == ("3", "4.3", "")


def test_what_agents_wrote_goes_with_the_call(kept: Keep, tmp_path: Path) -> None:
    told = days(1)
    ended = next(event for event in told if event.kind == "CallEnded")
    notes = [
        ended._replace(seq=told[-1].seq + place, kind="NotesWritten", data={"agent": agent, **what})
        for place, (agent, what) in enumerate(
            [("ann", {"notes": "tea"}), ("ben", {"notes": "milk", "disposition": "sold"})], 1
        )
    ]
    folder = kept([*told, *notes])
    for form in ("csv", "json"):
        export(folder, ALL, form, tmp_path / form)
    rows = list(csv.DictReader((tmp_path / "csv").read_text().splitlines()))
    assert len(rows) == 120
    assert {(row["notes"], row["disposition"]) for row in rows if row["id"] == ended.call} == {
        ("tea > milk", "sold")
    }
    assert {row["notes"] for row in rows if row["id"] != ended.call} == {""}
    records = map(json.loads, (tmp_path / "json").read_text().splitlines())
    assert [one["agent"] for record in records for one in record["notes"]] == ["ann", "ben"]


def test_a_day_of_queue_log_knows_who_came_the_day_before(kept: Keep, tmp_path: Path) -> None:
    events = days(2)
    folder = kept(events)
    export(folder, ALL, "queue_log", tmp_path / "all")
    parts = []
    for day in range(20, 29):
        try:
            export(folder, Range(date(2026, 2, day), date(2026, 2, day)), "queue_log", tmp_path / "part")
        except StoreError:
            continue
        lines = (tmp_path / "part").read_text().splitlines(keepends=True)
        standing = [line for line in lines if parts and "MEMBER|" in line]
        assert [line.split("|")[3:5] for line in standing] == (
            [["ann", "ADDMEMBER"], ["ben", "ADDMEMBER"]] if parts else []
        )
        assert lines[: len(standing)] == standing, "who is there when the day begins"
        parts.append("".join(lines[len(standing) :]))
    last = (tmp_path / "all").read_text()
    assert "".join(parts) == last[: len("".join(parts))]
    assert len(parts) > 2
    with reading(folder) as connection:
        assert seq_at(connection, events[50].at) <= 51
        assert seq_at(connection, 0.0) == 1


def test_a_crash_over_midnight_is_over_in_the_file_of_its_day(kept: Keep, tmp_path: Path) -> None:
    """Which nobody could know before the start: its events are of the next day."""
    midnight = datetime(2026, 2, 26).timestamp()
    seen = midnight - 60.0
    lost = {"ended_by": "switch", "last_seen": seen}
    joined = {"queue": "sales", "priority": "default"}
    told: list[tuple[float, str, str | None, dict[str, object]]] = [
        (-7200.0, "SwitchStarting", None, {}),
        (-7200.0, "SwitchStarted", None, {"agents": ["ann"]}),
        (-90.0, "CallArrived", "a", {"number": "100"}),
        (-90.0, "CallerJoined", "a", joined),
        (-60.0, "CallAnswered", "a", {}),
        (1800.0, "CallEnded", "a", lost),
        (1800.0, "SwitchStarting", None, {}),
        (1801.0, "SwitchStarted", None, {"agents": ["ann"]}),
    ]
    folder = kept(
        [
            Recorded(seq, midnight + at, kind, CallId(call) if call else None, data)
            for seq, (at, kind, call, data) in enumerate(told, 1)
        ]
    )
    found = []
    for day in (date(2026, 2, 25), date(2026, 2, 26)):
        export(folder, Range(day, day), "queue_log", tmp_path / "log")
        lines = [line.split("|") for line in (tmp_path / "log").read_text().splitlines()]
        found.append([(int(cells[0]) - int(midnight), cells[4]) for cells in lines])
    assert found == [
        [(-7200, "QUEUESTART"), (-7200, "ADDMEMBER"), (-90, "ENTERQUEUE"), (-60, "EXITEMPTY"),
         (-60, "REMOVEMEMBER")],
        [(1800, "QUEUESTART"), (1801, "ADDMEMBER")],
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", [-86400 * 400, 86400 * 400])
def test_a_clock_that_was_wrong_for_a_while_cuts_no_day_short(
    kept: Keep, tmp_path: Path, wrong: float
) -> None:
    events, some = days(2), slice(700, 1100)
    moved = [event._replace(at=event.at + wrong) for event in events[some]]
    folder = kept([*events[: some.start], *moved, *events[some.stop :]])
    export(folder, ALL, "queue_log", tmp_path / "log")
    found = [line.split("|") for line in (tmp_path / "log").read_text().splitlines()]
    there = [event for event in (*events[: some.start], *events[some.stop :]) if event.at < ALL.until]
    assert Counter(cells[1] for cells in found if cells[4] == "CONNECT") == Counter(
        event.call for event in there if event.kind == "Connected"
    )
    assert "REMOVEMEMBER" in {cells[4] for cells in found}, "to the end of it"


FIELDS = {
    "ENTERQUEUE": r"\|\+?[0-9]*\|[1-9][0-9]*",  # url, caller, position
    "CONNECT": r"[0-9]+\|[^|]+\|[0-9]+",  # hold time, unique id, ring time
    "COMPLETEAGENT": r"[0-9]+\|[0-9]+\|[1-9][0-9]*",  # hold time, call time, original position
    "COMPLETECALLER": r"[0-9]+\|[0-9]+\|[1-9][0-9]*",
    "ABANDON": r"[1-9][0-9]*\|[1-9][0-9]*\|[0-9]+",  # position, original position, wait
    "EXITWITHTIMEOUT": r"[1-9][0-9]*\|[1-9][0-9]*\|[0-9]+",
    "PAUSEALL": r"[^|]*",
    "UNPAUSEALL": r"",
    "RINGNOANSWER": r"[0-9]+",  # ms
    "ADDMEMBER": r"",
    "REMOVEMEMBER": r"",
    "QUEUESTART": r"",
}
"""The parameters of each event, as Asterisk documents its queue_log."""


def test_every_line_of_queue_log_is_as_documented_and_readers_count_what_the_report_does(
    kept: Keep, tmp_path: Path
) -> None:
    folder = kept(days(3))
    export(folder, ALL, "queue_log", tmp_path / "log")
    lines = [line.split("|", 5) for line in (tmp_path / "log").read_text().splitlines()]
    for at, call, queue, agent, event, data in lines:
        assert at.isdigit()
        assert all((call, queue, agent))
        assert re.fullmatch(FIELDS[event], data), (event, data)
    assert [int(line[0]) for line in lines] == sorted(int(line[0]) for line in lines)
    with reading(folder) as connection:
        report = report_of(connection, ALL)
    for told in report.groups["queue"]:
        counts = Counter(line[4] for line in lines if line[2] == told.label)
        assert (counts["ENTERQUEUE"], counts["CONNECT"], counts["ABANDON"]) == (
            told.offered,
            told.answered,
            told.abandoned,
        )
        held = [
            int(line[5].split("|")[0]) for line in lines if line[2] == told.label and line[4] == "CONNECT"
        ]
        assert sum(held) / len(held) == pytest.approx(told.wait_mean, abs=1.0), "whole seconds, cut"


def test_what_is_missing_is_named(kept: Keep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = kept(days(1))
    with pytest.raises(StoreError, match="no call of 2020-01-01"):
        export(folder, Range(date(2020, 1, 1), date(2020, 1, 1)), "csv", None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(StoreError, match=f"{sys.executable} -m pip install pyarrow;"):
        export(folder, ALL, "parquet", tmp_path / "calls.parquet")
    with pytest.raises(StoreError, match="No such file"):
        export(folder, ALL, "csv", tmp_path / "nowhere" / "calls.csv")
