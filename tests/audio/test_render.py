from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from softswitch.audio import render
from softswitch.audio.loudness import integrated_loudness, true_peak
from softswitch.audio.render import MUSIC_LOUDNESS, SPEECH_LOUDNESS, finished, read, render_file
from softswitch.errors import SoundFileError
from tests.audio.sounds import loudest_frequency, samples_of, tone, write


@pytest.mark.parametrize(
    ("source", "subtype"),
    [
        (8000, "PCM_U8"),
        (11025, "PCM_16"),
        (44100, "PCM_24"),
        (48000, "FLOAT"),
        (96000, "PCM_16"),
        (8000, "ULAW"),
    ],
)
@pytest.mark.parametrize("rate", [8000, 16000])
def test_resampling_keeps_the_frequency_and_the_length(
    tmp_path: Path, source: int, subtype: str, rate: int
) -> None:
    path = write(tmp_path / "tone.wav", tone(source, 1.0, 1000), source, subtype=subtype)
    samples = samples_of(render_file(path, rate, MUSIC_LOUDNESS))
    assert len(samples) == pytest.approx(rate, abs=2)
    assert loudest_frequency(samples, rate) == pytest.approx(1000, abs=2)


def test_what_the_new_rate_cannot_carry_is_removed_and_not_folded_back(tmp_path: Path) -> None:
    high = tone(48000, 1.0, 6000, 0.5) + tone(48000, 1.0, 500, 0.05)
    heard = read(write(tmp_path / "high.wav", high, 48000), 8000)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert spectrum[2000] < spectrum[500] / 1000


@pytest.mark.parametrize("channels", [1, 2, 6, 7])
def test_any_number_of_channels_becomes_one(tmp_path: Path, channels: int) -> None:
    sound = np.repeat(tone(16000, 0.5)[:, None], channels, axis=1)
    heard = read(write(tmp_path / "wide.wav", sound, 16000), 16000)
    np.testing.assert_allclose(heard[1000:7000], sound[1000:7000, 0], atol=0.01)


@pytest.mark.parametrize("name", ["a.flac", "a.ogg", "a.mp3", "a.aiff"])
def test_the_usual_formats_are_read(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, tone(44100, 0.5), 44100)
    assert loudest_frequency(read(path, 8000), 8000) == pytest.approx(440, abs=4)


@pytest.mark.parametrize("target", [MUSIC_LOUDNESS, SPEECH_LOUDNESS])
@pytest.mark.parametrize("level", [0.01, 0.9])
def test_loud_and_quiet_recordings_come_out_equally_loud(target: float, level: float) -> None:
    sound = tone(8000, 2.0, 600, level)
    assert integrated_loudness(samples_of(finished(sound, 8000, target)), 8000) == pytest.approx(
        target, abs=0.2
    )


def test_speech_with_sharp_peaks_is_limited_and_never_clips() -> None:
    clicks = np.random.default_rng(2).normal(0, 0.02, 16000)
    clicks[::800] = 1.0
    assert true_peak(samples_of(finished(clicks, 8000, -10.0)), 8000) < 0.9


def test_an_offset_is_removed_and_the_edges_are_faded() -> None:
    samples = samples_of(finished(np.full(8000, 0.5) + tone(8000, 1.0), 8000, MUSIC_LOUDNESS))
    assert abs(samples.mean()) < 0.001
    assert samples[0] == samples[-1] == 0.0


def test_the_noise_of_an_almost_empty_recording_is_not_blown_up() -> None:
    noise = np.random.default_rng(3).normal(0, 1e-4, 16000)
    assert np.abs(samples_of(finished(noise, 8000, MUSIC_LOUDNESS))).max() < 0.03


def test_pure_silence_stays_silence() -> None:
    assert finished(np.zeros(800), 8000, MUSIC_LOUDNESS) == bytes(1600)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("menu.txt", b"press one for sales", "is text, not audio (it begins 'press one for sales')"),
        ("menu.wav", "naciśnij jeden".encode(), "is text, not audio"),
        ("empty.wav", b"", "is empty (0 bytes)"),
        ("doc.wav", b"%PDF-1.7 ...", "is a PDF document, not audio"),
        ("cut.wav", b"RIFF\x24\x00\x00\x00WAVE", "begins like audio but is broken"),
        ("song.m4a", b"\0\0\0\x20ftypM4A \0\0\0\0", "is an MP4 or M4A file"),
        ("noise.raw", bytes(range(128, 256)) * 4, "is no audio that can be recognised"),
    ],
)
def test_what_is_no_audio_is_named_for_what_it_is(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SoundFileError) as error:
        read(path, 8000)
    assert str(error.value).startswith(f"{path}: {message}")
    assert "WAV, FLAC, OGG" in str(error.value)


def test_missing_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SoundFileError, match="there is no such file"):
        read(tmp_path / "nowhere.wav", 8000)
    with pytest.raises(SoundFileError, match="is a folder"):
        read(tmp_path, 8000)
    with pytest.raises(SoundFileError, match="is a device or a pipe"):
        read(Path("/dev/null"), 8000)


def test_a_header_without_sound_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SoundFileError, match="zero samples"):
        read(write(tmp_path / "none.wav", np.zeros(0), 8000), 8000)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_an_error(tmp_path: Path, bad: float) -> None:
    sound = tone(8000, 0.1)
    sound[100] = bad
    with pytest.raises(SoundFileError, match="no numbers"):
        read(write(tmp_path / "nan.wav", sound, 8000, subtype="FLOAT"), 8000)


def test_a_file_that_is_too_long_is_refused_before_it_is_all_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "LONGEST", 60.0)
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 8000, 1) as file:
        file.write(np.zeros(8000 * 61))
    with pytest.raises(SoundFileError, match="longer than 1 minutes"):
        read(path, 8000)


def test_a_rate_that_no_recording_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SoundFileError, match="claims 100 samples per second"):
        read(write(tmp_path / "slow.wav", np.zeros(100), 100), 8000)
