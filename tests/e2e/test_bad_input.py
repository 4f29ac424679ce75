"""What a switch gets that it should not: each thing has a clear answer, and other calls go on."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import shutil
import signal
import time

import pytest
import pytest_asyncio

from softswitch.audio.music import MEDIA
from softswitch.testing.phone import Phone, Refused
from tests.e2e.house import AGENT_TONE, open_house, voice
from tests.e2e.switch import Switch, until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("bad-input")]

MUSIC = MEDIA / "music"
AGENTS = ("desk", "hasty", "patient", "deaf", "refuser", "lost")
CONFIGURATION = {
    "sip": {"max_calls": 6},
    "media": {"languages": ["en"]},
    "numbers": {
        "600": {"queue": "support"},
        "601": {"queue": "empty"},
        "602": {"queue": "dropped"},
        "603": {"queue": "unreachable"},
        "2xx": {"agent": "dialled"},
    },
    "queues": {
        "support": {},
        "empty": {},
        "dropped": {"strategy": "hunt"},
        "unreachable": {"strategy": "hunt", "ring": "2s"},
    },
    "teams": {
        "support": {"agents": ["desk"]},
        "empty": {"agents": []},
        "dropped": {"agents": ["hasty", "patient"]},
        "unreachable": {"agents": ["lost", "deaf"]},
    },
}
SETTINGS = {
    "refuser": {"extension": "201", "ring": "2s"},
    "lost": {"dial": "sip:nobody@127.0.0.1:9", "extension": "202", "ring": "2s"},
}

GARBAGE = {
    "noise": random.Random(7).randbytes(400),
    "a word": b"INVITE",
    "another version": b"INVITE sip:600@127.0.0.1 SIP/7.0\r\n\r\n",
    "headers only": b"INVITE sip:600@127.0.0.1 SIP/2.0\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    "a bad via": b"INVITE sip:600@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP [::1;branch=\r\n\r\n",
    "an answer to nothing": b"SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n",
    "keep-alive": b"\r\n\r\n\0\0",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad-input")
    async with open_house(folder, CONFIGURATION, AGENTS, SETTINGS) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def caller():
    async with Phone("100") as phone:
        yield phone


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_garbage_harms_nobody(house, data, transport):
    async with Phone("100", transport=transport) as phone:
        target = house.switch.uri("600")
        phone.send_raw(data, target)
        await phone.reply(within=0.05)
    async with Phone("101") as phone:
        assert (await phone.ask("OPTIONS", target)).status == 200
    assert house.switch.alive


async def test_an_offer_without_a_common_codec_is_488(house, caller):
    with pytest.raises(Refused, match="488"):
        await house.dial(caller, "600", codecs=("nonsense",))


async def test_an_offer_that_is_no_session_description_is_refused(house, caller):
    with pytest.raises(Refused, match=r"4\d\d"):
        await house.dial(caller, "600", body=b"this is no session description")


async def test_a_caller_whose_rtp_never_comes_is_served_and_the_record_says_so(house, caller):
    answering = asyncio.create_task(house.picked_up("desk"))
    call = caller.call(house.switch.uri("600"))
    await call.until_answered()
    call.voice.paused = True
    incoming = await answering
    await asyncio.sleep(0.8)
    assert voice(call.ear.sound().between(incoming.moments["answered"] + 0.4), AGENT_TONE) > 0.9
    call.bye()
    record = await asyncio.to_thread(house.switch.record, call.call_id)
    assert record["agent"] == "desk"
    assert record["caller_media"]["received"] < 5


async def test_an_agent_who_drops_in_the_moment_of_the_answer_costs_the_caller_nothing(house, caller):
    answering = asyncio.create_task(house.picked_up("patient"))
    dropped = asyncio.create_task(house.agents["hasty"].rung())
    call = await house.dial(caller, "602")
    hasty = await dropped
    house.switch.signal(signal.SIGSTOP)  # so that it finds both at once
    hasty.answer()
    hasty.bye()
    house.switch.signal(signal.SIGCONT)
    incoming = await answering
    assert not call.over
    call.bye()
    await incoming.until_ended()
    record = await asyncio.to_thread(house.switch.record, call.call_id)
    assert record["agent"] == "patient"


async def test_an_agent_who_cannot_be_reached_is_passed_over(house, caller):
    answering = asyncio.create_task(house.picked_up("deaf"))
    call = await house.dial(caller, "603")
    incoming = await answering
    call.bye()
    await incoming.until_ended()
    record = await asyncio.to_thread(house.switch.record, call.call_id)
    assert [offer["agent"] for offer in record["offers"]] == ["lost", "deaf"]


@pytest.mark.parametrize(
    ("answer", "status"), [(486, 486), (603, 603), (480, 480), (404, 480), (500, 480), (None, 480)]
)
async def test_the_caller_is_told_why_an_agent_does_not_answer(house, caller, answer, status):
    call = caller.call(house.switch.uri("201"))
    incoming = await house.agents["refuser"].rung()
    incoming.ring()
    await call.until_ringing()
    if answer:
        incoming.refuse(answer)
    with pytest.raises(Refused) as refused:
        await call.until_answered()
    assert refused.value.status == status
    if answer is None:
        assert await incoming.until_ended() == "them"
        assert incoming.farewell.method == "CANCEL"


async def test_a_full_switch_sends_callers_away_with_retry_after_and_keeps_those_it_has(house, caller):
    calls = [await house.dial(caller, "601") for _ in range(6)]
    with pytest.raises(Refused, match="503") as refused:
        await house.dial(caller, "601")
    assert int(refused.value.response.get("retry-after")) > 0
    assert not any(call.over for call in calls)
    for call in calls:
        call.bye()
    again = await house.dial(caller, "601")
    again.bye()


async def test_a_tcp_caller_whose_connection_breaks_leaves_no_call_behind(house):
    async with Phone("100", transport="tcp") as phone:
        await house.dial(phone, "601")
    async with Phone("101") as other:
        call = await house.dial(other, "601")
        await asyncio.sleep(0.3)
        call.bye()
    assert house.switch.alive


async def test_no_disk_is_needed_under_the_music(tmp_path, caller, monkeypatch):
    """What is not read cannot stall: while music plays no sound file is open, and all of them may go."""
    cache, piece = tmp_path / "cache", tmp_path / "piece.ogg"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    shutil.copy(MUSIC / "prelude.ogg", piece)
    numbers = {"600": {"queue": "waiting"}}
    queues = {"waiting": {"music": "own"}}
    teams = {"waiting": {"agents": []}}
    music = {"own": [str(piece)]}
    switch = Switch(tmp_path, {"numbers": numbers, "queues": queues, "teams": teams, "music": music})
    await asyncio.to_thread(switch.start)
    try:
        call = caller.call(switch.uri("600"))
        await call.until_answered()
        await asyncio.to_thread(until, cache.exists, 10, lambda: "nothing was rendered" + switch.last_words())
        cache.rename(tmp_path / "gone")  # in one step: the switch still renders ahead into it
        shutil.rmtree(tmp_path / "gone")
        piece.unlink()
        gone = time.time()
        await asyncio.sleep(1.5)
        heard = call.ear.sound().between(gone)
        assert heard.rms() > 0.003
        assert heard.largest_gap() < 0.1
        opened = [os.readlink(f"/proc/{switch.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{switch.pid}/fd")]
        assert not [name for name in opened if name.startswith((str(cache), str(piece)))]
        call.bye()
    finally:
        await asyncio.to_thread(switch.stop)


async def test_a_full_disk_for_the_event_log_ends_no_call(tmp_path, caller):
    """The limit on the size of files stands for the full disk: writing fails once it is reached."""
    switch = Switch(tmp_path, CONFIGURATION | {"agents": {n: {"dial": "sip:a@127.0.0.1:9"} for n in AGENTS}})
    await asyncio.to_thread(switch.start)
    try:
        size = (switch.data / "events.jsonl").stat().st_size
        resource.prlimit(switch.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        call = caller.call(switch.uri("601"))
        await call.until_answered()
        await asyncio.sleep(0.5)
        assert not call.over
        assert call.ear.sound().rms() > 0.003
        resource.prlimit(switch.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        call.bye()
        await asyncio.to_thread(switch.record, call.call_id)
        arrived = [event["seq"] for event in switch.events()]
        assert arrived == list(range(1, len(arrived) + 1)), "what waited in memory is written after it"
    finally:
        await asyncio.to_thread(switch.stop)
    assert until(lambda: "full" in switch.log() or "too large" in switch.log(), 1, switch.last_words)
