"""What telephones hear: players, levels, other legs; and what a re-INVITE does to it."""

from __future__ import annotations

import asyncio
import time

import pytest

from softswitch.errors import AudioError
from softswitch.sip._native import lib
from softswitch.sip.leg import SipLeg
from softswitch.sip.media import NativePlayer
from softswitch.sound import Clip, Hear
from softswitch.testing.ear import Ear
from softswitch.testing.sound import Sound
from softswitch.testing.voice import Voice, tone
from softswitch.types import Party, Way
from tests.sip.conftest import House
from tests.sip.phone import Phone, Ringing, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTLE = 0.1
"""Seconds for the bridge to carry out what was asked, and for packets on their way."""

GAP = 0.25
"""Seconds without a packet that a test beside others bears with; alone it is 21 ms (`bench gaps`)."""


def clip(frequency: float, seconds: float = 1.0) -> Clip:
    return Clip(tone(frequency, seconds).tobytes(), 8000, f"{frequency:g} Hz")


async def listen(ear: Ear, seconds: float = 0.3) -> Sound:
    """What comes from now on."""
    await asyncio.sleep(SETTLE)
    since = time.time()
    await asyncio.sleep(seconds)
    return ear.sound().between(since)


async def test_a_player_is_heard_and_then_silence_and_packets_never_stop(
    house: House, phone: Phone, ear: Ear
) -> None:
    _, leg = await house.call_in(phone, sdp(ear.port))
    with house.endpoint.media.player(clip(440, 0.3)) as player:
        leg.hear(Hear(player))
        await asyncio.sleep(0.6)
    sound = ear.sound()
    first, last = sound.first_heard(0.05), sound.last_heard(0.05)
    assert first is not None
    assert last is not None
    assert last - first == pytest.approx(0.3, abs=0.021)
    assert sound.between(first, last).tone(440) > 0.98
    assert sound.largest_gap() < GAP
    assert len(sound.between(last + 0.05).samples) > 800


async def test_music_goes_round_and_two_legs_share_one_player(
    house: House, phone: Phone, ear: Ear, agent_phone: Phone, agent_ear: Ear
) -> None:
    _, leg = await house.call_in(phone, sdp(ear.port))
    _, other = await house.call_in(agent_phone, sdp(agent_ear.port))
    with house.endpoint.media.player(clip(500, 0.1), loop=True) as player:
        leg.hear(Hear(player))
        other.hear(Hear(player))
        sound = await listen(ear)
        assert sound.tone(500) > 0.98
        assert agent_ear.sound().between(sound.start).tone(500) > 0.98


async def test_a_level_changes_without_a_gap(house: House, phone: Phone, ear: Ear) -> None:
    _, leg = await house.call_in(phone, sdp(ear.port))
    with house.endpoint.media.player(clip(440), loop=True) as player:
        leg.hear(Hear(player))
        loud = (await listen(ear)).rms()
        leg.hear(Hear(player, 0.2))
        ducked = (await listen(ear)).rms()
        leg.hear(Hear(player, 0.0))
        muted = (await listen(ear)).rms()
        leg.hear(Hear(player))
        again = (await listen(ear)).rms()
    assert ducked / loud == pytest.approx(0.2, abs=0.02)
    assert muted < 0.001
    assert again == pytest.approx(loud, rel=0.02)
    assert ear.sound().largest_gap() < GAP


async def test_speech_is_mixed_over_ducked_music_and_both_end(house: House, phone: Phone, ear: Ear) -> None:
    _, leg = await house.call_in(phone, sdp(ear.port))
    media = house.endpoint.media
    with media.player(clip(440), loop=True) as music, media.player(clip(1000, 2.0)) as speech:
        leg.hear(Hear(music, 0.2), Hear(speech))
        both = await listen(ear)
        assert both.tone(1000) > 0.9
        assert both.tone(440) > 0.02
        leg.hear()
        assert (await listen(ear)).rms() < 0.001


async def test_a_closed_player_falls_silent_for_all(house: House, phone: Phone, ear: Ear) -> None:
    _, leg = await house.call_in(phone, sdp(ear.port))
    player = house.endpoint.media.player(clip(440), loop=True)
    leg.hear(Hear(player))
    assert (await listen(ear)).tone(440) > 0.98
    player.close()
    player.close()
    assert (await listen(ear)).rms() < 0.001


async def test_legs_talk_when_they_hear_each_other_also_if_one_answers_later(
    house: House, phone: Phone, ear: Ear, agent_phone: Phone, agent_ear: Ear, agent_uri: str
) -> None:
    call, leg = await house.call_in(phone, sdp(ear.port))
    agent = house.endpoint.dial(Way(agent_uri), caller=Party("100"))
    leg.hear(Hear(agent))
    agent.hear(Hear(leg))
    ringing = await Ringing.wait(agent_phone)
    ringing.respond(200, sdp(agent_ear.port))
    await agent.answered()
    assert call.answered_sdp is not None
    caller_voice = Voice(ear, call.answered_sdp)
    caller_voice.say(tone(600))
    agent_voice = Voice(agent_ear, ringing.invite.rtp)
    agent_voice.say(tone(900))
    try:
        heard = await listen(ear, 0.5)
        assert heard.tone(900) > 0.9
        assert agent_ear.sound().between(heard.start).tone(600) > 0.9
    finally:
        caller_voice.stop()
        agent_voice.stop()


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
async def test_hold_and_resume_keep_what_was_declared(
    house: House, phone: Phone, ear: Ear, direction: str
) -> None:
    call, leg = await house.call_in(phone, sdp(ear.port))
    held: list[bool] = []
    leg.on_hold = held.append
    with house.endpoint.media.player(clip(440), loop=True) as player:
        leg.hear(Hear(player))
        assert (await listen(ear)).tone(440) > 0.98
        await call.invite(sdp(ear.port, direction))
        assert leg.held
        packets = len(ear.arrivals)
        await asyncio.sleep(0.2)
        assert len(ear.arrivals) - packets <= 2, "a held telephone gets no sound"
        await call.invite(sdp(ear.port))
        assert not leg.held
        assert (await listen(ear)).tone(440) > 0.98
    assert held == [True, False]


async def test_hold_in_the_old_way_is_a_hold(house: House, phone: Phone, ear: Ear) -> None:
    call, leg = await house.call_in(phone, sdp(ear.port))
    await call.invite(sdp(ear.port, address="0.0.0.0"))
    assert leg.held
    await call.invite(sdp(ear.port))
    assert not leg.held


async def test_others_hear_a_leg_again_after_its_hold(
    house: House, phone: Phone, ear: Ear, agent_phone: Phone, agent_ear: Ear
) -> None:
    call, leg = await house.call_in(phone, sdp(ear.port))
    _, other = await house.call_in(agent_phone, sdp(agent_ear.port))
    other.hear(Hear(leg))
    await call.invite(sdp(ear.port, "inactive"))
    answer = await call.invite(sdp(ear.port))
    voice = Voice(ear, answer.rtp)
    voice.say(tone(700))
    try:
        assert (await listen(agent_ear, 0.5)).tone(700) > 0.9
    finally:
        voice.stop()


async def test_a_refresh_that_changes_nothing_leaves_the_sound_alone(
    house: House, phone: Phone, ear: Ear
) -> None:
    call, leg = await house.call_in(phone, sdp(ear.port))
    offer = sdp(ear.port)
    with house.endpoint.media.player(clip(440), loop=True) as player:
        leg.hear(Hear(player))
        await call.invite(offer)
        await listen(ear)
        since = time.time()
        await call.invite(offer)
        assert (await listen(ear)).tone(440) > 0.98
    assert ear.sound().between(since).largest_gap() < GAP


async def test_quality_is_kept_after_the_end_and_added_up_over_holds(
    house: House, phone: Phone, ear: Ear
) -> None:
    call, leg = await house.call_in(phone, sdp(ear.port))
    assert call.answered_sdp is not None
    voice = Voice(ear, call.answered_sdp)
    await asyncio.sleep(0.3)
    before = leg.quality()
    voice.stop()
    assert before.codec == "PCMU/8000"
    assert before.received >= 10
    assert before.sent >= 10
    await call.invite(sdp(ear.port, "inactive"))
    await call.bye()
    await leg.ended
    after = leg.quality()
    assert after.codec == "PCMU/8000"
    assert after.received >= before.received
    assert after.sent >= before.sent


async def test_digits_of_rfc_4733_come_once_per_press(house: House, phone: Phone, ear: Ear) -> None:
    call, leg = await house.call_in(phone, sdp(ear.port))
    assert call.answered_sdp is not None
    voice = Voice(ear, call.answered_sdp)
    voice.press("1122*#0", frames=3, pause=2)
    try:
        async with asyncio.timeout(3):
            pressed = [await leg.digits.get() for _ in range(7)]
        await asyncio.sleep(0.1)
    finally:
        voice.stop()
    assert "".join(pressed) == "1122*#0"
    assert leg.digits.empty()


async def test_players_come_and_go_without_a_trace(house: House, phone: Phone, ear: Ear) -> None:
    _, leg = await house.call_in(phone, sdp(ear.port))
    media = house.endpoint.media
    sounds = [clip(300 + 10 * i, 0.02) for i in range(5)]
    await asyncio.sleep(SETTLE)
    ports = lib.media_ports()
    for i in range(3000):
        with media.player(sounds[i % 5]) as player:
            leg.hear(Hear(player))
        if i % 100 == 0:
            await asyncio.sleep(0.02)
    leg.hear()
    async with asyncio.timeout(3):
        while lib.media_players_alive() or lib.media_ports() > ports:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert not media.players
    assert lib.media_connections() == 0


async def test_a_clip_of_another_rate_is_refused(house: House) -> None:
    with pytest.raises(AudioError, match="16000 samples per second and the bridge 8000"):
        house.endpoint.media.player(Clip(b"\0\0" * 100, 16000, "wide"))


async def test_an_empty_clip_is_silence(house: House, phone: Phone, ear: Ear) -> None:
    _, leg = await house.call_in(phone, sdp(ear.port))
    with house.endpoint.media.player(Clip(b"", 8000, "silence"), loop=True) as player:
        leg.hear(Hear(player))
        assert (await listen(ear)).rms() < 0.001


@pytest.mark.may_block
async def test_a_long_native_call_makes_no_gap(house: House, phone: Phone, ear: Ear) -> None:
    """Law 1: the interpreter's lock is held for half a second right after ports were rewired.

    A busy machine makes gaps of its own, now and then; those of a lock come every time.
    """
    _, leg = await house.call_in(phone, sdp(ear.port))
    media = house.endpoint.media
    with media.player(clip(440), loop=True) as music, media.player(clip(1000), loop=True) as speech:
        gaps = []
        while len(gaps) < 3 and min(gaps, default=1.0) > 0.04:
            gaps.append(await gap_under_lock(leg, ear, music, speech))
    assert min(gaps) < 0.04


async def gap_under_lock(leg: SipLeg, ear: Ear, music: NativePlayer, speech: NativePlayer) -> float:
    """The longest time without a packet, in seconds, while ports are rewired and the lock is held."""
    leg.hear(Hear(music))
    await listen(ear)
    since = time.time()
    leg.hear(Hear(speech))
    hold_the_lock(0.5)
    leg.hear(Hear(music, 0.2), Hear(speech))
    hold_the_lock(0.5)
    await asyncio.sleep(SETTLE)
    sound = ear.sound().between(since)
    assert sound.duration > 0.6
    return sound.largest_gap()


def hold_the_lock(seconds: float) -> None:
    """One C call that never lets go of the interpreter."""
    started = time.perf_counter()
    sum(range(200_000))
    per_item = (time.perf_counter() - started) / 200_000
    sum(range(round(seconds / per_item)))
