from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from structlog.testing import capture_logs

from softswitch import ports
from softswitch.audio import voices
from softswitch.audio.loudness import integrated_loudness
from softswitch.audio.recorded import slug_of
from softswitch.audio.render import SPEECH_LOUDNESS
from softswitch.audio.speech import PAUSE, SpeechService
from softswitch.config.settings import MediaSettings
from softswitch.errors import SoundFileError, SpeechError
from softswitch.sound import Clip
from softswitch.spoken import Announcement
from softswitch.types import Language, Prompt
from tests.audio.sounds import loudest_frequency, samples_of, tone, write

EN, PL, HE = Language("en"), Language("pl"), Language("he")
MEDIA = MediaSettings(languages=(EN, PL, HE))

SENTENCES = {
    EN: "Welcome. For sales press one, for support press two.",
    PL: "Dzień dobry. Sprzedaż, wybierz jeden. Pomoc, wybierz dwa.",
    HE: "אתם הבאים בתור. זמן ההמתנה המשוער הוא שתי דקות.",
}


def prompt(text: str, language: Language = EN) -> Prompt:
    return Prompt({language: text})


class ToneVoice:
    """Speaks every text as a tone, and counts."""

    name = "tone"
    reads_phonemes = False

    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.threads: set[int] = set()
        self.go = threading.Event()
        self.go.set()

    def speak(self, text: str, language: Language, rate: int) -> NDArray[np.float32]:
        assert self.go.wait(5)
        self.spoken.append(text)
        self.threads.add(threading.get_ident())
        if text == "unspeakable":
            raise SpeechError("the voice is hoarse")
        if text == "silent":
            return np.zeros(800, dtype=np.float32)
        return tone(rate, 0.5).astype(np.float32)


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch) -> ToneVoice:
    voice = ToneVoice()
    monkeypatch.setattr(voices, "built_in", lambda: voice)
    return voice


@pytest.fixture
async def speech(tmp_path: Path) -> AsyncIterator[SpeechService]:
    service = SpeechService(MEDIA, cache=tmp_path / "cache", recordings=tmp_path / "recorded")
    async with service:
        yield service


def test_it_is_what_the_calls_need(tmp_path: Path) -> None:
    service: ports.Speech = SpeechService(MEDIA, cache=tmp_path)
    assert service


@pytest.mark.parametrize("language", SENTENCES)
async def test_a_text_becomes_speech_of_plausible_length_and_loudness(
    speech: SpeechService, language: Language
) -> None:
    text = SENTENCES[language]
    clip = await speech.prompt(prompt(text, language), language)
    samples = samples_of(clip.pcm)
    assert (clip.rate, clip.label) == (8000, text)
    assert len(text) / 25 < clip.duration < len(text) / 8
    assert integrated_loudness(samples, 8000) == pytest.approx(SPEECH_LOUDNESS, abs=1.5)
    assert np.abs(samples).max() < 0.95
    loud = np.abs(samples[: len(samples) // 400 * 400]).reshape(-1, 400).max(axis=1) > 0.02
    assert loud.mean() > 0.5


async def test_different_texts_and_languages_sound_different(speech: SpeechService) -> None:
    texts = [("One.", EN), ("Two.", EN), ("One.", PL)]
    clips = {(await speech.prompt(prompt(text, language), language)).pcm for text, language in texts}
    assert len(clips) == 3


async def test_phonemes_make_hebrew_longer_than_its_bare_consonants(speech: SpeechService) -> None:
    known = await speech.prompt(prompt("לפניכם ממתינים", HE), HE)
    bare = await speech.prompt(prompt("לפניכמ ממתינימ", HE), HE)
    assert known.pcm != bare.pcm


async def test_the_clip_has_the_rate_of_the_bridge(tmp_path: Path) -> None:
    async with SpeechService(MediaSettings(sample_rate=16000), cache=tmp_path) as speech:
        clip = await speech.prompt(prompt("Hello."), EN)
    assert clip.rate == 16000
    assert 0.2 < clip.duration < 1.5


async def test_a_text_that_is_missing_in_a_language_is_spoken_in_the_one_it_has(
    speech: SpeechService,
) -> None:
    polish = Prompt({PL: "Dzień dobry."})
    assert await speech.prompt(polish, EN) is await speech.prompt(polish, PL)


async def test_an_announcement_is_its_sentences_with_a_pause_between(speech: SpeechService) -> None:
    both = await speech.announcement(Announcement(2, 120.0), PL)
    place = await speech.announcement(Announcement(position=2), PL)
    wait = await speech.announcement(Announcement(wait=120.0), PL)
    assert both.label == (
        "Przed Państwem w kolejce jest jedna osoba. Szacowany czas oczekiwania to około dwóch minut."
    )
    assert both.duration == pytest.approx(place.duration + PAUSE + wait.duration)
    assert both.pcm.startswith(place.pcm)
    assert both.pcm.endswith(wait.pcm)


async def test_an_announcement_of_nothing_is_an_error(speech: SpeechService) -> None:
    with pytest.raises(SpeechError, match="neither position, callers nor wait"):
        await speech.announcement(Announcement(), EN)


async def test_many_callers_who_ask_at_once_share_one_rendering(
    speech: SpeechService, voice: ToneVoice
) -> None:
    voice.go.clear()
    asked = [asyncio.create_task(speech.prompt(prompt("Hello."), EN)) for _ in range(50)]
    await asyncio.sleep(0)
    voice.go.set()
    clips = await asyncio.gather(*asked)
    assert voice.spoken == ["Hello."]
    assert all(clip is clips[0] for clip in clips)


async def test_a_caller_who_leaves_does_not_take_the_rendering_along(
    speech: SpeechService, voice: ToneVoice
) -> None:
    voice.go.clear()
    leaves = asyncio.create_task(speech.prompt(prompt("Hello."), EN))
    stays = asyncio.create_task(speech.prompt(prompt("Hello."), EN))
    await asyncio.sleep(0)
    leaves.cancel()
    voice.go.set()
    assert (await stays).duration == pytest.approx(0.5, abs=0.01)
    assert voice.spoken == ["Hello."]


async def test_speech_is_rendered_on_one_thread_that_is_not_the_loops(
    speech: SpeechService, voice: ToneVoice
) -> None:
    await asyncio.gather(*(speech.prompt(prompt(f"Number {n}."), EN) for n in range(5)))
    assert len(voice.threads) == 1
    assert threading.get_ident() not in voice.threads


async def test_a_second_start_renders_nothing_that_the_first_did(tmp_path: Path, voice: ToneVoice) -> None:
    for _ in range(2):
        async with SpeechService(MEDIA, cache=tmp_path) as speech:
            await speech.announcement(Announcement(3, 90.0), EN)
    assert len(voice.spoken) == 2


async def test_a_failing_voice_is_an_error_that_names_the_text(
    speech: SpeechService, voice: ToneVoice
) -> None:
    with pytest.raises(SpeechError, match="cannot speak 'unspeakable' in 'en': the voice is hoarse"):
        await speech.prompt(prompt("unspeakable"), EN)
    with pytest.raises(SpeechError, match=r"cannot speak 'silent'.*no sound"):
        await speech.prompt(prompt("silent"), EN)


async def test_a_language_without_a_voice_is_an_error(speech: SpeechService) -> None:
    with pytest.raises(SpeechError, match="no voice for the language 'xx'"):
        await speech.prompt(prompt("Hello.", Language("xx")), Language("xx"))


async def test_a_prompt_with_nothing_in_it_is_an_error(speech: SpeechService) -> None:
    with pytest.raises(SpeechError, match="neither a text nor a file"):
        await speech.prompt(Prompt(), EN)


async def test_a_file_is_played_instead_of_the_text(speech: SpeechService, tmp_path: Path) -> None:
    path = write(tmp_path / "welcome.wav", tone(44100, 1.0, 700), 44100)
    clip = await speech.prompt(Prompt({EN: "Welcome."}, play=path), EN)
    assert clip.label == "welcome.wav"
    assert loudest_frequency(samples_of(clip.pcm), 8000) == pytest.approx(700, abs=2)


async def test_a_broken_file_is_replaced_by_the_text_and_logged(
    speech: SpeechService, voice: ToneVoice, tmp_path: Path
) -> None:
    path = tmp_path / "welcome.wav"
    path.write_text("not audio")
    with capture_logs() as logs:
        clip = await speech.prompt(Prompt({EN: "Welcome."}, play=path), EN)
    assert clip.label == "Welcome."
    assert "is text, not audio" in logs[0]["error"]
    with pytest.raises(SoundFileError, match="is text, not audio"):
        await speech.prompt(Prompt(play=path), EN)


async def test_a_recorded_sentence_wins_over_the_voice(
    speech: SpeechService, voice: ToneVoice, tmp_path: Path
) -> None:
    (tmp_path / "recorded" / "en").mkdir(parents=True)
    write(tmp_path / "recorded" / "en" / "you-are-next-in-line.wav", tone(16000, 1.0, 900), 16000)
    clip = await speech.announcement(Announcement(position=1), EN)
    assert loudest_frequency(samples_of(clip.pcm), 8000) == pytest.approx(900, abs=2)
    assert not voice.spoken


async def test_a_broken_recording_is_replaced_by_the_voice(
    speech: SpeechService, voice: ToneVoice, tmp_path: Path
) -> None:
    (tmp_path / "recorded" / "en").mkdir(parents=True)
    (tmp_path / "recorded" / "en" / "hello.wav").write_text("broken")
    with capture_logs() as logs:
        await speech.prompt(prompt("Hello."), EN)
    assert voice.spoken == ["Hello."]
    assert len(logs) == 1


def test_slugs_keep_letters_of_every_language_and_tell_long_texts_apart() -> None:
    assert slug_of("You are next in line.") == "you-are-next-in-line"
    assert slug_of("Są Państwo następni!") == "są-państwo-następni"
    long = "word " * 30
    assert slug_of(long + "one") != slug_of(long + "two")
    assert len(slug_of(long).encode()) < 100


async def test_warming_renders_prompts_and_announcements_and_survives_what_fails(
    speech: SpeechService, voice: ToneVoice
) -> None:
    with capture_logs() as logs:
        menu_that_only_asks = Prompt()
        await speech.warm([prompt("Hello."), menu_that_only_asks, prompt("unspeakable")], [EN], positions=3)
    rendered = list(voice.spoken)
    assert {
        "Hello.",
        "You are next in line.",
        "You are third in line.",
        "There are three callers waiting.",
    } <= set(rendered)
    assert "The estimated waiting time is more than two hours." in rendered
    assert len(rendered) == len(set(rendered))
    assert ["unspeakable" in entry["error"] for entry in logs] == [True]
    await speech.announcement(Announcement(3, 25 * 60.0), EN)
    assert voice.spoken == rendered


async def test_reloading_reads_changed_files_again(speech: SpeechService, tmp_path: Path) -> None:
    path = write(tmp_path / "welcome.wav", tone(8000, 1.0), 8000)
    before = await speech.prompt(Prompt(play=path), EN)
    write(path, tone(8000, 2.0), 8000)
    assert await speech.prompt(Prompt(play=path), EN) is before
    speech.reload(MEDIA)
    assert (await speech.prompt(Prompt(play=path), EN)).duration == pytest.approx(2.0)


WRITE_TONE = """
import sys, numpy, soundfile
text = sys.argv[3] if len(sys.argv) > 3 else sys.stdin.read()
soundfile.write(sys.argv[1], 0.3 * numpy.sin(numpy.arange(1000 * len(text)) / 5), 16000)
"""


@pytest.mark.parametrize("how", [["{text}"], []])
async def test_any_command_can_be_the_voice_with_the_text_as_argument_or_input(
    tmp_path: Path, how: list[str]
) -> None:
    command = [sys.executable, "-c", WRITE_TONE, "{wav}", "{language}", *how]
    async with SpeechService(MEDIA, cache=tmp_path, command=command) as speech:
        clip = await speech.prompt(prompt("{wav} 12345678"), EN)
    assert clip.duration == pytest.approx(14 * 1000 / 16000, abs=0.01)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["/nonexistent/tts", "{wav}"], "cannot be started"),
        ([sys.executable, "-c", "import sys; sys.exit('no such voice')", "{wav}"], "status 1: no such voice"),
        ([sys.executable, "-c", "", "{wav}"], "wrote no sound"),
    ],
)
async def test_a_command_that_fails_is_an_error_that_says_why(
    tmp_path: Path, command: list[str], message: str
) -> None:
    async with SpeechService(MEDIA, cache=tmp_path, command=command) as speech:
        with pytest.raises(SpeechError, match=message):
            await speech.prompt(prompt("Hello."), EN)


def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices, "PATIENCE", 0.2)
    voice = voices.CommandVoice([sys.executable, "-c", "import time; time.sleep(60)", "{wav}"])
    with pytest.raises(SpeechError, match="took more than"):
        voice.speak("Hello.", EN, 8000)


def test_a_command_that_writes_nowhere_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=r"has no \{wav\}"):
        SpeechService(MEDIA, cache=tmp_path, command=["say", "{text}"])


def test_without_the_library_the_program_speaks_and_without_both_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing() -> voices.EspeakVoice:
        raise SpeechError("the espeak-ng library cannot be loaded")

    monkeypatch.setattr(voices, "EspeakVoice", missing)
    which: Callable[[str], str | None] = {"espeak-ng": sys.executable}.get
    monkeypatch.setattr(voices.shutil, "which", which)
    assert isinstance(voices.built_in(), voices.CommandVoice)
    monkeypatch.setattr(voices.shutil, "which", lambda name: None)
    with pytest.raises(SpeechError, match="install one of them"):
        voices.built_in()


async def test_music_and_silence_come_from_the_same_service(speech: SpeechService) -> None:
    silence: Clip = await speech.music("silence")
    assert not any(silence.pcm)
    assert silence.duration > 0
