"""Where clips come from: prompts, announcements and music, rendered off the loop and cached by content.

A recording wins over the voice: `media/prompts/<language>/<slug>.wav` is played in place of any text whose
slug (`slug_of`) it is named by.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from softswitch.audio import grammar, music, tones, voices
from softswitch.audio.cache import DiskCache, MemoryCache, default_folder, key_of
from softswitch.audio.render import SPEECH_LOUDNESS, finished
from softswitch.config.settings import MediaSettings
from softswitch.errors import AudioError, SoundFileError, SpeechError
from softswitch.ports import Announcement
from softswitch.sound import Clip
from softswitch.types import Cue, Language, Prompt, Seconds

_log = structlog.get_logger(__name__)

MEMORY = 64 * 1024 * 1024
"""Bytes of prompts and announcements kept in memory: over an hour of speech at 8 kHz. Music comes on top."""

PAUSE: Seconds = 0.35
"""Between two sentences of one announcement."""

BETWEEN_DIGITS: Seconds = 0.06

_LONGEST_SLUG = 60


class SpeechService:
    """`ports.Speech` for the live switch; an async context manager, since it owns threads.

    `cache` is the folder of rendered sound (default: `softswitch/audio` in the XDG cache folder). `command`
    replaces the built-in voice: a program and its arguments, with `{text}`, `{language}` and `{wav}` filled
    in; SpeechError when it has no `{wav}`. `recordings` holds recorded sentences, a folder for each language.
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
        self.recordings = recordings
        self._voice: voices.Voice | None = voices.CommandVoice(command) if command is not None else None
        self._disk = DiskCache(cache or default_folder())
        self._memory = MemoryCache(MEMORY)
        self._music: dict[str, Clip] = {}
        self._rendering: dict[str, asyncio.Future[Clip]] = {}
        # A playlist takes seconds to render; speech does not wait behind it.
        self._speaking = ThreadPoolExecutor(1, thread_name_prefix="speech")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="sound-files")
        for language in media.languages:
            # Catalogues and plural rules are read from files: now, not when the first caller waits.
            grammar.announcement(Announcement(2, 120.0), language)

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
        self._memory = MemoryCache(MEMORY)
        self._music = {}

    async def prompt(self, prompt: Prompt, language: Language) -> Clip:
        """The clip of a prompt: its file, or its text where the file fails or there is none.

        A text that exists only in another language is spoken in that one. Raises AudioError when neither can
        be had.
        """
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
        return await self._sentence(text, spoken)

    async def announcement(self, what: Announcement, language: Language) -> Clip:
        """One clip with the sentences for position and wait, with right grammar. Raises SpeechError."""
        sentences = grammar.announcement(what, language)
        if not sentences:
            raise SpeechError("an announcement with neither position nor wait says nothing")
        spoken = grammar.language_of_sentences(language)
        key = key_of("announcement", spoken, *sentences)
        known = self._memory.get(key)
        if known is not None:
            return known
        joined = await self._joined(sentences, spoken, PAUSE)
        self._memory.put(key, joined)
        return joined

    def cue(self, cue: Cue) -> Clip:
        """The tones of a cue; they take no time to make."""
        return tones.cue(cue, self.media.sample_rate)

    async def messages(self, new: int, old: int, language: Language) -> Clip:
        """How many messages a mailbox holds. Raises SpeechError."""
        spoken = grammar.language_of_sentences(language)
        return await self._joined(grammar.messages(new, old, language), spoken, PAUSE)

    async def digits(self, number: str, language: Language) -> Clip:
        """A number digit by digit. Raises SpeechError. Nothing of it is kept on the disk but the digits."""
        spoken = grammar.language_of_sentences(language)
        return await self._joined(grammar.digits(number, language), spoken, BETWEEN_DIGITS)

    async def _joined(self, texts: Sequence[str], language: Language, pause: Seconds) -> Clip:
        rate = self.media.sample_rate
        clips = [await self._sentence(text, language) for text in texts]
        between = bytes(2 * round(pause * rate))
        return Clip(between.join(clip.pcm for clip in clips), rate, " ".join(texts))

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
        prompts = tuple(prompts)
        for language in languages:
            for prompt in prompts:
                await self._try(self.prompt(prompt, language))
            for minutes in range(62):
                await self._try(self.announcement(Announcement(wait=60.0 * minutes), language))
            for place in range(1, positions + 1):
                await self._try(self.announcement(Announcement(position=place), language))

    async def _try(self, rendering: Awaitable[Clip]) -> None:
        try:
            await rendering
        except AudioError as error:
            _log.error("sound cannot be prepared", error=str(error))

    async def _file(self, path: Path) -> Clip:
        render = partial(music.recording, path, self.media.sample_rate, self._disk)
        return await self._kept(key_of("file", path), self._reading, render)

    async def _sentence(self, text: str, language: Language) -> Clip:
        text = " ".join(text.split())
        return await self._kept(
            key_of("speech", language, text), self._speaking, partial(self._speak, text, language)
        )

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

    def _speak(self, text: str, language: Language) -> Clip:
        """On the speech thread: a recording, the disk's copy, or the voice."""
        rate = self.media.sample_rate
        recorded = self.recordings / language / f"{slug_of(text)}.wav"
        if recorded.exists():
            try:
                return music.recording(recorded, rate, self._disk)
            except SoundFileError as error:
                _log.error("a recorded sentence is replaced by the voice", error=str(error))
        try:
            if self._voice is None:
                self._voice = voices.built_in()
            voice = self._voice
            key = key_of("speech", voice.name, language, text, grammar.pronounced(text, language), rate)
            pcm = self._disk.pcm(key, lambda: _spoken(voice, text, language, rate))
        except SpeechError as error:
            raise SpeechError(f"cannot speak {text!r} in {language!r}: {error}") from error
        return Clip(pcm, rate, text)


def slug_of(text: str) -> str:
    """The name under which a recording of this text is looked for: its words, joined by hyphens.

    `You are next in line.` gives `you-are-next-in-line`; of a long text the first words and a checksum.
    """
    slug = re.sub(r"[^\w]+", "-", text.casefold()).strip("-")
    if len(slug) <= _LONGEST_SLUG:
        return slug
    return f"{slug[:_LONGEST_SLUG].rstrip('-')}-{hashlib.sha256(slug.encode()).hexdigest()[:8]}"


def _spoken(voice: voices.Voice, text: str, language: Language, rate: int) -> bytes:
    samples = voice.speak(text, language, rate)
    if not samples.any():
        raise SpeechError("the voice gives no sound for it")
    return finished(samples, rate, SPEECH_LOUDNESS)
