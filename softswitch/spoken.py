"""What the switch says in words and numbers, and who makes sound of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from softswitch.sound import Clip
from softswitch.types import (
    Cue,
    Language,
    Prompt,
    Seconds,
)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a waiting caller is told; the sentence is made in the caller's language."""

    position: int | None = None
    """1 is next; None: say nothing about it."""

    wait: Seconds | None = None
    """Estimated wait in seconds; None: say nothing about it."""

    callers: int | None = None
    """How many wait, this one too; None: say nothing about it."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """What an agent is told of the caller who comes next."""

    queue: str
    """For people: its label."""

    waited: Seconds
    """How long the caller has waited."""


class Speech(Protocol):
    """Where clips come from. Rendering happens off the loop and is cached by content."""

    async def prompt(self, prompt: Prompt, language: Language) -> Clip:
        """The clip of a prompt. Raises AudioError when it cannot be had in any way."""

    async def announcement(self, what: Announcement, language: Language) -> Clip:
        """One clip with the sentences of an announcement, with right grammar. Raises SpeechError."""

    async def introduction(self, what: Introduction, language: Language) -> Clip:
        """The clip that tells an agent who comes, with right grammar. Raises SpeechError."""

    def cue(self, cue: Cue) -> Clip:
        """A short tone, at once."""

    async def messages(self, new: int, old: int, language: Language) -> Clip:
        """How many messages a mailbox holds. Raises SpeechError."""

    async def digits(self, number: str, language: Language) -> Clip:
        """A number digit by digit. Raises SpeechError."""

    async def music(self, playlist: str) -> Clip:
        """The whole playlist as one clip to be looped. Raises AudioError; `silence` never does."""
