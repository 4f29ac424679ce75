"""One switch for all SIPp scenarios: who calls which number, and which agents are there.

Every scene has numbers, a queue and agents of its own, so that all of them can be played at the same time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e import ports
from tests.e2e.sipp import Sipp
from tests.e2e.switch import Record, Switch, until

VIP = "+48600100200"
ONCE = ("-m", "1")
ANSWERS = ("agent_answers", *ONCE)


@dataclass(frozen=True)
class Scene:
    """A caller's scenario, the number that is dialled, and the agents."""

    caller: str
    dials: str
    agents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Scenario and options by agent; agents of one process are joined with + (`one+two`)."""
    options: tuple[str, ...] = ONCE
    queue: dict[str, Any] | None = None
    """Settings of the queue that is named as the scene and served by its agents; None: no queue."""
    before: tuple[str, ...] = ()
    """Scenario and options of another caller, who waits in the queue already."""


def _talks(milliseconds: int) -> tuple[str, ...]:
    return (*ONCE, "-d", str(milliseconds))


SCENES: dict[str, Scene] = {
    "simple_call": Scene("simple_call", "600", {"simple": ANSWERS}, queue={}),
    "wrong_key_and_silence": Scene("wrong_key_and_silence", "602"),
    "caller_cancels_while_ringing": Scene(
        "caller_cancels_while_ringing", "203", {"x203": ("agent_never_answers", *ONCE)}
    ),
    "caller_hangs_up_while_waiting": Scene("caller_hangs_up_while_waiting", "604", queue={}),
    "caller_hangs_up_during_announcement": Scene(
        "caller_hangs_up_during_announcement",
        "605",
        queue={"announce": {"position": True, "first": "1s"}},
    ),
    "caller_hangs_up_while_agent_rings": Scene(
        "caller_hangs_up_while_agent_rings", "606", {"rings": ("agent_never_answers", *ONCE)}, queue={}
    ),
    "waits_and_talks": Scene("waits_and_talks", "607", {"talks": ANSWERS}, _talks(3000), queue={}),
    "hold_and_resume": Scene("hold_and_resume", "208", {"x208": ANSWERS}),
    "rings_reliably_and_changes": Scene(
        "rings_reliably_and_changes", "223", {"x223": ("agent_rings_reliably", *ONCE)}
    ),
    "agent_rings_reliably": Scene(
        "waits_and_talks", "623", {"reliable": ("agent_rings_reliably", *ONCE)}, _talks(3000), queue={}
    ),
    "dtmf_rfc4733": Scene("dtmf_rfc4733", "609", {"by_rtp": ANSWERS}, queue={}),
    "dtmf_info_relay": Scene("dtmf_info_relay", "610", {"by_relay": ANSWERS}, queue={}),
    "dtmf_info": Scene("dtmf_info", "611", {"by_info": ANSWERS}, queue={}),
    "queue_full": Scene(
        "queue_full", "612", queue={"max_callers": 1}, before=("waits_and_talks", *_talks(4000))
    ),
    "unknown_number": Scene("unknown_number", "999"),
    "twenty_callers": Scene(
        "twenty_callers",
        "613",
        {"a+b+c": ("agent_hangs_up", "-m", "20", "-d", "1000")},
        ("-m", "20", "-r", "10"),
        queue={"strategy": "vip-priority"},
    ),
    "agent_answers": Scene("waits_and_talks", "614", {"answers": ANSWERS}, _talks(3000), queue={}),
    "agent_hangs_up": Scene("twenty_callers", "615", {"leaves": ("agent_hangs_up", *_talks(1000))}, queue={}),
    "agent_transfers": Scene(
        "waits_and_talks",
        "624",
        {"hands_on": ("agent_transfers", *ONCE, "-key", "target", "224"), "x224": ANSWERS},
        _talks(4000),
        queue={"strategy": "hunt"},
    ),
    "agent_busy": Scene(
        "waits_and_talks",
        "616",
        {"busy": ("agent_busy", *ONCE), "not_busy": ANSWERS},
        _talks(3000),
        queue={"strategy": "hunt"},
    ),
    "agent_rejects": Scene(
        "waits_and_talks",
        "617",
        {"rejects": ("agent_rejects", *ONCE), "accepts": ANSWERS},
        _talks(4000),
        queue={"strategy": "hunt"},
    ),
    "agent_never_answers": Scene(
        "waits_and_talks",
        "618",
        {"away": ("agent_never_answers", *ONCE), "there": ANSWERS},
        _talks(6000),
        queue={"strategy": "hunt", "ring": "2s"},
    ),
    "ring_all_race": Scene(
        "waits_and_talks",
        "619",
        {"one+two": ("ring_all_race", "-m", "2")},
        _talks(3000),
        queue={"strategy": "ring-all"},
    ),
    "bench_hold": Scene(
        "bench_hold", "620", {}, ("-m", "5", "-r", "20", "-d", "2000", "-key", "sink", "9"), queue={}
    ),
    "bench_call": Scene(
        "bench_call", "621", {"all": ("bench_agent", "-m", "5")}, ("-m", "5", "-d", "1000"), queue={}
    ),
    "bench_agent": Scene(
        "bench_call", "622", {"every": ("bench_agent", "-m", "5")}, ("-m", "5", "-d", "500"), queue={}
    ),
}

_MENUS = {
    "simple_call": {"say": "Welcome. For the desk press one.", "choices": {"1": {"queue": "simple_call"}}},
    "wrong_key_and_silence": {
        "say": "Welcome. For the desk press one.",
        "choices": {"1": {"queue": "waits_and_talks"}},
        "wait": "1s",
        "attempts": 2,
        "wrong": {"say": "No."},
    },
    **{
        name: {"say": "Press two.", "choices": {"2": {"menu": f"{name}_next"}}}
        for name in ("dtmf_rfc4733", "dtmf_info_relay", "dtmf_info")
    },
    **{
        f"{name}_next": {"say": "Press one.", "choices": {"1": {"queue": name}}}
        for name in ("dtmf_rfc4733", "dtmf_info_relay", "dtmf_info")
    },
}


def configuration(phones: dict[str, int]) -> dict[str, Any]:
    """The switch that all scenes share; `phones` are the ports of the agents' phones."""
    numbers = {}
    for name, scene in SCENES.items():
        if name in _MENUS:
            numbers[scene.dials] = {"menu": name}
        elif scene.queue is not None:
            numbers[scene.dials] = {"queue": name}
    agents: dict[str, dict[str, Any]] = {
        name: {"dial": f"sip:{name}@127.0.0.1:{port}"} for name, port in phones.items()
    }
    for extension in ("203", "208", "223", "224"):
        agents[f"x{extension}"]["extension"] = extension
    for name in ("all", "every"):
        agents[name]["calls"] = "unlimited"
    queues = {name: scene.queue for name, scene in SCENES.items() if scene.queue is not None}
    teams = {name: [one for group in SCENES[name].agents for one in group.split("+")] for name in queues}
    return {
        "media": {"languages": ["en"]},
        "sip": {"limits": {"lag": "5s"}},  # of a machine on which other tests run, too
        "numbers": numbers | {"2xx": {"agent": "dialled"}},
        "callers": [{"name": "important", "match": [VIP], "priority": "vip"}],
        "menus": _MENUS,
        "queues": queues,
        "agents": agents,
        "teams": {name: {"agents": team} for name, team in teams.items()},
    }


@dataclass
class Played:
    """A scene that is being played."""

    switch: Switch
    caller: Sipp
    others: list[Sipp]

    def finished(self) -> None:
        """Wait for all of it. Raises AssertionError unless every part went as its scenario says."""
        for part in (self.caller, *self.others):
            part.finished()

    def record(self, number: int = 1) -> Record:
        """The record of the caller's call."""
        return self.switch.record(self.caller.call_id(number))

    def events(self, kind: str) -> list[Record]:
        """The call's events of one kind."""
        return self.switch.events(kind, self.record()["id"])

    def kinds(self) -> list[str]:
        """The kinds of the call's events, in order."""
        return [event["kind"] for event in self.switch.events(call=self.record()["id"])]


class Stage:
    """Plays scenes on one switch."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        """`names` are the scenes that will be asked for."""
        wanted = set(names)
        self._folder = folder
        self._names = [name for name in SCENES if name in wanted]
        groups = [group for scene in SCENES.values() for group in scene.agents]
        self._ports = {group: ports.block() for group in groups}
        phones = {name: port for group, port in self._ports.items() for name in group.split("+")}
        self.switch = Switch(folder, configuration(phones), rtp=400)
        self._target = f"127.0.0.1:{self.switch.port}"
        self.played: dict[str, Played] = {}

    def play(self) -> None:
        """Start everything at the same time; those who find a queue taken come when it is."""
        agents = {name: [self._agent(group, name) for group in SCENES[name].agents] for name in self._names}
        for name in self._names:
            if not SCENES[name].before:
                self.played[name] = Played(self.switch, self._caller(name), agents[name])
        for name in self._names:
            if earlier := SCENES[name].before:
                other = self._call(f"{name}-before", earlier[0], SCENES[name].dials, earlier[1:])
                self._until_waiting(name)
                self.played[name] = Played(self.switch, self._caller(name), [*agents[name], other])

    def stop(self) -> None:
        """End what still runs, then the switch."""
        for scene in self.played.values():
            for part in (scene.caller, *scene.others):
                part.stop()
        self.switch.stop()

    def _agent(self, group: str, name: str) -> Sipp:
        scenario, *options = SCENES[name].agents[group]
        return Sipp(scenario, self._folder, *options, port=self._ports[group], name=f"agent-{group}")

    def _caller(self, name: str) -> Sipp:
        scene = SCENES[name]
        return self._call(name, scene.caller, scene.dials, scene.options)

    def _call(self, name: str, scenario: str, number: str, options: tuple[str, ...]) -> Sipp:
        return Sipp(scenario, self._folder, "-s", number, *options, target=self._target, name=name)

    def _until_waiting(self, queue: str) -> None:
        def joined() -> bool:
            return any(event["data"]["queue"] == queue for event in self.switch.events("CallerJoined"))

        until(joined, 20, lambda: f"nobody waits in {queue}{self.switch.last_words()}")
