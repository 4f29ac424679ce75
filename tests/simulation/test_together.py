"""Agents of queues that share them: groups, and how many of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from softswitch.acd.settings import AgentSettings, EngineSettings, Member, QueueSettings, Relaxation
from softswitch.errors import SimulationError
from softswitch.simulation import together
from softswitch.simulation.demand import Demand
from softswitch.simulation.draws import Exponential
from softswitch.simulation.groups import Numbers, groups_of, names_of, shares, with_groups
from softswitch.simulation.staffing import Case, Measured, Target
from softswitch.simulation.together import Joint, SharedCase, SharedStaffing, staff_together
from softswitch.simulation.traffic import QueueTraffic, Traffic
from softswitch.types import AgentName, QueueName
from tests.simulation.commands import Run, runner

A, B = QueueName("a"), QueueName("b")
ONLY_A, ALSO_A, BOTH, ONLY_B = (AgentName(name) for name in ("a1", "a2", "ab", "b1"))
CALLS = (20.0, 40.0, 30.0)


def floor() -> EngineSettings:
    """Two of `a` alone, one of both who is in the second tier of `b`, one of `b` who helps `a` in the end."""
    skills = {ONLY_A: {"a": 2}, ALSO_A: {"a": 2}, BOTH: {"a": 2, "b": 1}, ONLY_B: {"a": 1, "b": 1}}
    agents = {name: AgentSettings(name, skills=levels, registers=True) for name, levels in skills.items()}
    queues = {
        A: QueueSettings(A, tuple(skills), needs={"a": 2}, relax=(Relaxation(20.0, {"a": 1}),)),
        B: QueueSettings(B, (BOTH, ONLY_B), members={BOTH: Member(tier=2)}),
    }
    return EngineSettings(queues, agents)


def case(settings: EngineSettings) -> SharedCase:
    demand, talk, patience = Demand(None, 1800.0, CALLS), Exponential(180.0), Exponential(180.0)
    queues = tuple(QueueTraffic(name, talk, demand.profile, patience) for name in (A, B))
    cases = {name: Case(settings, name, demand, talk, patience, 180.0, least=0) for name in (A, B)}
    return SharedCase(
        settings,
        Traffic(demand.span, queues, step=1800.0),
        tuple(groups_of(settings, (A, B))),
        cases,
        dict.fromkeys((A, B), Target(0.8, 20.0)),
    )


def test_groups_are_agents_who_are_the_same_to_every_queue() -> None:
    found = groups_of(floor(), (A, B))
    assert [(group.name, group.agents) for group in found] == [
        ("a1", (ONLY_A, ALSO_A)),
        ("ab", (BOTH,)),
        ("b1", (ONLY_B,)),
    ]
    assert [group.queues for group in found] == [(A,), (A, B), (A, B)]
    assert [group.homes for group in found] == [(A,), (A,), (B,)]


def test_shares_go_by_heads_to_those_who_are_there_for_it_first() -> None:
    groups = groups_of(floor(), (A, B))
    assert shares(groups, A, 10) == {"a1": 7, "ab": 3}
    assert shares(groups, B, 5) == {"b1": 5}
    assert shares(groups[:2], B, 5) == {"ab": 5}  # nobody's home: whoever can


def test_agents_of_a_group_have_the_skills_and_places_of_the_first() -> None:
    settings = floor()
    groups = groups_of(settings, (A, B))
    made = with_groups(settings, groups, {"a1": 3, "ab": 2, "b1": 1})
    assert made.queues[B].agents == ("ab 1", "ab 2", "b1 1")
    assert made.queues[A].agents == (*names_of(groups[0], 3), "ab 1", "ab 2", "b1 1")
    assert made.queues[B].member(AgentName("ab 2")).tier == 2
    assert made.agents[AgentName("a1 3")].skills == {"a": 2}
    assert not made.agents[AgentName("a1 3")].registers


NEEDED = (5, 9, 7)
"""Of both queues together, whoever they are."""


def days_with(needed: Sequence[int], never: int | None = None) -> Callable[..., Joint]:
    """Simulated days in which so many agents do, and in one half-hour no number of them."""

    def simulated(case: SharedCase, numbers: Numbers, *_others: object) -> Joint:
        total = [sum(counts[step] for counts in numbers.values()) for step in range(case.steps)]
        short = tuple(have < need for have, need in zip(total, needed, strict=True))
        zeros, level = np.zeros(len(needed)), np.where(short, 0.5, 0.9)
        if never is not None:
            level[never] -= 0.2
        one = Measured(tuple(total), zeros, level, zeros, zeros, zeros, short, short)
        return Joint(numbers, dict.fromkeys(case.cases, one))

    return simulated


def totals(found: SharedStaffing) -> list[int]:
    return [sum(counts[step] for counts in found.final.numbers.values()) for step in range(3)]


def test_agents_are_taken_as_long_as_all_queues_reach_their_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "simulated", days_with(NEEDED))
    told = list[str]()
    found = staff_together(case(floor()), range(3), told.append)
    assert not found.missed
    assert found.ended
    assert totals(found) == [*NEEDED]
    assert found.hours(found.final.numbers) == 10.5
    assert told[0] == "as the formula has it, round 1"
    assert told[-1] == "checking with other days"
    assert len(told) == found.rounds + 1


def test_who_was_needed_for_the_next_half_hour_comes_back_though_that_was_tried_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who waits at the end of the first half-hour spoils the second: that wants eight in the first."""

    def simulated(case: SharedCase, numbers: Numbers, *_others: object) -> Joint:
        total = [sum(counts[step] for counts in numbers.values()) for step in range(case.steps)]
        short = (total[0] < 3, total[1] < 5 or total[0] < 8, total[2] < 5)
        level, zeros = np.where(short, 0.5, 0.9), np.zeros(3)
        one = Measured(tuple(total), zeros, level, zeros, zeros, zeros, short, short)
        return Joint(numbers, dict.fromkeys(case.cases, one))

    monkeypatch.setattr(together, "simulated", simulated)
    found = staff_together(case(floor()), range(3))
    assert found.ended
    assert totals(found) == [8, 5, 5]


def test_what_no_number_reaches_is_told_and_does_not_become_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "simulated", days_with(NEEDED, never=1))
    found = staff_together(case(floor()), range(3))
    assert found.missed == [(A, 1), (B, 1)]
    before, missed, after = totals(found)
    assert (before, after) == (5, 7)
    added = together.CORRECTIONS * 2  # an agent for each queue, each time the check was not content
    assert missed == 9 + added


def test_a_search_that_finds_no_end_is_ended_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "simulated", days_with(NEEDED))
    monkeypatch.setattr(together, "MOST_TRIALS", 2)
    assert not staff_together(case(floor()), range(3)).ended


def test_the_check_has_days_that_the_search_had_not(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[int, set[int]] = {}

    def simulated(case: SharedCase, numbers: Numbers, seeds: Sequence[int], *_others: object) -> Joint:
        seen.setdefault(len(seeds), set()).update(seeds)
        return days_with(NEEDED)(case, numbers)

    monkeypatch.setattr(together, "simulated", simulated)
    staff_together(case(floor()), range(7, 27))
    assert seen == {10: {*range(27, 37)}, 20: {*range(7, 27)}}


def test_two_of_a_group_are_given_for_one_of_another_where_that_does_as_well() -> None:
    """One of `b` does as much for both queues as two of `a`; in the second half-hour none can be spared."""
    asked, told = case(floor()), list[str]()

    def measure(numbers: Numbers, what: str) -> Joint:
        told.append(what)
        done = np.array(numbers["a1"]) + np.array(numbers["ab"]) + 2 * np.array(numbers["b1"])
        short = (done < 9) | (np.array(numbers["a1"]) < (0, 5, 0))
        zeros, free = np.zeros(3), (False,) * 3
        levels = {A: np.where(short, 0.5, 0.95), B: np.where(short, 0.5, 0.85)}
        return Joint(
            numbers,
            {
                name: Measured((), zeros, level, zeros, zeros, zeros, free, free)
                for name, level in levels.items()
            },
        )

    found = together.exchanged(asked, {"a1": (5, 5, 5), "ab": (2, 2, 2), "b1": (1, 1, 1)}, measure)
    assert found == {"a1": (1, 5, 1), "ab": (0, 2, 0), "b1": (4, 1, 4)}
    assert len(told) < together.MOST_EXCHANGES


def test_together_they_need_fewer_than_apart_and_reach_the_targets() -> None:
    settings = floor()
    shared = replace(settings.queues[A], relax=(), needs={"a": 1})
    settings = replace(settings, queues={**settings.queues, A: shared})
    asked = case(settings)
    found = staff_together(asked, range(1, 5))
    assert found.hours(found.final.numbers) < found.hours(found.alone)
    again = together.simulated(asked, found.final.numbers, range(100, 106))
    assert all(one.whole > 0.75 for one in again.queues.values())


FILE = """
numbers: {"600": {queue: a}}
queues:
  a: {service_level: {within: 20s}}
  b: {service_level: {within: 30s}}
agents:
  one: {dial: "sip:1@127.0.0.1:7001"}
  two: {dial: "sip:2@127.0.0.1:7002"}
teams: {a: {agents: [one, two]}, b: {agents: [two]}}
"""
CSV = "time,queue,talk\n" + "".join(
    f"{8 + number // 60:02}:{number % 60:02},{'ab'[number % 3 == 0]},120\n" for number in range(30, 90)
)


@pytest.fixture
def staff(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner("staff", monkeypatch, capsys)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    config, calls = tmp_path / "two.yaml", tmp_path / "calls.csv"
    config.write_text(FILE)
    calls.write_text(CSV)
    return config, calls


def test_calls_of_several_queues_are_planned_together(
    staff: Run, files: tuple[Path, Path], tmp_path: Path
) -> None:
    config, calls = files
    sheet = tmp_path / "plan.csv"
    found = staff(config, "--from", calls, "--seeds 3 --shift 1h --json --csv", sheet)
    assert found.code == 0, found.err
    assert found.json["groups"]["two"] == {"agents": ["two"], "queues": ["a", "b"], "first_for": ["a", "b"]}
    steps = found.json["steps"]
    calls_of = [(step["time"], *(step["queues"][name]["calls"] for name in "ab")) for step in steps]
    assert calls_of == [("08:30", 20.0, 10.0), ("09:00", 20.0, 10.0)]
    assert set(steps[0]["groups"]["two"]) == {"agents", "rostered", "in_shifts"}
    assert found.json["queues"]["b"]["within_s"] == 30.0
    assert {shift["group"] for shift in found.json["shifts"]} <= {"one", "two"}
    head, *lines = sheet.read_text().splitlines()
    assert head.startswith("time,a_calls,a_service_level,a_abandoned_share,b_calls")
    assert head.endswith("two_agents,two_rostered,two_in_shifts")
    assert len(lines) == 2
    shown = staff(config, "--from", calls, "--seeds 3")
    assert "By formula, each queue by itself takes" in shown.out
    assert "two and equals (1): a, b" in shown.out
    assert "rounds of 4 days, and checked with 3 others" in shown.out


def test_the_days_of_all_queues_are_counted(staff: Run, files: tuple[Path, Path]) -> None:
    """Each queue is called on other days: 20 and 10 calls, over three days."""
    days = [("2026-03-02", "a"), ("2026-03-03", "a"), ("2026-03-04", "b")]
    calls = [f"{day} 08:{10 + number},{queue},120" for day, queue in days for number in range(10)]
    files[1].write_text("time,queue,talk\n" + "\n".join(calls) + "\n")
    found = staff(files[0], "--from", files[1], "--seeds 2 --json")
    assert found.code == 0, found.err
    [step] = found.json["steps"]
    assert [step["queues"][name]["calls"] for name in "ab"] == [
        pytest.approx(20 / 3, abs=0.01),
        pytest.approx(10 / 3, abs=0.01),
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [("--at-least 2", "--at-least is for one queue"), ("--hours 3", "calls.csv says when calls come")],
)
def test_what_holds_of_one_queue_alone_is_refused(
    staff: Run, files: tuple[Path, Path], words: str, says: str
) -> None:
    refused = staff(files[0], "--from", files[1], words)
    assert (refused.code, says in refused.err.replace("\n", " ")) == (2, True), refused.err


def test_a_traffic_file_says_who_calls_and_its_shifts_are_not_read(
    staff: Run, files: tuple[Path, Path], tmp_path: Path
) -> None:
    traffic = tmp_path / "day.yaml"
    traffic.write_text(
        'from: "08:00"\nto: "09:00"\nqueues: {a: {calls_per_hour: 40, talk: 120s, patience: 60s}}\n'
    )
    found = staff(files[0], "--traffic", traffic, "--seeds 2 --json")
    assert found.code == 0, found.err
    assert [step["queues"]["a"]["calls"] for step in found.json["steps"]] == [20.0, 20.0]
    refused = staff(files[0], "--traffic", traffic, "--talk 5m")
    assert (refused.code, "--talk:" in refused.err) == (2, True)
    refused = staff(files[0], "--traffic", traffic, "--weekday monday")
    assert (refused.code, "--weekday:" in refused.err) == (2, True)
    refused = staff(files[0], "--traffic", traffic, "--queue a")
    assert (refused.code, "leave --queue away" in refused.err) == (2, True)


def test_a_queue_of_calls_that_is_not_configured_is_named(staff: Run, files: tuple[Path, Path]) -> None:
    files[1].write_text(CSV.replace(",b,", ",bb,"))
    found = staff(files[0], "--from", files[1])
    assert found.code == 2
    assert "there is no queue 'bb'; did you mean 'b'" in found.err


def test_a_queue_that_nobody_serves_is_an_error(files: tuple[Path, Path], staff: Run) -> None:
    files[0].write_text(FILE.replace("b: {agents: [two]}", "b: {agents: []}"))
    found = staff(files[0], "--from", files[1])
    assert found.code == 2
    assert "queue 'b' has no agents who can serve it" in found.err
    assert SimulationError.__name__ not in found.err
