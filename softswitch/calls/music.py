"""Hold music: one looping player per playlist, heard by every caller who waits.

The bridge fans it out: a thousand callers on the same piece cost one player.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from softswitch.errors import AudioError
from softswitch.ports import Hear, Media, Player, Speech

SILENCE = "silence"
RINGBACK = "ringback"
"""What a caller hears who has been answered while an agent's phone rings for him alone."""

DUCKED = 0.2
"""The level of the music under an announcement, about -14 dB."""

log = structlog.get_logger(__name__)


class MusicRoom:
    """All playlists that are in use."""

    def __init__(self, media: Media, speech: Speech) -> None:
        self._media = media
        self._speech = speech
        self._players: dict[str, Player] = {}
        self._retired: list[Player] = []

    async def load(self, playlists: Iterable[str]) -> None:
        """Make players for these; those that play already go on. What cannot be had is logged and silent."""
        for name in {*playlists, RINGBACK} - self._players.keys() - {SILENCE}:
            try:
                clip = await self._speech.music(name)
            except AudioError as error:
                log.error("music cannot be played", playlist=name, error=str(error))
                continue
            self._players[name] = self._media.player(clip, loop=True)

    def hear(self, playlist: str, level: float = 1.0) -> tuple[Hear, ...]:
        """What a leg declares to hear this playlist: nothing when it is silence or could not be loaded."""
        player = self._players.get(playlist)
        return (Hear(player, level),) if player else ()

    def retire(self, playlists: Iterable[str]) -> None:
        """These have other pieces now: `load` makes them anew. Who hears an old one hears it to the end."""
        for name in playlists:
            if player := self._players.pop(name, None):
                self._retired.append(player)

    def close(self) -> None:
        """Stop all players."""
        for player in (*self._players.values(), *self._retired):
            player.close()
        self._players.clear()
        self._retired.clear()
