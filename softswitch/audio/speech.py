"""Where clips come from: prompts, announcements and music, rendered off the loop and cached by content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from softswitch.config.settings import MediaSettings
from softswitch.ports import Announcement, Clip
from softswitch.types import Language, Prompt


class SpeechService:
    """`ports.Speech` for the live switch; an async context manager, since it owns threads.

    `cache` is the folder of rendered sound (default: `softswitch/audio` in the XDG cache folder). `command`
    replaces the built-in voice: a program and its arguments, with `{text}`, `{language}` and `{wav}` filled in.
    """

    def __init__(
        self, media: MediaSettings, *, cache: Path | None = None, command: Sequence[str] | None = None
    ) -> None:
        self.media = media

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop the threads, without waiting for what they had queued."""

    async def prompt(self, prompt: Prompt, language: Language) -> Clip:
        """The clip of a prompt. Raises AudioError when it cannot be had in any way."""
        raise NotImplementedError

    async def announcement(self, what: Announcement, language: Language) -> Clip:
        """One clip with the sentences for position and wait, with right grammar. Raises SpeechError."""
        raise NotImplementedError

    async def sentence(self, key: str, language: Language) -> Clip:
        """One of the built-in sentences of the catalogue: `wrong_key`, `closing`. Raises SpeechError."""
        raise NotImplementedError

    async def music(self, playlist: str) -> Clip:
        """The whole playlist as one clip to be looped. Raises AudioError; `silence` never does."""
        raise NotImplementedError

    async def warm(self, prompts: Iterable[Prompt], languages: Iterable[Language], positions: int) -> None:
        """Render ahead of need, one at a time; what fails is logged. Cancel it at will."""
        raise NotImplementedError
