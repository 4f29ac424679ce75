"""`softswitch replay`, as its users see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from softswitch.acd.events import AgentPaused, AgentSignedOut
from softswitch.ports import Recorded
from softswitch.simulation.source import day_of
from softswitch.store.encoding import decode
from softswitch.types import AgentName, CallId, QueueName
from tests.reports.conftest import kept as kept  # noqa: PLC0414 - a fixture
from tests.simulation.commands import SIMULATION, Run, runner

NAMES = [f"agent-{number}" for number in range(1, 7)]
CALLS = "--calls-per-hour 200 --talk 90s --patience 60s --agents 6 --hours 2"


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner("replay", monkeypatch, capsys)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two configurations, `was.yaml` and `slow.yaml`, and a day of the first: `day.jsonl`."""
    folder = tmp_path_factory.mktemp("replay")
    whole = SIMULATION.read_text()
    agents = "".join(f'  {name}: {{dial: "sip:1@127.0.0.1:7201"}}\n' for name in NAMES)
    team = f"\nteams:\n  support: {{agents: [{', '.join(NAMES)}]}}\n"
    text = f"{whole[: whole.index('agents:')]}agents:\n{agents}{team}"
    (folder / "was.yaml").write_text(text)
    (folder / "slow.yaml").write_text(text.replace("wrap_up: 0", "wrap_up: 30s"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.print", lambda *_, **__: None)
        run = runner("simulate", patch, _NoCapture())  # type: ignore[arg-type]
        assert run(SIMULATION, CALLS, "--json --events", folder / "day.jsonl").code == 0
    return folder


class _NoCapture:
    """Fixtures of a module cannot have what is captured of a test."""

    def readouterr(self) -> tuple[str, str]:
        return "", ""


def test_what_happened_the_same_rules_and_others_are_side_by_side(
    replay: Run, files: Path, tmp_path: Path
) -> None:
    plot = tmp_path / "day.png"
    ran = replay(
        files / "day.jsonl",
        "--config",
        files / "slow.yaml",
        "--was",
        files / "was.yaml",
        "--seeds 2",
        "--plot",
        plot,
    )
    assert ran.code == 0, ran.err
    for word in ("what happened", "the same rules", "slow.yaml", "difference", "95 % interval"):
        assert word in ran.out
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_machines_get_the_same_and_what_differs(replay: Run, files: Path) -> None:
    words = ("--config", files / "slow.yaml", "--was", files / "was.yaml", "--seeds 2 --json")
    ran = replay(files / "day.jsonl", *words)
    found = ran.json
    assert found["day"] == "2026-01-05"
    assert found["happened"]["calls"] == found["same"]["calls"] == found["callers"] > 300
    assert found["same"]["mean_wait_s"] == pytest.approx(found["happened"]["mean_wait_s"], rel=0.02)
    assert found["other"]["abandoned_share"] > found["same"]["abandoned_share"] + 0.02
    assert found["difference"]["abandoned_share"] == pytest.approx(
        found["other"]["abandoned_share"] - found["same"]["abandoned_share"], abs=1e-5
    )
    assert found["other"]["queues"]["support"]["calls"] == found["callers"]
    assert ran.out == replay(files / "day.jsonl", *words).out


def test_a_day_is_one_of_the_clock_of_the_rules(replay: Run, files: Path, tmp_path: Path) -> None:
    """At midnight of most of the world it is the day before in Honolulu."""
    there = tmp_path / "there.yaml"
    hours = 'hours:\n  office: {timezone: Pacific/Honolulu, open: {mon-sun: "00:00-24:00"}}\n'
    there.write_text(hours + (files / "was.yaml").read_text())
    first = decode((files / "day.jsonl").read_bytes().splitlines()[0])
    assert first is not None
    began = datetime.fromtimestamp(first.at, ZoneInfo("Pacific/Honolulu"))
    ran = replay(files / "day.jsonl", "--config", there, "--seeds 1")
    assert ran.out.startswith(f"{began:%A, %Y-%m-%d} (Pacific/Honolulu): ")
    assert "callers, replayed once\n" in ran.out
    assert f" {began:%H:00} " in ran.out
    named = replay(files / "day.jsonl", "--config", there, "--seeds 1 --json --timezone Asia/Tokyo").json
    tokyo = datetime.fromtimestamp(first.at, ZoneInfo("Asia/Tokyo"))
    assert (named["day"], named["zone"]) == (str(tokyo.date()), "Asia/Tokyo")
    other = began.date() + timedelta(days=1)
    assert (
        f"nobody waited in a queue on {other}"
        in replay(files / "day.jsonl", "--config", there, f"--day {other}").err
    )


def test_rules_that_are_not_known_any_more_are_left_out_and_that_is_said(replay: Run, files: Path) -> None:
    ran = replay(files / "day.jsonl", "--config", files / "slow.yaml", "--seeds 1 --json")
    assert ran.json["same"] is None
    assert ran.json["notes"] == [
        "The rules of that day are not known (the record does not name it); name them by --was FILE."
    ]


def test_agents_that_the_other_rules_add_or_lack_are_named(replay: Run, files: Path, tmp_path: Path) -> None:
    fewer = tmp_path / "fewer.yaml"
    fewer.write_text((files / "was.yaml").read_text().replace("agent-6", "newcomer"))
    ran = replay(files / "day.jsonl", "--config", fewer, "--was", files / "was.yaml", "--seeds 1 --json")
    assert "Not in fewer.yaml: agent-6." in ran.json["notes"]
    # who needs no registration is there anyway, and is no surprise
    assert ran.json["other"]["occupancy"] == pytest.approx(ran.json["happened"]["occupancy"], rel=0.05)


def test_a_data_folder_has_the_same_day(
    replay: Run, files: Path, kept: Callable[[list[Recorded]], Path]
) -> None:
    lines = (files / "day.jsonl").read_bytes().splitlines()
    folder = kept([event for event in map(decode, lines) if event is not None])
    of_folder, of_file = (day_of(each, None) for each in (folder, files / "day.jsonl"))
    assert of_folder.date == of_file.date
    assert of_folder.past.callers == of_file.past.callers
    assert of_folder.past.stays == of_file.past.stays
    ran = replay(folder, "--config", files / "slow.yaml", "--day 2026-01-07")
    assert ran.code == 4
    assert "nobody waited on 2026-01-07; the record has callers from 2026-01-05 to 2026-01-05" in ran.err


def test_what_agents_did_days_before_holds_until_they_do_something_else(
    kept: Callable[[list[Recorded]], Path],
) -> None:
    day = datetime(2026, 1, 5, 9).timestamp()
    ann, bob = {"agent": "ann"}, {"agent": "bob"}
    lines: list[tuple[float, str, str | None, dict[str, object]]] = [
        (day - 5 * 86400, "AgentSignedOut", None, {**ann, "queue": "support"}),
        (day - 4 * 86400, "StateKept", None, {"paused": {}, "signed_out": {"ann": [[True, "support", day]]}}),
        (day - 3 * 86400, "AgentPaused", None, {**bob, "reason": "ill"}),
        (day, "CallArrived", "c", {"number": "1", "dialled": "2", "transport": "udp"}),
        (day, "CallerJoined", "c", {"queue": "support", "priority": "default"}),
        (day + 9, "CallEnded", "c", {"ended_by": "caller", "status": 200}),
    ]
    events = [
        Recorded(number, at, kind, None if call is None else CallId(call), data)  # type: ignore[arg-type]
        for number, (at, kind, call, data) in enumerate(lines, 1)
    ]
    told = [event for _, event in day_of(kept(events), None).past.told]
    assert told == [
        AgentPaused(AgentName("bob"), "ill"),
        AgentSignedOut(AgentName("ann"), QueueName("support")),
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines: [], "no events in it"),
        (lambda lines: [*lines[:3], "nonsense", *lines[3:]], "day.jsonl:4:1: this is no event"),
        (lambda lines: [*lines[:9], *lines[4:]], "day.jsonl:10:1: event 5 comes after 9; sort them by seq"),
        (
            lambda lines: [*lines[:9], lines[9].replace('"at":17', '"at":16')],
            "s before the one above; the times are wrong, or these are two records",
        ),
        (
            lambda lines: [lines[0].replace('"at":17', '"at":9917'), *lines[1:]],
            "which is no moment in seconds since 1970",
        ),
        (lambda lines: [lines[0].replace('"at":', '"at":NaN,"was":'), *lines[1:]], "day.jsonl:1:1: "),
        (
            lambda lines: [line.replace('"talked":', '"talked":"x","was":') for line in lines],
            "(ConversationEnded) does not say what such an event should: could not convert string to float",
        ),
        (
            lambda lines: [line.replace('"priority":', '"needs":"x","priority":') for line in lines],
            "(CallerJoined) does not say what such an event should",
        ),
        (lambda lines: lines[:2], "nobody waits in a queue in it; all events are needed"),
    ],
)
def test_what_is_no_record_is_shown_where(
    replay: Run, files: Path, tmp_path: Path, change: Callable[[list[str]], list[str]], says: str
) -> None:
    file = tmp_path / "day.jsonl"
    file.write_text("\n".join(change((files / "day.jsonl").read_text().splitlines())))
    ran = replay(file, "--config", files / "slow.yaml")
    assert ran.code == 2
    assert says in ran.err


def test_gaps_are_noted(replay: Run, files: Path, tmp_path: Path) -> None:
    file = tmp_path / "day.jsonl"
    lines = (files / "day.jsonl").read_text().splitlines()
    file.write_text("\n".join([*lines[:100], *lines[107:]]))
    ran = replay(file, "--config", files / "slow.yaml", "--seeds 1 --json")
    assert "7 events are missing from the file, by their numbers: figures may be wrong." in ran.json["notes"]


def test_nobody_there_to_serve_a_queue_is_said(replay: Run, files: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.yaml"
    text = (files / "was.yaml").read_text()
    empty.write_text(text[: text.index("support: {agents:")] + "support: {agents: []}\n")
    ran = replay(files / "day.jsonl", "--config", empty)
    assert ran.code == 2
    assert "queue 'support' has no agents who can serve it" in ran.err


def test_what_cannot_be_read_is_named(replay: Run, files: Path) -> None:
    ran = replay(files / "none.jsonl", "--config", files / "slow.yaml")
    assert ran.code == 2
    assert "none.jsonl: No such file or directory" in ran.err
