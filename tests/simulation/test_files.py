"""CSV files: what they mean, and that every mistake is shown where it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import inf
from pathlib import Path

import pytest

from softswitch.errors import SimulationError
from softswitch.simulation.calls_file import calls
from softswitch.simulation.measured import values
from softswitch.simulation.profile_file import day
from softswitch.simulation.traffic import Listed
from softswitch.types import QueueName

Write = Callable[[str], Path]
SALES = QueueName("sales")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def into(text: str) -> Path:
        path = tmp_path / "day.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return into


def problems(path: Path, read: Callable[[Path], object]) -> list[str]:
    """What is wrong, each without the folder."""
    with pytest.raises(SimulationError) as told:
        read(path)
    return [line.removeprefix(f"{path.parent}/") for line in str(told.value).splitlines()]


def read_calls(path: Path) -> object:
    return calls(path, ("sales", "support"), None)


def test_calls_have_times_of_the_day_and_what_else_is_known(write: Write) -> None:
    path = write(
        "time,queue,class,number,talk,patience\n"
        "08:31:05,sales,vip,+48600100200,3:05,90\n"
        '8:45,"support",,,,endless\n'
    )
    found = calls(path, ("sales", "support"), None)
    assert (found.clock, found.day) == (8 * 3600.0, None)
    assert found.span == 3600.0
    assert found.calls == (
        Listed(1865.0, SALES, "vip", "+48600100200", 185.0, 90.0),
        Listed(2700.0, QueueName("support"), patience=inf),
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_seconds_and_dates_are_times_as_well(write: Write, separator: str) -> None:
    plain = calls(write(f"time{separator}talk\n0.5{separator}60\n1900{separator}\n"), ("sales",), SALES)
    assert [(each.at, each.talk) for each in plain.calls] == [(0.5, 60.0), (1900.0, None)]
    assert (plain.clock, plain.day, plain.span) == (None, None, 3600.0)
    dated = calls(write("time\n2026-03-02 23:59:00\n2026-03-03T00:01:00\n"), ("sales",), SALES)
    assert (dated.clock, dated.day) == (23 * 3600.0, date(2026, 3, 2))
    assert [each.at for each in dated.calls] == [3540.0, 3660.0]


def test_clocks_that_are_put_back_tell_an_hour_twice(write: Write) -> None:
    text = (
        "time,talk\n2026-10-25T02:50:00+02:00,1\n2026-10-25T02:10:00+01:00,2\n2026-10-25T03:05:00+01:00,3\n"
    )
    found = calls(write(text), (), QueueName("q"))
    assert [(each.at, each.talk) for each in found.calls] == [(600.0, 2.0), (3000.0, 1.0), (3900.0, 3.0)]


def test_every_mistake_of_a_list_of_calls_is_shown_at_once(write: Write) -> None:
    text = "time,queue,talk\n08:00,sales,3m\n25:00,sales,\n07:59,sales,\n,sales,\n08:10,sails,x\n9.5,sales,\n"
    assert problems(write(text), read_calls) == [
        "day.csv:3:1: time: the clock has no 25:00",
        "day.csv:4:1: time: 07:59 is before the line above; sort the file by time; with a date before it the"
        " next day could begin here",
        "day.csv:5:1: the time is missing",
        "day.csv:6:7: there is no queue 'sails'; did you mean 'sales'?",
        "day.csv:7:1: time: this is seconds from the start, and the line before has a time of day",
    ]


def test_cells_are_shown_where_they_begin(write: Write) -> None:
    text = 'time,queue,talk\n08:00,"sales",soon\n08:01,sales,3m,\n\n08:02,sales,1\n'
    assert problems(write(text), read_calls) == [
        "day.csv:2:15: talk: 'soon' is no duration; write seconds, as 185, or 3m, or 3:05",
        "day.csv:3:16: 4 values, and the first line names 3 columns",
        "day.csv:4:1: an empty line in the middle: was something cut out here?",
    ]


def test_of_many_mistakes_the_first_dozen_are_shown(write: Write) -> None:
    told = problems(write("time,queue\n" + "soon,sales\n" * 40), read_calls)
    assert len(told) == 13
    assert told[-1] == "and 28 more like these"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty; the first line names the columns: time"),
        ("time\n", "no calls in it"),
        ("time,quueue\n", "day.csv:1:6: unknown column 'quueue'; did you mean 'queue'?"),
        ("queue\nsales\n", "day.csv:1:1: column 'time' is missing from the first line"),
        ("time,time\n", "column 'time' is there twice"),
        ("time\n08:00\n", "of which queue? fill the column 'queue', or name one by --queue"),
    ],
)
def test_files_that_are_no_lists_of_calls_say_why(write: Write, text: str, says: str) -> None:
    assert says in "\n".join(problems(write(text), read_calls))


def test_a_file_that_is_not_there_and_one_that_is_no_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=r"cannot read .*none\.csv: No such file"):
        read_calls(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"time\n\xff\n")
    with pytest.raises(SimulationError, match="byte 5 is not UTF-8"):
        read_calls(tmp_path / "bytes.csv")


def test_numbers_may_have_a_comma_where_none_parts_the_cells(write: Write) -> None:
    assert day(write("time;calls\r\n08:00;25,5\r\n08:30;40\r\n")).profile.rates == (51.0, 80.0)
    listed = calls(write("time;talk\n08:00;90,5\n"), ("sales",), SALES)
    assert listed.calls[0].talk == 90.5
    (wrong,) = problems(write("time;calls\n08:00;1,200\n"), day)
    assert wrong == "day.csv:2:7: calls: 1,200 may be 1200 or 1.200; write it as one of these"


def test_seconds_since_1970_are_not_taken_for_those_from_the_start(write: Write) -> None:
    told = problems(write("time,queue\n1772438400,sales\n"), read_calls)
    assert "day.csv:2:1: time: 1772438400 seconds from the start are more than a year" in told[0]


def test_classes_that_a_queue_does_not_have_are_named(write: Write) -> None:
    path = write("time,class\n08:00,vip\n08:01,vop\n08:02,default\n")
    told = problems(path, lambda file: calls(file, ("sales",), SALES, classes={SALES: ("vip",)}))
    assert told == ["day.csv:3:7: queue sales has no priority class 'vop'; did you mean 'vip'?"]


def test_the_calls_of_one_queue_keep_their_moments(write: Write) -> None:
    found = calls(
        write(
            "start,queues,wait,talk,outcome\n08:40,sales,3,,abandoned\n09:50,support > sales,5,9,answered\n"
        ),
        ("sales", "support"),
        None,
    )
    own = found.of(QueueName("support"))
    assert [call.at for call in own.calls] == [6600.0]
    assert (own.clock, own.waits) == (8 * 3600.0, {"support": ((5.0, False),)})


def test_a_profile_is_calls_by_half_hours(write: Write) -> None:
    found = day(write("time,calls\n08:00,25\n08:30,40\n09:00,0\n"))
    assert found.opens == 8 * 3600
    assert found.profile.edges == (0.0, 1800.0, 3600.0, 5400.0)
    assert found.profile.rates == (50.0, 80.0, 0.0)
    assert found.profile.calls == 65.0


def test_holes_of_a_profile_are_named(write: Write) -> None:
    text = "time,calls\n08:00,25\n08:30,40\n09:30,50\n09:30,1\n09:15,3\n10:00,many\n10:30,\n"
    assert problems(write(text), day) == [
        "day.csv:7:7: calls: 'many' is no number of calls",
        "day.csv:8:7: calls is missing",
    ]
    sound = "time,calls\n08:00,25\n08:30,40\n09:30,50\n09:30,1\n09:15,3\n09:20,2\n"
    assert problems(write(sound), day) == [
        "day.csv:4:1: time: 09:00 is missing before this line; write 0 calls if none came",
        "day.csv:5:1: time: 09:30 is there twice",
        "day.csv:6:1: time: 09:15 is before the line above; sort the file by time",
        "day.csv:7:1: time: expected 09:45: the first lines are 30 minutes apart",
    ]


def test_a_profile_may_go_through_midnight_once(write: Write) -> None:
    found = day(write("time,calls\n23:00,4\n23:30,3\n00:00,2\n00:30,1\n"))
    assert found.opens == 23 * 3600
    assert found.profile.edges == (0.0, 1800.0, 3600.0, 5400.0, 7200.0)
    whole = "".join(f"{(22 * 2 + n) // 2 % 24:02}:{n % 2 * 30:02},1\n" for n in range(49))
    assert problems(write("time,calls\n" + whole), day) == [
        "day.csv:50:1: time: 22:00 is before the line above; sort the file by time"
    ]
    hole = problems(write("time,calls\n23:00,4\n23:30,3\n00:30,1\n"), day)
    assert hole == ["day.csv:4:1: time: 00:30 is before the line above; sort the file by time"]


def test_a_profile_of_one_line_is_none(write: Write) -> None:
    assert "at least two lines" in problems(write("time,calls\n08:00,3\n"), day)[0]
    assert "write the time alone" in problems(write("time,calls\n2026-03-02 08:00,3\n8:30,4\n"), day)[0]


def test_durations_from_a_file_must_all_be_some(write: Write) -> None:
    assert problems(write("seconds\n10\n-4\n\n20\n"), values) == [
        "day.csv:3:1: seconds: '-4' is below 0",
        "day.csv:4:1: an empty line in the middle: was something cut out here?",
    ]
