"""What is recorded of calls: by the queue's rule, by the agent's keys, over transfers; and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from softswitch.calls.recording import file_name, is_chosen
from softswitch.config.settings import RecordingSettings, SwitchSettings
from softswitch.rules import Entrance
from softswitch.store.records import misfits
from softswitch.testing.fake_recorder import FakeRecording
from softswitch.testing.fakes import FakeLeg, answers, never_answers
from softswitch.types import CallId, Cue, Language, LeaveReason, Prompt, QueueName, ToQueue
from tests.calls import test_outbound
from tests.calls.house import House, house, settings
from tests.calls.office import records
from tests.circles import expect_no_circles

pytestmark = pytest.mark.virtual_time

TOLD = "This call is recorded."


def recorded(share: float = 1.0, announce: str = "", others: float | None = None) -> SwitchSettings:
    prompt = Prompt({Language("en"): announce}) if announce else None
    recording = RecordingSettings(queues={"support": share}, others=others, announce=prompt)
    return replace(settings(), recording=recording)


async def talking(running: House, dialled: str = "600") -> tuple[FakeLeg, FakeLeg]:
    """A caller and an agent who talk."""
    caller = running.call(dialled)
    await asyncio.sleep(5)
    assert running.journal.find("Connected")
    return caller, running.endpoint.dialled[0]


def only(running: House) -> FakeRecording:
    (recording,) = running.endpoint.recorder.recordings
    return recording


def told(running: House) -> list[str]:
    """What was noted of recordings; every event is in the vocabulary."""
    notes = [note for note in running.journal.notes if note.kind.startswith("Recording")]
    assert not [wrong for note in notes for wrong in misfits(note.kind, note.data)]
    return [note.kind.removeprefix("Recording") for note in notes]


PHONES = {"201": answers(after=1.0)}


async def test_a_conversation_is_recorded_from_connected_to_its_end() -> None:
    async with house(PHONES, recorded()) as running:
        caller, _ = await talking(running)
        (connected,) = running.journal.find("Connected")
        recording = only(running)
        assert recording.began == connected.at
        assert recording.sides == [(connected.at, "+48600100200", "201")]
        caller.hang_up()
        await asyncio.sleep(1)
        assert not running.endpoint.recorder.open
        (ended,) = running.journal.find("RecordingEnded")
        assert ended.data["seconds"] == pytest.approx(4.0)
        assert told(running) == ["Started", "Ended"]
        kinds = running.kinds()
        assert kinds.index("RecordingEnded") < kinds.index("CallEnded")
        (started,) = running.journal.find("RecordingStarted")
        assert recording.file == Path("recordings") / str(started.data["file"])
        assert recording.file.name.endswith(f"-support-{started.call}.wav")


async def test_queues_without_a_rule_and_direct_calls_are_not_recorded() -> None:
    async with house(PHONES) as running:
        _, agent = await talking(running)
        agent.press("*1*2")
        await asyncio.sleep(1)
        assert not running.endpoint.recorder.recordings
    async with house(PHONES, recorded()) as running:
        await talking(running, "201")
        assert not running.endpoint.recorder.recordings


async def test_conversations_by_no_queue_have_a_rule_of_their_own() -> None:
    async with house(PHONES, recorded(0.0, TOLD, others=1.0)) as running:
        caller, agent = await talking(running, "201")
        assert only(running).file.name.endswith("-direct-" + str(running.journal.notes[0].call) + ".wav")
        assert [sides[1:] for sides in only(running).sides] == [("+48600100200", "201")]
        agent.press("*2")
        await asyncio.sleep(1)
        assert only(running).paused
        caller.hang_up()
        await asyncio.sleep(1)
        assert told(running) == ["Started", "Paused", "Ended"]


async def test_two_agents_who_talk_may_both_press() -> None:
    async with house(PHONES, recorded(others=0.0)) as running:
        caller = running.call("201", "202", agent="desk-202")
        await asyncio.sleep(5)
        caller.press("*1")
        await asyncio.sleep(1)
        running.endpoint.dialled[0].press("*1")
        await asyncio.sleep(1)
        assert only(running).ended
        (started,) = running.journal.find("RecordingStarted")
        assert started.data["by"] == "desk-202"


async def test_an_agents_call_outside_is_recorded_by_the_same_rule() -> None:
    config = replace(test_outbound.settings(), recording=RecordingSettings(others=1.0))
    async with test_outbound.house({"one": answers(after=1.0)}, config) as running:
        agent = test_outbound.dials(running)
        await asyncio.sleep(5)
        assert [sides[1:] for sides in only(running).sides] == [("201", test_outbound.NUMBER)]
        agent.press("*2")
        await asyncio.sleep(1)
        assert only(running).paused
        agent.hang_up()
        await asyncio.sleep(1)
        assert told(running) == ["Started", "Paused", "Ended"]


async def test_the_part_of_calls_is_what_the_queue_says() -> None:
    calls = [CallId(f"{number:012x}") for number in range(4000)]
    assert sum(is_chosen(call, 0.25) for call in calls) == pytest.approx(1000, abs=120)
    assert all(is_chosen(call, 1.0) for call in calls)
    assert not any(is_chosen(call, 0.0) for call in calls)
    assert all(is_chosen(call, 0.5) for call in calls if is_chosen(call, 0.25))


async def test_on_demand_the_agents_key_begins_and_ends_it() -> None:
    async with house(PHONES, recorded(0.0)) as running:
        caller, agent = await talking(running)
        assert agent.keys_awaited
        caller.press("*1")
        await asyncio.sleep(1)
        assert not running.endpoint.recorder.recordings
        agent.press("5*")
        await asyncio.sleep(1)
        agent.press("1")
        await asyncio.sleep(2)
        assert not only(running).ended
        agent.press("*1")
        await asyncio.sleep(1)
        assert only(running).seconds == pytest.approx(2.0)
        agent.press("*1")
        await asyncio.sleep(1)
        agent.hang_up()
        await asyncio.sleep(1)
        assert len(running.endpoint.recorder.recordings) == 2
        assert told(running) == ["Started", "Ended", "Started", "Ended"]
        (first, _) = running.journal.find("RecordingStarted")
        assert first.data["by"] == "desk-201"
        assert not agent.keys_awaited


async def test_keys_far_apart_are_no_code_and_those_of_before_the_answer_do_not_count() -> None:
    async with house(PHONES, recorded(0.0)) as running:
        running.call("600")
        await asyncio.sleep(0.5)
        running.endpoint.dialled[0].press("*1")
        await asyncio.sleep(5)
        running.endpoint.dialled[0].press("*")
        await asyncio.sleep(4)
        running.endpoint.dialled[0].press("1")
        await asyncio.sleep(1)
        assert not running.endpoint.recorder.recordings


async def test_a_recording_of_the_queues_is_paused_by_key_but_not_ended() -> None:
    async with house(PHONES, recorded()) as running:
        _, agent = await talking(running)
        recording = only(running)
        agent.press("*1*2")
        await asyncio.sleep(3)
        assert recording.paused
        agent.press("*2")
        await asyncio.sleep(1)
        agent.hang_up()
        await asyncio.sleep(1)
        (off, paused), (on, resumed) = recording.pauses
        assert (paused, resumed) == (True, False)
        assert on - off == pytest.approx(3.0)
        assert told(running) == ["Started", "Paused", "Resumed", "Ended"]
        assert only(running).seconds == pytest.approx(8.0)


async def test_it_goes_on_with_the_agent_to_whom_the_caller_is_handed_on() -> None:
    async with house(PHONES | {"202": answers(after=2.0)}, recorded()) as running:
        caller, agent = await talking(running)
        assert agent.refer("202") == 202
        await asyncio.sleep(6)
        second = running.endpoint.dialled[-1]
        recording = only(running)
        assert [sides[1:] for sides in recording.sides] == [
            ("+48600100200", "201"),
            ("+48600100200", ""),
            ("+48600100200", "202"),
        ]
        second.press("*2")
        await asyncio.sleep(1)
        assert recording.paused
        caller.hang_up()
        await asyncio.sleep(1)
        assert told(running) == ["Started", "Paused", "Ended"]


async def test_it_ends_when_the_caller_goes_to_a_menu_or_a_transfer_comes_to_nobody() -> None:
    async with house(PHONES | {"202": never_answers()}, recorded()) as running:
        _, agent = await talking(running)
        assert agent.refer("500") == 202
        await asyncio.sleep(1)
        assert not running.endpoint.recorder.open
        assert told(running) == ["Started", "Ended"]
    async with house(PHONES | {"202": never_answers()}, recorded()) as running:
        _, agent = await talking(running)
        assert agent.refer("202") == 202
        await asyncio.sleep(1)
        agent.hang_up()
        await asyncio.sleep(1)
        assert running.endpoint.recorder.open
        await asyncio.sleep(60)
        assert not running.endpoint.recorder.open
        assert told(running) == ["Started", "Ended"]


async def test_a_caller_is_told_once_before_any_phone_rings() -> None:
    async with house(PHONES, recorded(announce=TOLD)) as running:
        caller = running.call()
        await asyncio.sleep(8)
        assert caller.heard_labels() == [TOLD, "classical", "201"]
        kinds = running.kinds()
        assert kinds.index("CallerJoined") < kinds.index("RecordingAnnounced") < kinds.index("OfferMade")
        (announced,), (offered,) = (
            running.journal.find("RecordingAnnounced"),
            running.journal.find("OfferMade"),
        )
        (heard,) = caller.heard(TOLD)
        assert (heard.start, heard.end) == (announced.at, offered.at)
        assert running.endpoint.dialled[0].refer("600") == 202
        await asyncio.sleep(8)
        assert told(running) == ["Announced", "Started", "Ended", "Started"]


async def test_who_hangs_up_while_being_told_has_given_up() -> None:
    async with house(PHONES, recorded(announce=TOLD)) as running:
        caller = running.call()
        await asyncio.sleep(0.5)
        caller.hang_up()
        await asyncio.sleep(1)
        (left,) = running.journal.find("CallerLeft")
        assert left.data["reason"] == LeaveReason.HUNG_UP
        (record,) = records(running)
        assert (record.outcome, record.queues) == ("abandoned", ["support"])
        assert record.wait == pytest.approx(0.5, abs=0.01)
        assert not running.endpoint.dialled


async def test_who_leaves_by_a_key_while_being_told_hears_no_more_of_it_and_is_told_anew() -> None:
    """In the queue where the key leads: what was cut short has not been heard."""
    config = recorded(announce=TOLD)
    entrance = Entrance(keys={"7": ToQueue(QueueName("support"))})
    async with house(PHONES, replace(config, entrances={QueueName("support"): entrance})) as running:
        caller = running.call()
        await asyncio.sleep(0.1)
        caller.press("7")
        await asyncio.sleep(8)
        first, again = running.journal.find("RecordingAnnounced")
        (offered,) = running.journal.find("OfferMade")
        assert (again.at - first.at) < (offered.at - again.at), "cut short, and then heard to its end"
        assert caller.heard_labels() == [TOLD, "classical", "201"]
        assert [left.data["reason"] for left in running.journal.find("CallerLeft")] == [LeaveReason.EXIT_KEY]


async def test_a_full_queue_of_recorded_calls_is_busy_and_answers_nobody() -> None:
    config = recorded(announce=TOLD)
    (support,) = config.engine.queues.values()
    full = replace(config.engine, queues={support.name: replace(support, max_callers=0)})
    async with house(PHONES, replace(config, engine=full)) as running:
        caller = running.call()
        await asyncio.sleep(1)
        assert caller.ended.result().status == 486
        assert not running.journal.find("CallAnswered")


async def test_who_is_not_recorded_is_not_told_and_who_may_be_is() -> None:
    for share, expected in ((1e-9, []), (0.0, [TOLD])):
        async with house(PHONES, recorded(share, TOLD)) as running:
            caller = running.call()
            await asyncio.sleep(8)
            assert caller.heard_labels()[:-2] == expected


@pytest.mark.parametrize("broken", ["recorder", "speech"])
async def test_what_fails_stops_no_call(broken: str) -> None:
    async with house(PHONES, recorded(announce=TOLD)) as running:
        running.endpoint.recorder.broken = broken == "recorder"
        running.speech.broken = {TOLD} if broken == "speech" else set()
        caller = running.call()
        await asyncio.sleep(8)
        assert "201" in caller.heard_labels()
        failed: Mapping[str, str] = {"recorder": "RecordingFailed", "speech": "PromptFailed"}
        assert running.journal.find(failed[broken])


def test_a_name_has_the_day_the_time_the_queue_and_the_call() -> None:
    began, call = 1_795_602_612.417, CallId("1a2b")
    assert file_name(began, "support", call).name.endswith("417-support-1a2b.wav")
    assert len(file_name(began, "support", call).parts) == 4
    assert file_name(began, "../../a b", call).name.endswith("-.._.._a_b-1a2b.wav")
    assert file_name(began, "żółw", call).name.endswith("-żółw-1a2b.wav")


@pytest.mark.may_block  # by collecting
async def test_a_call_that_was_recorded_leaves_nothing_to_the_collector() -> None:
    async with house(PHONES, recorded()) as running:
        with expect_no_circles("softswitch.calls"):
            caller, _ = await talking(running)
            caller.hang_up()
            await asyncio.sleep(5)


async def test_whoever_presses_hears_what_came_of_it_and_the_caller_does_not() -> None:
    async with house(PHONES, recorded(0.0)) as running:
        caller, agent = await talking(running)
        for keys in ("*2", "*1", "*2", "*2", "*1"):
            agent.press(keys)
            await asyncio.sleep(1)
        cues = [span.label for span in agent.heard() if span.label in set(Cue)]
        assert cues == [Cue.REFUSED, Cue.ON, Cue.OFF, Cue.ON, Cue.OFF]
        assert not set(Cue) & set(caller.heard_labels())
        (voice,) = agent.heard("+48600100200")
        assert voice.end is None or voice.end - voice.start > 5, "over the caller's voice"
        assert not set(Cue) & {side for sides in only(running).sides for side in sides[1:]}


async def test_of_cues_in_quick_succession_the_last_one_stays_and_ends_with_the_call() -> None:
    async with house(PHONES, recorded()) as running:
        caller, agent = await talking(running)
        agent.press("*1*2")
        await asyncio.sleep(0.1)
        caller.hang_up()
        await asyncio.sleep(1)
        (off,) = agent.heard(Cue.OFF)
        assert off.end - off.start == pytest.approx(0.1, abs=0.05)
        assert not agent.heard(Cue.REFUSED)
        assert not [player for player in running.endpoint.media.open_players if player.clip.label in set(Cue)]
