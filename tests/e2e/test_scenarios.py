"""Every file in sipp-scenarios, run by the test of the same name; all of them at once, on one switch."""

from __future__ import annotations

import pytest

from tests.e2e.scenes import SCENES, VIP, Stage
from tests.e2e.sipp import SCENARIOS

pytestmark = pytest.mark.xdist_group("scenarios")


@pytest.fixture(scope="module")
def stage(request, tmp_path_factory):
    asked = {
        item.originalname.removeprefix("test_")
        for item in request.session.items
        if item.module is request.module
    }
    stage = Stage(tmp_path_factory.mktemp("scenarios"), asked)
    try:
        stage.switch.start()
        stage.play()
        yield stage
    finally:
        stage.stop()


@pytest.fixture
def scene(request, stage):
    """The scene that the test is named for, played to its end."""
    played = stage.played[request.node.originalname.removeprefix("test_")]
    played.finished()
    return played


def test_every_scenario_has_a_scene_and_a_test():
    files = {file.stem for file in SCENARIOS.glob("*.xml")}
    assert files == set(SCENES)
    assert files == {name.removeprefix("test_") for name in globals() if name.removeprefix("test_") in files}


def test_simple_call(scene):
    record = scene.record()
    assert record["menus"] == ["simple_call"]
    assert record["digits"] == "1"
    assert record["queues"] == ["simple_call"]
    assert record["agent"] == "simple"
    assert (record["ended_by"], record["status"], record["outcome"]) == ("caller", 200, "answered")
    assert record["name"] == "Simple Call"
    assert 1.0 < record["talk"] < 5.0
    for side in ("caller_media", "agent_media"):
        assert record[side]["codec"] == "PCMU/8000"
        assert record[side]["received"] > 50
        assert record[side]["lost"] == 0
    order = ["CallArrived", "CallAnswered", "MenuEntered", "DigitsPressed", "CallerJoined"]
    order += ["OfferMade", "Connected", "ConversationEnded", "CallEnded"]
    assert [kind for kind in scene.kinds() if kind in order] == order


def test_wrong_key_and_silence(scene):
    record = scene.record()
    assert record["digits"] == "7"
    assert record["queues"] == []
    assert (record["ended_by"], record["outcome"]) == ("switch", "served")


def test_caller_cancels_while_ringing(scene):
    record = scene.record()
    assert (record["ended_by"], record["status"], record["agent"]) == ("caller", 487, "")


def test_caller_hangs_up_while_waiting(scene):
    record = scene.record()
    assert (record["outcome"], record["left"], record["ended_by"]) == ("abandoned", "hung-up", "caller")
    assert record["wait"] == pytest.approx(1.5, abs=0.4)


def test_caller_hangs_up_during_announcement(scene):
    record = scene.record()
    (announced,) = scene.events("Announced")
    assert announced["data"]["position"] == 1
    assert announced["at"] - record["start"] == pytest.approx(1.0, abs=0.6)
    assert record["end"] - announced["at"] < 1.3, "the sentence takes longer than this"
    assert record["outcome"] == "abandoned"


def test_caller_hangs_up_while_agent_rings(scene):
    record = scene.record()
    assert record["outcome"] == "abandoned"
    assert [(offer["agent"], offer["result"]) for offer in record["offers"]] == [("rings", "caller-left")]


def test_waits_and_talks(scene):
    record = scene.record()
    assert (record["agent"], record["ended_by"]) == ("talks", "caller")
    assert record["wait"] < 2.0


def test_hold_and_resume(scene):
    assert [kind for kind in scene.kinds() if kind in ("Held", "Resumed")] == ["Held", "Resumed"] * 2
    record = scene.record()
    assert record["held"] == pytest.approx(1.7, abs=0.5)
    assert record["agent"] == "x208"


def test_rings_reliably_and_changes(scene):
    record = scene.record()
    assert (record["agent"], record["outcome"], record["ended_by"]) == ("x223", "answered", "caller")
    assert record["caller_media"]["codec"] == "PCMA/8000"
    assert record["agent_media"]["codec"] == "PCMU/8000"


def test_agent_rings_reliably(scene):
    assert scene.record()["agent"] == "reliable"


@pytest.mark.parametrize("agent", ["by_rtp"])
def test_dtmf_rfc4733(scene, agent):
    _expect_two_and_one(scene, agent)


@pytest.mark.parametrize("agent", ["by_relay"])
def test_dtmf_info_relay(scene, agent):
    _expect_two_and_one(scene, agent)


@pytest.mark.parametrize("agent", ["by_info"])
def test_dtmf_info(scene, agent):
    _expect_two_and_one(scene, agent)


def _expect_two_and_one(scene, agent):
    record = scene.record()
    assert record["digits"] == "21"
    assert len(record["menus"]) == 2
    assert record["agent"] == agent


def test_queue_full(scene):
    record = scene.record()
    assert (record["status"], record["left"], record["agent"]) == (486, "full", "")


def test_unknown_number(scene):
    record = scene.record()
    assert (record["status"], record["outcome"]) == (404, "refused")


def test_twenty_callers(scene, stage):
    records = [scene.record(number) for number in range(1, 21)]
    assert {record["outcome"] for record in records} == {"answered"}
    assert {record["agent"] for record in records} == {"a", "b", "c"}
    assert all(record["ended_by"] == "agent" for record in records)
    by_answer = sorted(records, key=lambda record: record["answered"])
    assert _at_once(records) == 3, "three agents, so never more than three talk"
    (important,) = [record for record in records if record["number"] == VIP]
    waiting = [
        one for one in records if one["start"] < important["start"] and one["answered"] > important["start"]
    ]
    served_before = [one for one in waiting if one["answered"] < important["answered"]]
    assert len(served_before) <= 1, "the VIP went before those who waited already"
    others = [record["start"] for record in by_answer if record["number"] != VIP]
    assert others == sorted(others), "first come, first served"


def _at_once(records):
    moments = [(record["answered"], 1) for record in records]
    moments += [(record["answered"] + record["talk"], -1) for record in records]
    talking = most = 0
    for _, change in sorted(moments):
        talking += change
        most = max(most, talking)
    return most


def test_agent_answers(scene):
    assert scene.record()["agent"] == "answers"


def test_agent_hangs_up(scene):
    record = scene.record()
    assert (record["agent"], record["ended_by"]) == ("leaves", "agent")
    assert record["talk"] == pytest.approx(1.0, abs=0.6)


def test_agent_transfers(scene):
    record = scene.record()
    assert (record["agent"], record["ended_by"]) == ("x224", "caller")
    assert [(talk["agent"], talk["ended_by"]) for talk in record["talks"]] == [
        ("hands_on", "transfer"),
        ("x224", "caller"),
    ]
    assert record["talks"][0]["seconds"] == pytest.approx(1.0, abs=0.6)
    assert [(one["by"], one["number"]) for one in record["transfers"]] == [("hands_on", "224")]


@pytest.mark.parametrize(("first", "result", "then"), [pytest.param("busy", "busy", "not_busy", id="486")])
def test_agent_busy(scene, first, result, then):
    _expect_the_second_agent(scene.record(), first, result, then)


@pytest.mark.parametrize(
    ("first", "result", "then"), [pytest.param("rejects", "rejected", "accepts", id="603")]
)
def test_agent_rejects(scene, first, result, then):
    _expect_the_second_agent(scene.record(), first, result, then)


@pytest.mark.parametrize(
    ("first", "result", "then"), [pytest.param("away", "no-answer", "there", id="ring time")]
)
def test_agent_never_answers(scene, first, result, then):
    _expect_the_second_agent(scene.record(), first, result, then)
    assert scene.record()["offers"][0]["seconds"] == pytest.approx(2.0, abs=0.6)


def _expect_the_second_agent(record, first, result, then):
    offers = [(offer["agent"], offer["result"]) for offer in record["offers"]]
    assert offers == [(first, result), (then, "answered")]
    assert record["agent"] == then


def test_ring_all_race(scene):
    record = scene.record()
    results = {offer["agent"]: offer["result"] for offer in record["offers"]}
    assert sorted(results.values()) == ["answered", "answered-elsewhere"]
    assert results[record["agent"]] == "answered"
    assert len(scene.events("Connected")) == 1


def test_bench_hold(scene):
    for number in range(1, 6):
        record = scene.record(number)
        assert record["left"] == "hung-up"
        assert record["caller_media"]["sent"] == pytest.approx(100, abs=15)


def test_bench_call(scene):
    assert {scene.record(number)["agent"] for number in range(1, 6)} == {"all"}


def test_bench_agent(scene):
    assert {scene.record(number)["agent"] for number in range(1, 6)} == {"every"}
