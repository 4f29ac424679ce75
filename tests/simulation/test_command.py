"""`softswitch simulate`, as its users see it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from softswitch.commands.simulated import reach
from tests.simulation.commands import ROOT, SIMULATION, Run, runner

CENTRE = ROOT / "config" / "contact-centre.yaml"


@pytest.fixture
def simulate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner("simulate", monkeypatch, capsys)


def test_the_figures_for_machines_have_their_names(simulate: Run) -> None:
    ran = simulate(
        SIMULATION,
        "--calls-per-hour 100 --talk 180s --agents 8 --hours 4 --seed 1 --json",
    )
    assert ran.code == 0
    found = ran.json
    assert found["calls"] == found["answered"] > 300
    assert 0 <= found["mean_wait_s"] <= found["wait_p95_s"]
    assert 0 < found["service_level"] <= 1
    assert found["abandoned_share"] == 0
    assert 0.4 < found["occupancy"] < 0.9
    assert found["theory"]["name"] == "Erlang C"
    assert found["queues"]["support"]["calls"] == found["calls"]


def test_the_same_seed_gives_the_same_to_the_last_digit_and_another_does_not(simulate: Run) -> None:
    words = "--queue support --calls-per-hour 60 --talk 180s --agents 4 --hours 3 --json --seed"
    one, same, other = (simulate(SIMULATION, words, seed) for seed in ("5", "5", "6"))
    assert one.out == same.out
    assert one.json["mean_wait_s"] != other.json["mean_wait_s"]


def test_people_get_a_table_with_what_erlang_says_beside(simulate: Run) -> None:
    ran = simulate(SIMULATION, "--calls-per-hour 100 --agents 8 --hours 4 --patience 60s")
    assert ran.code == 0
    assert "simulation.yaml, queue support: 4 hours, seed 1" in ran.out
    assert "Erlang A" in ran.out
    assert "service level" in ran.out
    assert "times as fast as it would be" in ran.out
    assert not ran.err


def test_calls_without_any_length_are_simulated_and_no_wait_is_estimated(simulate: Run) -> None:
    ran = simulate(SIMULATION, "--calls-per-hour 100 --talk 0s --agents 1 --hours 1 --json")
    assert ran.code == 0, ran.err
    assert ran.json["talk_mean_s"] == 0


def test_a_full_disk_is_said_of_files_and_of_what_is_printed(simulate: Run) -> None:
    ran = simulate(SIMULATION, "--calls-per-hour 10 --agents 2 --hours 1 --html /dev/full --json")
    assert ran.code == 2
    assert "softswitch: cannot write /dev/full: No space left on device" in ran.err
    command = [sys.executable, "-m", "softswitch", "version"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert (done.returncode, done.stderr) == (1, "softswitch: what it prints: No space left on device\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            "--calls-per-hour 800 --talk 180s --agents 35",
            "softswitch: queue 'support' would have a load of 40.0 erlangs (calls x handling time), and 35"
            " agents carry less than that: as nobody gives up, the line would grow for ever. Take at least 41"
            " agents, or say how long callers wait (--patience 120s)",
        ),
        (
            "--queue suport --calls-per-hour 10",
            f"softswitch: {SIMULATION} has no queue 'suport'; did you mean 'support'?",
        ),
        ("", "say how many call, in one way"),
        ("--calls-per-hour 10 --talk 180", "--talk: '180': expected a duration"),
        ("--calls-per-hour 10 --talk endless", "--talk: it must end some time; only patience may be endless"),
        ("--calls-per-hour 10 --warm-up 9h", "--warm-up is 32400 s, and the whole takes 28800 s"),
        ("--calls-per-hour 10 --warm-up soon", "--warm-up 'soon': expected a duration"),
        ("--calls-per-hour inf", "less than or equal"),
        ("--calls-per-hour 1e6 --patience 60s --hours 9000", "9,000,000,000 calls are to be expected"),
        ("--calls-per-hour 10 --agents 2 --plot /none/day.png", "there is no folder /none"),
        ("--calls-per-hour 10 --agents 2 --html /", "cannot write /: it is a folder"),
        ("--arrivals none.csv", "cannot read none.csv: No such file or directory"),
    ],
)
def test_what_cannot_be_simulated_is_said_with_what_to_do(simulate: Run, words: str, says: str) -> None:
    ran = simulate(SIMULATION, words)
    assert ran.code == 2
    assert says in ran.err
    assert not ran.out


def test_an_impossible_load_is_possible_with_patience_or_with_a_limit(simulate: Run, tmp_path: Path) -> None:
    words = "--calls-per-hour 200 --talk 180s --agents 5 --hours 2 --json"
    assert simulate(SIMULATION, words).code == 2
    with_patience = simulate(SIMULATION, words, "--patience", "60s")
    assert with_patience.json["abandoned_share"] > 0.3
    text = SIMULATION.read_text().replace("wrap_up: 0", "wrap_up: 0\n    max_wait: 30s")
    limited = tmp_path / "limited.yaml"
    limited.write_text(text)
    assert simulate(limited, words).json["turned_away"] > 100


def test_a_queue_without_agents_says_so(simulate: Run, tmp_path: Path) -> None:
    bare = tmp_path / "bare.yaml"
    bare.write_text("queues: {support: {}}\nteams: {support: {agents: []}}\n")
    ran = simulate(bare, "--calls-per-hour", "10")
    assert ran.code == 2
    assert "queue 'support' has no agents who can serve it" in ran.err
    assert simulate(bare, "--calls-per-hour", "10", "--agents", "2", "--json").code == 0
    bare.write_text("media: {languages: [en]}\n")
    assert "has no queues" in simulate(bare, "--calls-per-hour", "10").err


def test_of_several_queues_one_must_be_named(simulate: Run) -> None:
    ran = simulate(CENTRE, "--calls-per-hour", "10")
    assert ran.code == 2
    assert "which queue do they call? Name one by --queue: sales, billing, faults, reception" in ran.err
    assert simulate(CENTRE, "--calls-per-hour", "10", "--queue", "billing", "--json").code == 0


def test_several_seeds_give_confidence_intervals_and_each_is_what_it_is_alone(simulate: Run) -> None:
    words = "--calls-per-hour 60 --agents 4 --hours 2 --json --seed"
    alone = [simulate(SIMULATION, words, seed).json for seed in ("3", "4")]
    both = simulate(SIMULATION, words, "3", "--seeds", "2").json
    assert both["seeds"] == [3, 4]
    assert both["calls"] == (alone[0]["calls"] + alone[1]["calls"]) / 2
    low, high = both["intervals"]["mean_wait_s"]
    assert low < both["mean_wait_s"] < high


def test_the_unit_of_an_interval_stands_beside_the_mean_where_all_have_the_same() -> None:
    assert reach("+4.9 points", "+4.0 points", "+5.7 points") == "+4.0 to +5.7"
    assert reach("88.0%", "87.1%", "89.3%") == "87.1 to 89.3"
    assert reach("9.8 s", "9.1 s", "12 s") == "9.1 to 12"
    assert reach("58 s", "42 s", "1:12") == "42 s to 1:12"
    assert reach("-12", "-13.5", "-10.5") == "-13.5 to -10.5"


def test_where_columns_of_all_queues_have_no_room_each_has_a_table(
    simulate: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    traffic = ROOT / "examples" / "insurance" / "monday.yaml"
    words = f"--traffic {traffic} --seeds 2"
    heads = {}
    for width in ("80", "160"):
        monkeypatch.setenv("COLUMNS", width)
        out = simulate(traffic.with_name("separate.yaml"), words).out.splitlines()
        heads[width] = [line.split() for line in out if "95 % interval" in line]
        assert all(len(line.rstrip()) <= int(width) for line in out)
        assert [line for line in out if line.startswith("wait, 95th percentile")]
    assert [len(head) for head in heads["80"]] == [4, 4, 4, 4]
    assert [head.count("interval") for head in heads["160"]] == [4]


def test_calls_and_talk_times_come_from_files(simulate: Run, tmp_path: Path) -> None:
    calls = tmp_path / "calls.csv"
    calls.write_text("time,talk\n08:00:00,60\n08:00:10,60\n08:00:20,60\n08:00:30,60\n")
    found = simulate(SIMULATION, "--arrivals", str(calls), "--agents", "2", "--json").json
    assert found["calls"] == 4
    assert found["mean_wait_s"] == pytest.approx((0 + 0 + 40 + 40) / 4)
    assert found["occupancy"] == pytest.approx(240 / 3600, abs=1e-6)
    calls.write_text("time,talk\n08:00:00,60\n07:00:10,60\n")
    ran = simulate(SIMULATION, "--arrivals", str(calls))
    assert ran.code == 2
    assert f"{calls}:3:1: time: 07:00:10 is before the line above" in ran.err


def test_a_profile_brings_as_many_calls_as_it_says(simulate: Run, tmp_path: Path) -> None:
    profile = tmp_path / "day.csv"
    profile.write_text("time,calls\n08:00,300\n08:30,0\n09:00,600\n")
    late = simulate(SIMULATION, "--profile", str(profile), "--agents", "99", "--warm-up 2h")
    assert (late.code, "--warm-up is 7200 s, and the whole takes 5400 s" in late.err) == (2, True)
    found = simulate(SIMULATION, "--profile", str(profile), "--agents", "99", "--json").json
    assert found["hours"] == 1.5
    assert found["calls"] == pytest.approx(900, abs=100)


def test_neither_matplotlib_nor_numpy_is_loaded_for_other_commands() -> None:
    code = "import sys, softswitch.cli; print(sorted({'numpy', 'matplotlib'} & sys.modules.keys()))"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout == "[]\n"


def test_two_configurations_stand_side_by_side_and_meet_the_same_callers(
    simulate: Run, tmp_path: Path
) -> None:
    insurance = ROOT / "examples" / "insurance"
    words = f"--traffic {insurance / 'monday.yaml'} --against {insurance / 'together.yaml'}"
    page = tmp_path / "monday.html"
    ran = simulate(insurance / "separate.yaml", words, f"--html {page}")
    assert ran.code == 0
    for word in ("separate.yaml", "together.yaml", "difference", "roadside", "points", "07:30"):
        assert word in ran.out
    text = page.read_text()
    assert "<svg" in text
    assert not re.search("(src|href)=[\"']?(http|//)", text)
    found = simulate(insurance / "separate.yaml", words, "--json").json
    assert found["queues"]["roadside"]["calls"] == found["against"]["queues"]["roadside"]["calls"]
    between = found["against"]["mean_wait_s"] - found["mean_wait_s"]
    assert found["difference"]["mean_wait_s"] == pytest.approx(between, abs=1e-5)


def test_what_a_traffic_file_says_is_not_said_twice(simulate: Run) -> None:
    insurance = ROOT / "examples" / "insurance"
    monday = insurance / "monday.yaml"
    ran = simulate(insurance / "separate.yaml", f"--traffic {monday} --talk 60s")
    assert (ran.code, ran.err) == (2, f"softswitch: --talk: {monday} says that; change it there\n")


def test_a_picture_is_written_or_it_says_why_not(simulate: Run, tmp_path: Path) -> None:
    words = f"--calls-per-hour 10 --agents 3 --hours 1 --plot {tmp_path / 'day.png'}"
    assert simulate(SIMULATION, words).code == 0
    assert (tmp_path / "day.png").read_bytes().startswith(b"\x89PNG")
    ran = simulate(SIMULATION, f"--calls-per-hour 10 --hours 1 --html {tmp_path / 'none' / 'day.html'}")
    assert ran.code == 2
    assert "there is no folder" in ran.err
