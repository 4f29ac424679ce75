"""Where clips come from: prompts, announcements and music, rendered off the loop and cached by content.

A recording wins over the voice: `<language>/<slug>.wav` in the folder `media.prompts` is played in place of
any text, or part of an announcement, whose slug it is named by (`recorded.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import structlog
from numpy.typing import NDArray

from softswitch.audio import music, recorded, tones, voices
from softswitch.audio.cache import DiskCache, MemoryCache, default_folder, key_of
from softswitch.audio.grammar import Books
from softswitch.audio.render import SPEECH_LOUDNESS, finished
from softswitch.config.settings import MediaSettings
from softswitch.errors import AudioError, SoundFileError, SpeechError
from softswitch.sentences.grammar import STEPS, Part, Sentence
from softswitch.sound import Clip
from softswitch.spoken import Announcement, Introduction
from softswitch.types import Cue, Language, Prompt, Seconds

_log = structlog.get_logger(__name__)

MEMORY = 64 * 1024 * 1024
"""Bytes of prompts and announcements kept in memory: over an hour of speech at 8 kHz. Music comes on top."""

PAUSE: Seconds = 0.35
"""Between two sentences of one announcement."""

BETWEEN_DIGITS: Seconds = 0.06


class SpeechService:
    """`ports.Speech` for the live switch; an async context manager, since it owns threads.

    `cache` is the folder of rendered sound (default: `softswitch/audio` in the XDG cache folder). `command`
    replaces the built-in voice: a program and its arguments, with `{text}`, `{language}` and `{wav}` filled
    in; SpeechError when it has no `{wav}`. `recordings` holds recorded sentences, a folder for each language,
    unless the settings name another.
    """

    def __init__(
        self,
        media: MediaSettings,
        *,
        cache: Path | None = None,
        command: Sequence[str] | None = None,
        recordings: Path = music.MEDIA / "prompts",
    ) -> None:
        self.media = media
        self._shipped = recordings
        self._books = Books(media.sentences)
        self._voice: voices.Voice | None = voices.CommandVoice(command) if command is not None else None
        self._disk = DiskCache(cache or default_folder())
        self._memory = MemoryCache(MEMORY)
        self._music: dict[str, Clip] = {}
        self._rendering: dict[str, asyncio.Future[Clip]] = {}
        # A playlist takes seconds to render; speech does not wait behind it.
        self._speaking = ThreadPoolExecutor(1, thread_name_prefix="speech")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="sound-files")
        for language in media.languages:
            # Books and plural rules are read from files: now, not when the first caller waits.
            self._books.announcement(Announcement(12, 120.0), language)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Drop what the threads have queued and wait for what they are at."""
        for executor in (self._speaking, self._reading):
            await asyncio.to_thread(executor.shutdown, cancel_futures=True)

    def reload(self, media: MediaSettings) -> None:
        """Go on with other settings, and look at all files anew; the disk's cache stays."""
        self.media = media
        self._books = Books(media.sentences)
        self._memory = MemoryCache(MEMORY)
        self._music = {}

    async def prompt(self, prompt: Prompt, language: Language) -> Clip:
        """The clip of a prompt: its file, or its text where the file fails or there is none.

        A text that exists only in another language is spoken in that one. Raises AudioError when neither can
        be had.
        """
        prompt = self._books.prompt(prompt)
        text = prompt.text(language)
        if prompt.play is not None:
            try:
                return await self._file(prompt.play)
            except SoundFileError as error:
                if not text:
                    raise
                _log.error("a prompt's file is replaced by its text", error=str(error))
        if not text.strip():
            raise SpeechError("a prompt has neither a text nor a file: give it `say` or `play`")
        spoken = language if prompt.say.get(language) else next(k for k, v in prompt.say.items() if v)
        text = " ".join(text.split())
        return await self._sentence(Sentence(text, (Part(text),)), spoken)

    async def announcement(self, what: Announcement, language: Language) -> Clip:
        """One clip with the sentences of an announcement, with right grammar. Raises SpeechError."""
        sentences = self._books.announcement(what, language)
        if not sentences:
            raise SpeechError("an announcement with neither position, callers nor wait says nothing")
        spoken = self._books.book(language).language
        texts = [sentence.text for sentence in sentences]
        key = key_of("announcement", spoken, *texts)
        known = self._memory.get(key)
        if known is not None:
            return known
        joined = await self._joined(sentences, spoken, PAUSE)
        self._memory.put(key, joined)
        return joined

    def cue(self, cue: Cue) -> Clip:
        """The tones of a cue; they take no time to make."""
        return tones.cue(cue, self.media.sample_rate)

    async def introduction(self, what: Introduction, language: Language) -> Clip:
        """The clip that tells an agent who comes, with right grammar. Raises SpeechError."""
        spoken = self._books.book(language).language
        return await self._sentence(self._books.introduction(what, language), spoken)

    async def messages(self, new: int, old: int, language: Language) -> Clip:
        """How many messages a mailbox holds. Raises SpeechError."""
        spoken = self._books.of_messages(language).language
        return await self._joined(self._books.messages(new, old, language), spoken, PAUSE)

    async def digits(self, number: str, language: Language) -> Clip:
        """A number digit by digit. Raises SpeechError. Nothing of it is kept on the disk but the digits."""
        spoken = self._books.book(language).language
        return await self._joined(self._books.digits(number, language), spoken, BETWEEN_DIGITS)

    async def _joined(self, sentences: Sequence[Sentence], language: Language, pause: Seconds) -> Clip:
        rate = self.media.sample_rate
        clips = [await self._sentence(sentence, language) for sentence in sentences]
        between = bytes(2 * round(pause * rate))
        label = " ".join(sentence.text for sentence in sentences)
        return Clip(between.join(clip.pcm for clip in clips), rate, label)

    async def music(self, playlist: str) -> Clip:
        """The whole playlist as one clip to be looped. Raises AudioError; `silence` never does."""
        rate = self.media.sample_rate
        if playlist == music.SILENCE:
            return music.silence(rate)
        if playlist == tones.RINGBACK:
            return tones.ringback(rate)
        if playlist in self._music:
            return self._music[playlist]
        files = music.pieces(playlist, self.media.music)
        key = key_of("playlist", playlist, *files)
        render = partial(music.render_playlist, playlist, files, rate, self._disk)
        clip = await self._once(key, self._reading, render)
        self._music[playlist] = clip
        return clip

    async def warm(self, prompts: Iterable[Prompt], languages: Iterable[Language], positions: int) -> None:
        """Render prompts, and announcements up to a position, ahead of need. Cancel it at will.

        One at a time, so that a caller's own prompt waits behind one sentence at most. What fails is logged.
        """
        prompts = tuple(prompt for prompt in prompts if prompt.say or prompt.play)
        for language in languages:
            for prompt in prompts:
                await self._try(self.prompt(prompt, language))
            for minutes in (0, *STEPS, STEPS[-1] + 1):
                await self._try(self.announcement(Announcement(wait=60.0 * minutes), language))
            for place in range(1, positions + 1):
                await self._try(self.announcement(Announcement(position=place), language))
                await self._try(self.announcement(Announcement(callers=place), language))

    async def _try(self, rendering: Awaitable[Clip]) -> None:
        try:
            await rendering
        except AudioError as error:
            _log.error("sound cannot be prepared", error=str(error))

    async def _file(self, path: Path) -> Clip:
        render = partial(music.recording, path, self.media.sample_rate, self._disk)
        return await self._kept(key_of("file", path), self._reading, render)

    async def _sentence(self, sentence: Sentence, language: Language) -> Clip:
        key = key_of("speech", language, sentence.text)
        return await self._kept(key, self._speaking, partial(self._speak, sentence, language))

    @property
    def recordings(self) -> Path:
        """The folder of recorded sentences."""
        return self.media.prompts or self._shipped

    async def _kept(self, key: str, executor: Executor, render: Callable[[], Clip]) -> Clip:
        """The clip from memory, or rendered and then kept there."""
        known = self._memory.get(key)
        if known is not None:
            return known
        memory = self._memory
        clip = await self._once(key, executor, render)
        memory.put(key, clip)
        return clip

    async def _once(self, key: str, executor: Executor, render: Callable[[], Clip]) -> Clip:
        """Render in a thread; whoever asks meanwhile waits for the same; no caller's end stops it."""
        rendering = self._rendering.get(key)
        if rendering is None:
            rendering = asyncio.get_running_loop().run_in_executor(executor, render)
            self._rendering[key] = rendering
            rendering.add_done_callback(partial(self._rendered, key))
        return await asyncio.shield(rendering)

    def _rendered(self, key: str, rendering: asyncio.Future[Clip]) -> None:
        del self._rendering[key]
        if not rendering.cancelled():
            rendering.exception()  # seen, even when everybody who asked has gone

    def _speak(self, sentence: Sentence, language: Language) -> Clip:
        """On the speech thread: a recording, recorded parts, the disk's copy, or the voice."""
        rate, text = self.media.sample_rate, sentence.text
        whole = recorded.file_of(self.recordings, language, text)
        if whole.exists():
            try:
                return music.recording(whole, rate, self._disk)
            except SoundFileError as error:
                _log.error("a recorded sentence is replaced by the voice", error=str(error))
        try:
            parts = recorded.joined(
                sentence, language, self.recordings, rate, lambda part: self._part(part, language)
            )
            return Clip(parts or self._whole(text, language), rate, text)
        except SpeechError as error:
            raise SpeechError(f"cannot speak {text!r} in {language!r}: {error}") from error

    def _whole(self, text: str, language: Language) -> bytes:
        voice, rate = self._speaker(), self.media.sample_rate
        read = self._readable(text, language)
        key = key_of("speech", voice.name, language, text, read, rate)
        return self._disk.pcm(key, lambda: _spoken(voice, read, language, rate))

    def _part(self, text: str, language: Language) -> NDArray[np.float32]:
        return self._speaker().speak(self._readable(text, language), language, self.media.sample_rate)

    def _speaker(self) -> voices.Voice:
        if self._voice is None:
            self._voice = voices.built_in()
        return self._voice

    def _readable(self, text: str, language: Language) -> str:
        """The text as the voice should read it."""
        return self._books.pronounced(text, language) if self._speaker().reads_phonemes else text


def _spoken(voice: voices.Voice, text: str, language: Language, rate: int) -> bytes:
    samples = voice.speak(text, language, rate)
    if not samples.any():
        raise SpeechError("the voice gives no sound for it")
    return finished(samples, rate, SPEECH_LOUDNESS)
