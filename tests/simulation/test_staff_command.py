"""`softswitch staff`, as planners see it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from softswitch.commands.export import COLUMNS
from tests.simulation.commands import SIMULATION, Run, runner

PROFILE = "time,calls\n08:00,20\n08:30,60\n09:00,50\n09:30,15\n"


@pytest.fixture
def staff(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner("staff", monkeypatch, capsys)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    file = tmp_path / "day.csv"
    file.write_text(PROFILE)
    return file


def exported(path: Path, days: int = 2, queue: str = "support") -> Path:
    """What `softswitch export --format csv` writes: a call each 40 s from 08:00 on for an hour; each fourth
    gives up after 30 s; one call of each day is not of a queue.
    """
    lines = []
    for day in range(days):
        for number in range(90):
            at = f"2026-03-0{2 + day}T08:{number * 40 // 60:02}:{number * 40 % 60:02}.000+02:00"
            gone = number % 4 == 3
            row = dict.fromkeys(COLUMNS, "")
            row |= {"id": f"{day}-{number}", "start": at, "queues": queue if number else "", "wait": "30.0"}
            row |= {"outcome": "abandoned" if gone else "answered", "talk": "0.0" if gone else "100.0"}
            lines.append(row)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(lines)
    return path


def test_both_numbers_are_shown_and_shifts_are_made(staff: Run, profile: Path, tmp_path: Path) -> None:
    sheet, plot, page = (tmp_path / name for name in ("sheet.csv", "day.png", "day.html"))
    ran = staff(
        "--profile", profile, "--talk 180s --patience 90s --abandoned 5%",
        "--seeds 4 --shrinkage 30% --shift 1h",
        "--csv", sheet, "--plot", plot, "--html", page,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert (
        "Queue all: 145 calls; 80.0% of all who call answered within 20 s, at most 5.0% abandoned" in ran.out
    )
    assert "Erlang A wants" in ran.out
    assert "shifts of 1 hour," in ran.out
    rows = list(csv.DictReader(sheet.read_text().splitlines()))
    assert [row["time"] for row in rows] == ["08:00", "08:30", "09:00", "09:30"]
    for row in rows:
        assert 0.7 * int(row["rostered"]) >= int(row["agents"]) - 1e-9
        assert int(row["in_shifts"]) >= int(row["rostered"])
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert "<svg" in page.read_text()
    assert "http" not in page.read_text().replace("http://www.w3.org", "").replace(
        "http://purl.org", ""
    ).replace("https://matplotlib.org", "").replace("http://creativecommons.org", "")


def test_half_hours_without_calls_need_nobody_and_break_no_target(staff: Run, tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_text("time,calls\n08:00,0\n08:30,30\n09:00,0\n09:30,0\n")
    words = "--talk 180s --patience 90s --abandoned 5% --at-least 0 --seeds 3"
    found = staff("--profile", file, words, "--json")
    assert found.code == 0, found.err
    steps = found.json["steps"]
    assert [step["agents"] > 0 for step in steps] == [False, True, False, False]
    assert (steps[0]["service_level"], steps[0]["abandoned_share"]) == (None, None)
    assert not any(step["below_target"] for step in steps)
    shown = staff("--profile", file, words)
    assert shown.code == 0, shown.err
    assert "nan" not in shown.out
    assert "08:00, " not in shown.out


def test_nights_go_through_midnight(staff: Run, tmp_path: Path) -> None:
    file = tmp_path / "night.csv"
    file.write_text("time,calls\n23:00,9\n23:30,9\n00:00,9\n00:30,9\n")
    found = staff("--profile", file, "--seeds 2 --shift 1h --json").json
    assert [step["time"] for step in found["steps"]] == ["23:00", "23:30", "00:00", "00:30"]
    shifts = {(shift["from"], shift["to"]) for shift in found["shifts"]}
    assert {("23:00", "24:00"), ("00:00", "01:00")} <= shifts


def test_what_chance_may_have_missed_is_told(staff: Run, tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_text("time,calls\n08:00,20\n08:30,20\n09:00,20\n09:30,20\n10:00,20\n")
    ran = staff("--profile", file, "--talk 180s --patience 90s --abandoned 2% --seeds 3")
    assert "Below the target in these days, as may be by chance: " in ran.out
    assert "Still below the target" not in ran.out


def test_the_same_seed_gives_the_same_plan(staff: Run, profile: Path) -> None:
    words = "--talk 120s --seeds 3 --json"
    one, other = (staff("--profile", profile, words) for _ in range(2))
    assert one.out == other.out
    assert one.json["formula"] == "Erlang C"
    assert [step["time"] for step in one.json["steps"]] == ["08:00", "08:30", "09:00", "09:30"]


def test_an_export_says_how_long_they_talk_and_wait_and_of_which_days_the_mean_is(
    staff: Run, tmp_path: Path
) -> None:
    ran = staff(SIMULATION, "--from", exported(tmp_path / "calls.csv"), "--seeds 3 --json")
    assert ran.code == 0, ran.err
    found = ran.json
    assert found["days"] == 2
    assert found["handling_s"] == 100.0
    # each wait is 30 s, and 22 of 89 gave up
    assert found["patience_mean_s"] == pytest.approx(30 * 89 / 22)
    assert [(step["time"], step["calls"]) for step in found["steps"]] == [("08:00", 44.0), ("08:30", 45.0)]


def test_one_weekday_can_be_chosen_and_growth_added(staff: Run, tmp_path: Path) -> None:
    calls = exported(tmp_path / "calls.csv")
    ran = staff("--from", calls, "--weekday tuesday --growth 100% --seeds 2 --json")
    assert ran.json["days"] == 1
    assert ran.json["queue"] == "all"
    assert ran.json["steps"][0]["calls"] == 88.0
    ran = staff("--from", calls, "--weekday sunday --seeds 2")
    assert ran.code == 2
    assert "no calls of such a weekday; they are of Monday, 2026-03-02 to Tuesday, 2026-03-03" in ran.err


def test_calls_as_they_came_are_counted_by_half_hours(staff: Run, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("time,queue\n09:10,a\n09:20,b\n09:40,a\n10:05,a\n")
    ran = staff("--from", file, "--queue a --seeds 2 --json")
    assert [(step["time"], step["calls"]) for step in ran.json["steps"]] == [
        *(("09:00", 1.0), ("09:30", 1.0), ("10:00", 1.0)),
    ]
    assert "has calls of several queues; name one by --queue: a, b" in staff("--from", file).err
    assert "no call in it waited in queue 'c'" in staff("--from", file, "--queue c").err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "say how many call, in one way: --from calls.csv"),
        (
            "--calls-per-hour 10 --service-level 100%",
            "--service-level '100%': expected a percentage from 1% to",
        ),
        (
            "--calls-per-hour 10 --shrinkage 30",
            "--shrinkage '30': expected a percentage from 0% to 95%, as 30%",
        ),
        ("--calls-per-hour 10 --hours 1.3", "agents are planned by half-hours"),
        ("--calls-per-hour 900000 --talk 1h", "no house is that big"),
        ("--calls-per-hour 10 --talk 0s", "calls that take no time need no agents"),
        ("--calls-per-hour 10 --patience 0s", "callers of queue 'all' would wait for nobody"),
        ("--calls-per-hour 10 --hours 2 --shift 8h", "the day has 2 hours, and a shift is longer"),
        ("--calls-per-hour 10 --shift 50m", "shifts are made of steps of 30 minutes"),
        ("--calls-per-hour 10 --weekday monday", "--weekday chooses among the days of a file"),
        ("--calls-per-hour 10 --growth -100%", "nobody calls on that day"),
        ("--from none.csv", "cannot read none.csv"),
    ],
)
def test_what_cannot_be_planned_is_said_with_what_to_do(staff: Run, words: str, says: str) -> None:
    ran = staff(words)
    assert ran.code == 2
    assert says in ran.err
    assert not ran.out


def test_gaps_and_wrong_times_are_shown_where_they_are(staff: Run, tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_text("time,calls\n08:00,20\n08:30,60\n09:30,15\n")
    ran = staff("--profile", file)
    assert ran.code == 2
    assert f"{file}:4:1: time: 09:00 is missing before this line" in ran.err
    lines = exported(tmp_path / "calls.csv").read_text().splitlines()
    calls = tmp_path / "wrong.csv"
    calls.write_text("\n".join([*lines[:3], lines[1], lines[3].replace("08:01", "08:61")]) + "\n")
    ran = staff("--from", calls)
    assert ran.code == 2
    assert f"{calls}:4:" in ran.err
    assert "is before the line above; sort the file by start" in ran.err
    assert f"{calls}:5:" in ran.err
    assert "is no time" in ran.err
