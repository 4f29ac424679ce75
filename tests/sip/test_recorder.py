"""Recordings: each leg on its side, in step, with true times, whatever the disk does."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
import wave
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from subprocess import Popen, run

import numpy as np
import pytest
import pytest_asyncio

from softswitch.errors import AudioError
from softswitch.sip._native import lib
from softswitch.sip.leg import SipLeg
from softswitch.sip.recorder import NativeRecorder
from softswitch.sound import Hear
from softswitch.store.recordings import recordings, repair
from softswitch.testing.ear import Ear
from softswitch.testing.sound import Sound
from softswitch.testing.voice import Voice, tone
from tests.patience import until
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Phone, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")

HIGH, LOW = 900.0, 600.0

UNTOUCHED = 0.4
"""Seconds between two packets, at most, while disks stand still for seconds. Listening is a process that
shares its cores with others, so that it may notice a packet late."""


class Two:
    """A caller and an agent who are connected, each with a voice of one tone."""

    def __init__(
        self, caller: SipLeg, agent: SipLeg, calls: tuple[Dialog, Dialog], voices: list[Voice]
    ) -> None:
        self.caller, self.agent = caller, agent
        self.calls = calls
        self.voices = voices

    def speak(self, samples: np.ndarray, other: np.ndarray) -> None:
        """Both begin in the same moment."""
        self.voices[0].say(samples)
        self.voices[1].say(other)


@pytest_asyncio.fixture(loop_scope="module")
async def two(house: House, phone: Phone, ear: Ear, agent_phone: Phone, agent_ear: Ear) -> AsyncIterator[Two]:
    call, caller = await house.call_in(phone, sdp(ear.port))
    second, agent = await house.call_in(agent_phone, sdp(agent_ear.port))
    caller.hear(Hear(agent))
    agent.hear(Hear(caller))
    assert call.answered_sdp is not None
    assert second.answered_sdp is not None
    voices = [Voice(ear, call.answered_sdp), Voice(agent_ear, second.answered_sdp)]
    built = Two(caller, agent, (call, second), voices)
    built.speak(tone(LOW), tone(HIGH))
    yield built
    for voice in voices:
        voice.stop()


@pytest.fixture
def recorder(house: House) -> NativeRecorder:
    return house.endpoint.recorder


async def whole(recorder: NativeRecorder) -> None:
    """All recordings have been ended, and their files are whole."""
    await until(lambda: not recorder.health().alive)


def sides(file: Path) -> tuple[Sound, Sound]:
    """Left and right, from 0.0 on."""
    with wave.open(str(file)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (2, 2, 8000)
        both = np.frombuffer(opened.readframes(opened.getnframes()), "<i2").reshape(-1, 2)
    assert file.stat().st_size == 44 + both.nbytes
    left, right = (both[:, side].astype(np.float32) / 32768 for side in (0, 1))
    return Sound(left), Sound(right)


def bursts(seconds: float = 0.2) -> np.ndarray:
    """A tone with a pause of the same length, on and on."""
    return np.concatenate([tone(LOW, seconds), np.zeros(round(8000 * seconds), np.int16)])


async def test_each_leg_is_on_its_side(recorder: NativeRecorder, two: Two, tmp_path: Path) -> None:
    file = tmp_path / "2026/11/25/one.wav"
    recording = recorder.record(file, two.caller, two.agent)
    began = time.monotonic()
    await asyncio.sleep(1.5)
    recording.close()
    took = time.monotonic() - began
    await whole(recorder)
    left, right = sides(file)
    assert file.stat().st_mode & 0o777 == 0o640
    assert left.duration == right.duration == pytest.approx(recording.seconds)
    assert left.duration == pytest.approx(took, abs=0.06)
    assert left.after(0.1).tone(LOW) > 0.95
    assert right.after(0.1).tone(HIGH) > 0.95
    assert recording.lost == 0
    recording.close()


async def test_both_sides_stay_in_step_for_ten_seconds(
    recorder: NativeRecorder, two: Two, tmp_path: Path
) -> None:
    """Both speak the same bursts: over ten seconds one side is the other one, but for the jitter buffers."""
    two.speak(bursts(), bursts())
    await asyncio.sleep(0.5)
    recording = recorder.record(tmp_path / "step.wav", two.caller, two.agent)
    await asyncio.sleep(10.2)
    recording.close()
    await whole(recorder)
    left, right = sides(recording.file)
    for begin in (0.2, 9.0):
        loud = [side.after(begin, 1.0).rms_over_time(0.005) > 0.05 for side in (left, right)]
        shift = [np.mean(loud[0] == np.roll(loud[1], by)) for by in range(-20, 21)]
        assert abs(int(np.argmax(shift)) - 20) * 0.005 <= 0.04
        assert max(shift) > 0.9


async def test_a_pause_is_silence_of_its_length(recorder: NativeRecorder, two: Two, tmp_path: Path) -> None:
    recording = recorder.record(tmp_path / "pause.wav", two.caller, two.agent)
    began = time.monotonic()
    await asyncio.sleep(0.6)
    recording.pause()
    paused = time.monotonic() - began
    await asyncio.sleep(1.0)
    recording.resume()
    resumed = time.monotonic() - began
    await asyncio.sleep(0.6)
    recording.close()
    total = time.monotonic() - began
    await whole(recorder)
    for side, frequency in zip(sides(recording.file), (LOW, HIGH), strict=True):
        assert side.duration == pytest.approx(total, abs=0.06)
        assert not np.any(side.between(paused + 0.04, resumed - 0.04).samples)
        assert side.between(0.1, paused - 0.04).tone(frequency) > 0.95
        assert side.between(resumed + 0.06).tone(frequency) > 0.95


async def test_a_leg_that_sends_nothing_is_silence(
    recorder: NativeRecorder, two: Two, tmp_path: Path
) -> None:
    two.voices[0].paused = True
    await asyncio.sleep(0.5)
    recording = recorder.record(tmp_path / "quiet.wav", two.caller, two.agent)
    await asyncio.sleep(0.5)
    recording.hear(None, None)
    await asyncio.sleep(0.5)
    recording.hear(None, two.caller)
    two.voices[0].paused = False
    await asyncio.sleep(0.5)
    recording.close()
    await whole(recorder)
    left, right = sides(recording.file)
    assert left.duration == pytest.approx(1.5, abs=0.1)
    assert left.rms() < 0.01
    assert right.between(0.1, 0.4).tone(HIGH) > 0.9
    assert right.between(0.6, 0.9).rms() < 0.001
    assert right.between(1.3).tone(LOW) > 0.9


async def test_a_re_invite_does_not_break_it(
    recorder: NativeRecorder, two: Two, ear: Ear, tmp_path: Path
) -> None:
    recording = recorder.record(tmp_path / "moved.wav", two.caller, two.agent)
    await asyncio.sleep(0.5)
    call = two.calls[0]
    await call.invite(sdp(ear.port, "recvonly"))
    await asyncio.sleep(0.5)
    await call.invite(sdp(ear.port))
    assert call.answered_sdp is not None
    two.voices[0].to = call.answered_sdp
    await asyncio.sleep(1.0)
    recording.close()
    await whole(recorder)
    left, right = sides(recording.file)
    heard_of = ((left.between(0.1, 0.4), LOW), (left.between(left.end - 0.6), LOW), (right, HIGH))
    for heard, frequency in heard_of:
        assert np.median(heard.tone_over_time(frequency, 0.05)) > 0.9  # a buffer may jump
    assert left.duration > 1.9


async def test_a_disk_that_stands_still_touches_no_stream_and_leaves_silence(
    recorder: NativeRecorder, two: Two, ear: Ear, tmp_path: Path
) -> None:
    """A pipe that nobody reads is such a disk: its writer waits, for six seconds, and memory holds four."""
    pipe = tmp_path / "stalled.wav"
    os.mkfifo(pipe)
    recording = recorder.record(pipe, two.caller, two.agent)
    other = recorder.record(tmp_path / "other.wav", two.caller, two.agent)
    await asyncio.sleep(6.5)
    assert recorder.health().stalled > 2000
    await until(lambda: recorder.problem)
    since, lost = ear.sound().start, recording.lost
    assert lost == pytest.approx(2.5, abs=0.3)
    reading = asyncio.create_task(asyncio.to_thread(pipe.read_bytes))
    await asyncio.sleep(1.0)
    recording.close()
    other.close()
    data = await reading
    await whole(recorder)
    assert ear.sound().between(since).largest_gap() < UNTOUCHED
    streamed = np.frombuffer(data[44:], "<i2").reshape(-1, 2)
    assert len(streamed) / 8000 == pytest.approx(recording.seconds)
    left = Sound(streamed[:, 0].astype(np.float32) / 32768)
    for side, length in ((left, recording.seconds), (sides(other.file)[0], other.seconds)):
        assert side.duration == pytest.approx(length)
        assert side.between(0.1, 3.9).tone(LOW) > 0.95
        assert side.between(4.1, 6.4).rms() < 0.001
        assert np.median(side.between(side.end - 0.7).tone_over_time(LOW, 0.05)) > 0.9  # a buffer may jump
    assert recording.lost <= lost + 0.6


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB, of which 64 kB are free: two seconds of a recording."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    ).returncode:
        pytest.skip("only root may mount a small disk")
    (folder / "others").write_bytes(bytes(960 * 1024))
    yield folder
    run(["umount", str(folder)], check=True)


async def test_a_full_disk_leaves_silence_and_goes_on_when_there_is_room(
    recorder: NativeRecorder, two: Two, ear: Ear, small_disk: Path
) -> None:
    recording = recorder.record(small_disk / "one.wav", two.caller, two.agent)
    await until(lambda: recorder.problem, 6)
    assert "No space left" in recorder.problem
    await until(lambda: recording.lost > 0.5, 8)
    (small_disk / "others").unlink()
    room_at = recording.seconds
    await asyncio.sleep(2.0)
    recording.close()
    await whole(recorder)
    for side, frequency in zip(sides(recording.file), (LOW, HIGH), strict=True):
        assert side.duration == pytest.approx(recording.seconds)
        for heard in (side.between(0.1, 5.5), side.between(room_at + 0.8)):
            assert np.median(heard.tone_over_time(frequency, 0.05)) > 0.9  # a buffer may jump
        silent = np.mean(side.rms_over_time(0.02) < 0.001) * side.duration
        assert recording.lost - 0.1 < silent < recording.lost + 0.5  # more, where a buffer ran dry
    assert ear.sound().largest_gap() < UNTOUCHED
    assert 0.5 < recording.lost < 1.3


async def test_two_hundred_at_once_lose_nothing_and_delay_nobody(
    recorder: NativeRecorder, two: Two, ear: Ear, tmp_path: Path
) -> None:
    some = [recorder.record(tmp_path / f"{n}.wav", two.caller, two.agent) for n in range(200)]
    await asyncio.sleep(3.0)
    assert not recorder.problem
    for recording in some:
        recording.close()
    await whole(recorder)
    assert ear.sound().largest_gap() < UNTOUCHED
    assert max(recording.lost for recording in some) == 0
    for recording in some[::40]:
        left, right = sides(recording.file)
        assert left.duration == pytest.approx(recording.seconds)
        assert left.after(0.1).tone(LOW) > 0.95
        assert right.after(0.1).tone(HIGH) > 0.95


async def test_a_folder_that_is_not_there_is_waited_for(
    recorder: NativeRecorder, two: Two, tmp_path: Path
) -> None:
    """A file where the folder should be cannot be written under, until it is away."""
    (tmp_path / "day").write_text("in the way")
    recording = recorder.record(tmp_path / "day/one.wav", two.caller, two.agent)
    await until(lambda: recorder.problem)
    assert "Not a directory" in recorder.problem
    await asyncio.sleep(0.5)
    (tmp_path / "day").unlink()
    await until(lambda: not recorder.problem)
    recording.close()
    await whole(recorder)
    left, _ = sides(recording.file)
    assert left.duration == pytest.approx(recording.seconds)
    assert left.after(0.1).tone(LOW) > 0.9
    assert recording.lost == 0


@pytest.fixture
def impatient() -> Iterator[None]:
    """The writer gives a file up after 0.7 s."""
    usual, lib.recorder_patience_ms = lib.recorder_patience_ms, 700
    yield
    lib.recorder_patience_ms = usual


@pytest.mark.usefixtures("impatient")
async def test_what_can_not_be_written_for_too_long_is_given_up_with_an_alarm(
    recorder: NativeRecorder, two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[tuple[str, object]] = []
    monkeypatch.setattr(recorder, "note", lambda kind, **data: noted.append((kind, data)))
    (tmp_path / "day").write_text("in the way")
    recorder.record(tmp_path / "day/one.wav", two.caller, two.agent).close()
    await whole(recorder)
    await until(lambda: len(noted) == 2)
    (delayed, why), lost = noted
    assert delayed == "RecordingsDelayed"
    assert "Not a directory" in str(why)
    assert lost == ("RecordingsLost", {"count": 1})
    await until(lambda: not recorder.problem)


async def test_a_file_has_a_largest_size(recorder: NativeRecorder, two: Two, tmp_path: Path) -> None:
    recording = recorder.record(tmp_path / "long.wav", two.caller, two.agent, largest=32000)
    await asyncio.sleep(1.5)
    recording.close()
    await whole(recorder)
    assert sides(recording.file)[0].duration == pytest.approx(1.0)
    assert recording.seconds == pytest.approx(1.0)
    assert recording.lost == pytest.approx(0.5, abs=0.1)


def mono(file: Path) -> Sound:
    with wave.open(str(file)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (1, 2, 8000)
        pcm = np.frombuffer(opened.readframes(opened.getnframes()), "<i2")
    assert file.stat().st_size == 44 + pcm.nbytes
    return Sound(pcm.astype(np.float32) / 32768)


async def test_one_leg_alone_is_in_mono(recorder: NativeRecorder, two: Two, tmp_path: Path) -> None:
    recording = recorder.record_one(tmp_path / "day/mono.wav", two.caller, 60.0)
    began = time.monotonic()
    await asyncio.sleep(1.5)
    recording.close()
    took = time.monotonic() - began
    await whole(recorder)
    sound = mono(recording.file)
    assert recording.bytes == recording.file.stat().st_size
    assert sound.duration == pytest.approx(recording.seconds) == pytest.approx(took, abs=0.06)
    assert np.median(sound.after(0.1).tone_over_time(LOW, 0.05)) > 0.95  # a jitter buffer may jump


async def test_silence_is_noticed_in_mono(recorder: NativeRecorder, two: Two, tmp_path: Path) -> None:
    two.speak(np.concatenate([tone(LOW, 0.6), np.zeros(80_000, np.int16)]), tone(HIGH))
    recording = recorder.record_one(tmp_path / "mono.wav", two.caller, 60.0)
    await asyncio.sleep(0.3)
    assert recording.quiet < 0.1
    await until(lambda: recording.quiet >= 1.0)
    assert recording.seconds == pytest.approx(1.6, abs=0.25)
    noise = np.random.default_rng(1).normal(0, 20, 8000).astype(np.int16)
    two.speak(noise, tone(HIGH))
    before = recording.quiet
    await asyncio.sleep(0.5)
    assert recording.quiet == pytest.approx(before + 0.5, abs=0.1), "the noise of a line is silence"
    two.voices[0].paused = True
    await asyncio.sleep(0.3)
    assert recording.quiet > before + 0.6, "nothing comes at all"
    recording.close()
    await whole(recorder)


async def test_mono_has_a_limit(recorder: NativeRecorder, two: Two, tmp_path: Path) -> None:
    recording = recorder.record_one(tmp_path / "mono.wav", two.caller, 1.0)
    await asyncio.sleep(1.4)
    recording.close()
    await whole(recorder)
    assert mono(recording.file).duration == pytest.approx(1.0)


async def test_a_path_that_is_too_long_is_refused(recorder: NativeRecorder, two: Two) -> None:
    with pytest.raises(AudioError, match="cannot be recorded"):
        recorder.record(Path("/" + "x" * 2000), two.caller, two.agent)
    assert not recorder.health().alive


async def test_a_thousand_recordings_leave_nothing_behind(
    recorder: NativeRecorder, two: Two, tmp_path: Path
) -> None:
    await asyncio.sleep(0.1)  # the bridge has taken in the legs
    ports, files = lib.media_ports(), len(os.listdir("/proc/self/fd"))
    for lot in range(20):
        some = [
            recorder.record(tmp_path / f"2026/11/{lot + 10}/{n}.wav", two.caller, two.agent)
            for n in range(50)
        ]
        await asyncio.sleep(0.05)
        for recording in some:
            recording.close()
    await whole(recorder)
    assert lib.media_ports() == ports
    assert len(os.listdir("/proc/self/fd")) == files
    made = list(recordings(tmp_path))
    assert len(made) == 1000
    for file in made[::50]:
        sides(file)


KILLED = """
import asyncio, sys
from pathlib import Path
from softswitch.config.settings import MediaSettings
from softswitch.sip.endpoint import SipEndpoint
from tests.sip.conftest import settings

async def main():
    async with SipEndpoint(settings(int(sys.argv[1])), MediaSettings(), lambda leg: None) as endpoint:
        endpoint.recorder.record(Path(sys.argv[2]), None, None)
        await asyncio.sleep(30)

asyncio.run(main())
"""


def start(port: int, file: Path) -> Popen[bytes]:
    return Popen([sys.executable, "-c", KILLED, str(port), str(file)])


async def test_a_killed_recording_is_readable_after_the_repair(tmp_path: Path, house: House) -> None:
    file = tmp_path / "recordings/2026/11/25/killed.wav"
    process = start(house.port + 60, file)
    try:
        await until(lambda: file.exists() and file.stat().st_size > 32000, 20)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with file.open("ab") as torn:
        torn.write(b"x")
    assert await asyncio.to_thread(repair, tmp_path / "recordings", time.time() + 1) == [file]
    left, _ = sides(file)
    assert left.duration >= 1.0
    assert repair(tmp_path / "recordings", time.time() + 1) == []
