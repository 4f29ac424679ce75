"""A fake bridge: it moves no sound, and its players know when they sounded."""

from __future__ import annotations

from math import inf

from softswitch.sound import Clip
from softswitch.testing.hearing import Spell, now
from softswitch.types import Seconds


class FakePlayer:
    """Plays a clip to whoever declares it; knows when it sounded."""

    def __init__(self, clip: Clip, *, loop: bool) -> None:
        self.clip = clip
        self.loop = loop
        self.started = now()
        self.closed: Seconds | None = None

    @property
    def label(self) -> str:
        """The clip's label."""
        return self.clip.label

    def sounding(self) -> Spell:
        """From its start to its end, or to being closed."""
        end = inf if self.loop and self.clip.pcm else self.started + self.clip.duration
        return self.started, end if self.closed is None else min(end, self.closed)

    def close(self) -> None:
        """Stop; a second call does nothing."""
        if self.closed is None:
            self.closed = now()

    def __enter__(self) -> FakePlayer:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class FakeMedia:
    """A bridge that moves no sound and remembers every player it made."""

    def __init__(self, rate: int = 8000) -> None:
        self.rate = rate
        self.players: list[FakePlayer] = []

    def player(self, clip: Clip, *, loop: bool = False) -> FakePlayer:
        """A player that starts at once. Raises ValueError for a clip of another rate than the bridge's."""
        if clip.rate != self.rate:
            raise ValueError(f"{clip.label!r} has {clip.rate} Hz, the bridge runs at {self.rate} Hz")
        player = FakePlayer(clip, loop=loop)
        self.players.append(player)
        return player

    @property
    def open_players(self) -> list[FakePlayer]:
        """Those not closed yet: a finished call should leave none of its own."""
        return [player for player in self.players if player.closed is None]
