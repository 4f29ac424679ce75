from __future__ import annotations

import asyncio
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from structlog.testing import capture_logs

from softswitch.audio import music, render
from softswitch.audio.cache import DiskCache
from softswitch.audio.loudness import integrated_loudness, true_peak
from softswitch.audio.render import MUSIC_LOUDNESS
from softswitch.audio.speech import SpeechService
from softswitch.config.settings import MediaSettings
from softswitch.errors import AudioError
from tests.audio.sounds import loudest_frequency, samples_of, tone, write

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

SHIPPED = {
    # Five tones of the key that should be the strongest, and how long it is, in seconds.
    "canon": ("D F# A B G", 134),
    "elise": ("A E C G# B", 88),
    "gymnopedie": ("D A B F# C#", 92),
    "prelude": ("C D F G A", 125),
}


@pytest.fixture(scope="module", params=SHIPPED)
def piece(request: pytest.FixtureRequest) -> tuple[str, NDArray[np.float64], int]:
    samples, rate = soundfile.read(music.MEDIA / "music" / f"{request.param}.ogg")
    return request.param, samples, rate


def test_the_classical_playlist_is_what_is_shipped() -> None:
    assert [path.stem for path in music.pieces("classical", {})] == sorted(SHIPPED)
    notes = {path.stem for path in (music.MEDIA / "music").glob("*.notes")}
    assert notes == set(SHIPPED)
    notice = (music.MEDIA / "music" / "NOTICE.md").read_text()
    assert all(f"`{name}.ogg`" in notice for name in SHIPPED)


def test_shipped_music_is_even_clean_and_small(piece: tuple[str, NDArray[np.float64], int]) -> None:
    name, samples, rate = piece
    assert samples.ndim == 1
    assert len(samples) / rate == pytest.approx(SHIPPED[name][1], abs=1)
    assert integrated_loudness(samples, rate) == pytest.approx(MUSIC_LOUDNESS, abs=0.3)
    assert true_peak(samples, rate) < 0.95
    assert abs(samples.mean()) < 0.001
    assert (music.MEDIA / "music" / f"{name}.ogg").stat().st_size < 1_500_000


def test_shipped_music_is_in_its_key(piece: tuple[str, NDArray[np.float64], int]) -> None:
    name, samples, rate = piece
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    audible = (hertz > 100) & (hertz < 2000)
    classes = np.round(12 * np.log2(hertz[audible] / 440) + 9).astype(int) % 12
    chroma = np.bincount(classes, power[audible], 12)
    strongest = {NAMES[i] for i in np.argsort(-chroma)[:6]}
    assert len(strongest & set(SHIPPED[name][0].split())) >= 4, strongest


def test_shipped_music_stays_audible_on_a_telephone(piece: tuple[str, NDArray[np.float64], int]) -> None:
    """Every second, but for the last chord's, has energy between 300 and 3400 Hz: no bass is left alone."""
    name, samples, rate = piece
    seconds = samples[: len(samples) // rate * rate].reshape(-1, rate)
    spectra = np.abs(np.fft.rfft(seconds * np.hanning(rate), axis=1)) ** 2
    band = 10 * np.log10(spectra[:, 300:3400].sum(axis=1))
    assert band[:-5].min() > band.max() - 25, f"{name} fades away at second {band[:-5].argmin()}"
    assert np.median(band) > band.max() - 12


def test_a_playlist_is_its_pieces_equally_loud_with_a_pause_after_each(tmp_path: Path) -> None:
    quiet = write(tmp_path / "a.wav", tone(44100, 2.0, 500, 0.02), 44100)
    loud = write(tmp_path / "b.flac", tone(48000, 3.0, 900, 0.8), 48000)
    clip = music.render_playlist("mine", [quiet, loud], 8000, DiskCache(tmp_path / "cache"))
    first, second = samples_of(clip.pcm)[:16000], samples_of(clip.pcm)[-36000:-12000]
    assert clip.duration == pytest.approx(5.0 + 2 * music.GAP, abs=0.01)
    assert not samples_of(clip.pcm)[-11990:].any()
    assert loudest_frequency(first, 8000) == pytest.approx(500, abs=1)
    assert loudest_frequency(second, 8000) == pytest.approx(900, abs=1)
    assert integrated_loudness(first, 8000) == pytest.approx(MUSIC_LOUDNESS, abs=0.3)
    assert integrated_loudness(second, 8000) == pytest.approx(MUSIC_LOUDNESS, abs=0.3)


def test_the_seam_of_the_loop_is_silent_on_both_sides(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", tone(8000, 1.0, 440, 0.9), 8000)
    samples = samples_of(music.render_playlist("mine", [path], 8000, DiskCache(tmp_path / "cache")).pcm)
    assert samples[0] == samples[-1] == 0.0
    assert np.abs(np.diff(samples)).max() < 0.5


def test_a_piece_that_cannot_be_played_is_left_out_and_logged(tmp_path: Path) -> None:
    good = write(tmp_path / "a.wav", tone(8000, 1.0), 8000)
    (tmp_path / "b.wav").write_text("not audio")
    with capture_logs() as logs:
        clip = music.render_playlist("mine", [tmp_path / "b.wav", good], 8000, DiskCache(tmp_path / "cache"))
    assert clip.duration == pytest.approx(1.0 + music.GAP)
    assert "is text, not audio" in logs[0]["error"]


def test_a_playlist_of_which_nothing_can_be_played_is_an_error(tmp_path: Path) -> None:
    with capture_logs(), pytest.raises(AudioError, match=r"nothing in playlist 'mine'.*no such file"):
        music.render_playlist("mine", [tmp_path / "missing.wav"], 8000, DiskCache(tmp_path))
    with pytest.raises(AudioError, match="has no pieces"):
        music.render_playlist("mine", [], 8000, DiskCache(tmp_path))


def test_a_playlist_of_many_hours_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(music, "LONGEST_PLAYLIST", 60.0)
    path = write(tmp_path / "a.wav", tone(8000, 20.0), 8000)
    with pytest.raises(AudioError, match="longer than 1 minutes"):
        music.render_playlist("mine", [path] * 4, 8000, DiskCache(tmp_path / "cache"))


def test_an_unknown_playlist_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(AudioError, match="did you mean 'classical'"):
        music.pieces("clasical", {})
    with pytest.raises(AudioError, match="there are classical, jazz, silence"):
        music.pieces("polka", {"jazz": ()})


def test_a_piece_is_rendered_once_for_each_rate_and_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[int] = []

    def counted(path: Path, rate: int, loudness: float) -> bytes:
        rendered.append(rate)
        return render.render_file(path, rate, loudness)

    monkeypatch.setattr(music, "render_file", counted)
    cache = DiskCache(tmp_path / "cache")
    a = write(tmp_path / "a.wav", tone(8000, 0.5), 8000)
    b = tmp_path / "copy.wav"
    b.write_bytes(a.read_bytes())
    for rate in (8000, 16000, 8000):
        music.render_playlist("mine", [a, b], rate, cache)
    write(a, tone(8000, 0.6), 8000)
    music.render_playlist("mine", [a], 8000, cache)
    assert rendered == [8000, 16000, 8000]


async def test_waiting_callers_share_one_clip_of_a_configured_playlist(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", tone(8000, 1.0), 8000)
    media = MediaSettings(music={"mine": (path,)})
    async with SpeechService(media, cache=tmp_path / "cache") as speech:
        clips = await asyncio.gather(*(speech.music("mine") for _ in range(20)))
        assert all(clip is clips[0] for clip in clips)
        assert await speech.music("mine") is clips[0]


def test_the_notes_add_up_to_whole_bars_and_last_as_long_as_the_recording(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(music.MEDIA / "music"))
    import score

    for name, (_, seconds) in SHIPPED.items():
        piece = score.read(music.MEDIA / "music" / f"{name}.notes")
        ends = {max(note.start + note.length for note in part.notes) for part in piece.parts}
        assert max(ends) - min(ends) <= Fraction(8), name
        assert float(piece.end) * 60 / piece.tempo[0][1] < seconds


def test_a_bar_that_is_too_short_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(music.MEDIA / "music"))
    import score

    notes = tmp_path / "bad.notes"
    notes.write_text(
        "title T\ncomposer C\nkey C\nbeats 4\ntempo 0=60\npart piano program=0 level=90\nc4 d4 e4 |"
    )
    with pytest.raises(score.NotesError, match="piano: the bar that should end at beat 3"):
        score.read(notes)
