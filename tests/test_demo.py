"""The demo: what it shows is read off events, its scenarios are SIPp's, and its checks find what is wrong."""

from __future__ import annotations

import socket
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from sqlalchemy import func, select

from softswitch.acd.settings import AgentSettings, EngineSettings, QueueSettings
from softswitch.config.load import load
from softswitch.demo import screen, stage
from softswitch.demo.cast import AGENTS, CALLERS, RECORDED, Caller, callers
from softswitch.demo.hearing import MUSIC, Playlist, music_window
from softswitch.demo.picture import draw
from softswitch.demo.scenarios import agent_scenario, caller_scenario
from softswitch.demo.show import Demo
from softswitch.demo.stage import DemoError, Process, Record, configure, free_port, is_free
from softswitch.demo.story import Doing, Story
from softswitch.demo.verdict import Ears, by_record, vip_first
from softswitch.ports import Recorded
from softswitch.store.call_record import CallRecord
from softswitch.store.calls import rebuild
from softswitch.store.encoding import encode
from softswitch.store.reading import reading
from softswitch.store.records import misfits
from softswitch.store.spool import EVENTS, read_events
from softswitch.store.tables import calls
from softswitch.testing.sound import Sound
from softswitch.testing.voice import tone
from softswitch.types import AgentName, CallId, Quality, QueueName
from tests.store.sample import ALICE, BOB
from tests.store.sample import story as sample

SALES = QueueName("sales")
TEAM = (AgentName("ann"), AgentName("ben"))
SETTINGS = EngineSettings(
    queues={SALES: QueueSettings(SALES, TEAM, wrap_up=2.0)},
    agents={name: AgentSettings(name) for name in TEAM},
)
HEARD = Quality("PCMA/8000", received=500, sent=500)


def told(events: list[Recorded]) -> Story:
    story = Story(SETTINGS)
    for event in events:
        story.apply(event)
    return story


# What is shown. ------------------------------------------------------------------------------------


def test_a_caller_is_seen_in_menus_waiting_ringing_and_talking() -> None:
    alice = told(sample()).callers[ALICE]
    assert [(span.doing, round((span.end or 0) - span.start, 1)) for span in alice.spans] == [
        (Doing.ARRIVING, 0.1),
        (Doing.MENU, 2.9),
        (Doing.RINGING, 7.0),
        (Doing.TALKING, 10.0),
    ]
    assert alice.end == "answered"


def test_an_agent_is_seen_ringing_talking_and_in_wrap_up() -> None:
    story = told(sample())
    ben = story.agents["ben"]
    assert [span.doing for span in ben.spans] == [Doing.RINGING, Doing.TALKING, Doing.WRAP_UP]
    ended = story.callers[ALICE].ended
    assert ended is not None
    wrapping = ben.doing(ended + 1.0)
    assert wrapping is not None
    assert wrapping.doing is Doing.WRAP_UP
    assert ben.doing(ended + 3.0) is None


def test_places_follow_priority_and_then_the_order_of_joining() -> None:
    events = []
    for place, (call, priority) in enumerate([("a", "default"), ("b", "default"), ("c", "vip")]):
        events.append(Recorded(place, place, "CallArrived", CallId(call), {"name": call}))
        events.append(
            Recorded(place, place, "CallerJoined", CallId(call), {"queue": "sales", "priority": priority})
        )
    assert [caller.name for caller in told(events).waiting("sales", 9.0)] == ["c", "a", "b"]


def test_an_agent_whose_leg_died_at_the_answer_leaves_the_caller_waiting() -> None:
    call = CallId("c")
    story = told(
        [
            Recorded(1, 0.0, "CallArrived", call, {"name": "c"}),
            Recorded(2, 1.0, "CallerJoined", call, {"queue": "sales"}),
            Recorded(3, 2.0, "OfferMade", call, {"offer": "o", "agent": "ann"}),
            Recorded(4, 3.0, "OfferEnded", call, {"offer": "o", "agent": "ann", "result": "answered"}),
            Recorded(5, 3.0, "Connected", call, {"offer": "o", "agent": "ann"}),
            Recorded(6, 3.5, "ConnectFailed", call, {}),
        ]
    )
    assert story.callers[call].doing is Doing.WAITING
    assert story.waiting("sales", 4.0) == [story.callers[call]]
    assert story.agents["ann"].talk is None


def test_the_view_shows_who_waits_where_and_who_talks_to_whom() -> None:
    console = Console(width=screen.WIDTH, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(screen.view(told(sample()[:17]), sample()[16].at, expected=2))
    text = console.export_text()
    console.file.close()
    alice = next(line for line in text.splitlines() if "Alice" in line)
    bob = next(line for line in text.splitlines() if "+48600100201" in line)
    assert "talking" in alice
    assert "ben" in alice
    assert bob.split()[1:4] == ["sales", "1", "+48600100201"]


def test_events_are_told_in_sentences_where_there_is_no_terminal() -> None:
    story = Story(SETTINGS)
    lines = []
    for event in sample():
        story.apply(event)
        lines.append(screen.line(story, event))
    sentences = [line.split("s  ", 1)[1] for line in lines if line]
    assert sentences[:3] == ["Alice dials 600", "+48600100201 dials 600", "Alice waits for sales, place 1"]
    assert "Alice talks to ben, after 7.0 s" in sentences
    assert sentences[-1] == "Alice is gone: answered"


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    draw(told(sample()), tmp_path / "timeline.png", "A day")
    assert (tmp_path / "timeline.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_nothing_is_no_error(tmp_path: Path) -> None:
    draw(Story(SETTINGS), tmp_path / "timeline.png", "Nothing")
    assert (tmp_path / "timeline.png").stat().st_size > 0


# Cast and scenarios. -------------------------------------------------------------------------------


def test_every_caller_has_a_number_of_their_own_also_in_later_rounds() -> None:
    for seconds in (30, 95):
        cast = callers(seconds)
        assert len({caller.name for caller in cast}) == len(cast)
        assert len({caller.number for caller in cast}) == len(cast)
        assert max(caller.at for caller in cast) < seconds


@pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.name)
def test_a_callers_scenario_is_well_formed_and_presses_every_key(caller: Caller) -> None:
    scenario = ET.fromstring(caller_scenario(caller, 4000).split("?>", 1)[1])
    sent = [(send.text or "").split()[0] for send in scenario.findall("send")]
    assert sent.count("INFO") == sum(len(keys) for _, keys in caller.keys)
    assert sent[0] == "INVITE"
    assert "m=audio 4000 RTP/AVP 8 101" in (scenario.findall("send")[0].text or "")


def test_an_agents_scenario_answers_unless_it_is_cancelled() -> None:
    scenario = ET.fromstring(agent_scenario(AGENTS[0], 4000).split("?>", 1)[1])
    waits = {recv.get("request"): recv.get("timeout") for recv in scenario.findall("recv")}
    assert (waits["CANCEL"], waits["BYE"]) == ("1500", "6000")


# Stage. --------------------------------------------------------------------------------------------


def test_ports_that_are_taken_are_replaced_in_the_configuration(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_free(7201):
            taken.bind(("127.0.0.1", 7201))
        path, ports = configure(tmp_path)
    assert ports[7201] != 7201
    settings = load(path)
    assert {phone.way.uri.rpartition(":")[2] for phone in settings.phones.values() if phone.way} == {
        str(ports[agent.port]) for agent in AGENTS
    }


def test_a_free_port_is_free() -> None:
    assert is_free(free_port())


def test_without_sipp_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DemoError, match="apt-get install sip-tester"):
        stage.sipp()


async def test_a_process_ends_when_it_is_stopped(tmp_path: Path) -> None:
    process = await Process.start([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path)
    assert process.exit is None
    assert await process.stop() != 0


async def test_a_switch_that_does_not_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    configuration = tmp_path / "broken.yaml"
    configuration.write_text("nonsense: 1\n")
    with pytest.raises(DemoError, match="nonsense"):
        await stage.start_switch(configuration, tmp_path / "data", tmp_path / "switch.log")


def test_the_record_is_read_as_it_grows(tmp_path: Path) -> None:
    record = Record(tmp_path)
    assert list(record.new()) == []
    lines = [encode(event) for event in sample()]
    (tmp_path / EVENTS).write_bytes(lines[0] + lines[1][:5])
    assert [event.seq for event in record.new()] == [1]
    (tmp_path / EVENTS).write_bytes(lines[0] + lines[1])
    assert [event.seq for event in record.new()] == [2]


# Verdict. ------------------------------------------------------------------------------------------

GOOD = Caller("Alice", "1", "600", 0.0, queue="sales")
RIGHT = CallRecord(
    CallId("a"),
    number="1",
    queues=["sales"],
    agent="ben",
    status=200,
    answered=10.0,
    talk=5.0,
    caller_media=HEARD,
)


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        (None, "no record"),
        (replace(RIGHT, agent="", answered=None), "outcome is 'served', not 'answered'"),
        (replace(RIGHT, queues=["support"]), "queue is 'support', not 'sales'"),
        (replace(RIGHT, caller_media=Quality("PCMA/8000", sent=5)), "no sound in one direction"),
        (replace(RIGHT, caller_media=replace(HEARD, lost=50)), "50 packets lost"),
    ],
)
def test_a_call_that_went_wrong_is_named_with_what_was_wrong(record: CallRecord | None, fault: str) -> None:
    records = {"1": record} if record else {}
    (found,) = by_record([GOOD], records, {"Alice": 0})
    assert found.startswith("Alice: ")
    assert fault in found


def test_a_call_that_went_right_has_no_fault() -> None:
    assert by_record([GOOD], {"1": RIGHT}, {"Alice": 0}) == []


def test_sipps_own_complaint_counts() -> None:
    (found,) = by_record([GOOD], {"1": RIGHT}, {"Alice": 1})
    assert "SIPp" in found


def test_a_vip_who_is_passed_over_is_a_fault() -> None:
    vip, other = CallId("v"), CallId("o")
    events = [
        Recorded(1, 0.0, "CallArrived", other, {"name": "other"}),
        Recorded(2, 0.0, "CallerJoined", other, {"queue": "sales", "priority": "default"}),
        Recorded(3, 1.0, "CallArrived", vip, {"name": "VIP"}),
        Recorded(4, 1.0, "CallerJoined", vip, {"queue": "sales", "priority": "vip"}),
        Recorded(5, 2.0, "OfferMade", other, {"offer": "o1", "agent": "ann"}),
        Recorded(6, 3.0, "OfferMade", vip, {"offer": "o2", "agent": "ben"}),
    ]
    assert vip_first(told(events)) == ["other: an agent was rung while VIP waited in sales"]
    right = [
        events[0],
        events[1],
        events[2],
        events[3],
        events[5]._replace(at=2.0),
        events[4]._replace(at=2.5),
    ]
    assert vip_first(told(right)) == []


def noise(seed: int, seconds: float) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.random.default_rng(seed).normal(0, 3000, round(seconds * 8000)).astype(np.int16)


def sound(*parts: np.ndarray[tuple[int], np.dtype[np.int16]], start: float = 0.0) -> Sound:
    return Sound(np.concatenate(parts).astype(np.float32) / 32768, start=start)


def test_a_conversation_counts_only_when_both_heard_each_other() -> None:
    voices = {"Alice": noise(1, 2), "ben": noise(2, 2)}
    both = {"Alice": sound(voices["ben"], start=11.0), "ben": sound(voices["Alice"], start=11.0)}
    assert Ears(voices, both).conversation(GOOD, RIGHT) == []
    deaf = {**both, "Alice": sound(noise(3, 2), start=11.0)}
    assert Ears(voices, deaf).conversation(GOOD, RIGHT) == ["Alice: Alice did not hear ben"]


def test_a_prompt_that_a_key_cut_counts_by_its_beginning() -> None:
    prompt = noise(4, 6)
    caller = replace(GOOD, keys=((2.0, "1"),))
    cut = {"Alice": sound(prompt[:16000], tone(440, 5.0))}
    assert Ears({}, cut).prompt(caller, prompt) == []
    assert Ears({}, {"Alice": sound(tone(440, 5.0))}).prompt(caller, prompt) == [
        "Alice: the menu was not heard"
    ]


def test_music_is_looked_for_at_the_end_of_a_wait_long_enough() -> None:
    records = {record.id: record for record in rebuild(sample())}
    joined, left = sample()[11].at, sample()[18].at
    assert music_window(records[BOB], sample(), quiet_from=joined + 5) == (left - MUSIC, left)
    assert music_window(records[BOB], sample(), quiet_from=left - 1) is None


def test_the_place_in_the_playlist_is_found_once_and_then_known() -> None:
    music = noise(5, 20)
    playlist = Playlist(music)
    first = playlist.at(1000.0, sound(music[40000:64000], start=1000.0))
    assert np.array_equal(first, music[32000:72000])
    later = playlist.at(1003.0, sound(noise(6, 3), start=1003.0))
    assert np.array_equal(later, music[56000:96000])


# All of it, in small. ------------------------------------------------------------------------------


@pytest.mark.may_block  # the picture is drawn on the loop, when all is over
async def test_a_small_demo_plays_on_real_sip_and_rtp_and_leaves_what_it_promises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stage, "is_free", lambda port, really=stage.is_free: port > 30000 and really(port))
    caller = Caller(RECORDED, "+441314960107", "602", 0.0, "There is smoke.", patience=4.5, queue="sales")
    lost = Caller("lost", "+441174960113", "999", 0.5, outcome="refused", status=404)
    out, folder = tmp_path / "out", tmp_path / "folder"
    out.mkdir()
    folder.mkdir()
    demo = Demo(out, folder, [caller, lost])
    assert await demo.play() == 1  # nobody waited long enough for music
    said = capsys.readouterr().out
    assert "wrong: Edinburgh: should have waited, with music and an announcement" in said
    assert said.count("wrong:") == 1, [line for line in said.splitlines() if "wrong:" in line]
    assert "Edinburgh talks to desk-20" in said
    assert {path.name for path in out.iterdir()} == {
        *("caller.wav", "timeline.png", "terminal.svg"),
        *("events.jsonl", "calls.jsonl", "switch.log", "record.db", "record.id", "record.url"),
    }
    with reading(out) as connection:
        assert connection.execute(select(func.count()).select_from(calls)).scalar() == 2
    assert [fault for event in read_events(out) for fault in misfits(event.kind, event.data)] == []
