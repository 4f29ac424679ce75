"""Hold music: one looping player per playlist, heard by every caller who waits.

The bridge fans it out: a thousand callers on the same piece cost one player.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import structlog

from softswitch.errors import AudioError
from softswitch.sound import Hear, Media, Player
from softswitch.spoken import Speech

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

    async def load(self, playlists: Iterable[str], changed: Collection[str] = ()) -> None:
        """Make players for these, and new ones for those whose pieces have `changed`; the others go on.

        A changed one plays its old pieces until the new are there, and to the end for who hears them then.
        What cannot be had is logged, and silent if it has never been there.
        """
        wanted = {*playlists, RINGBACK} - {SILENCE}
        for name in wanted - (self._players.keys() - set(changed)):
            try:
                player = self._media.player(await self._speech.music(name), loop=True)
            except AudioError as error:
                log.error("music cannot be played", playlist=name, error=str(error))
                continue
            self._retire(name)
            self._players[name] = player
        for name in set(changed) - wanted:
            self._retire(name)

    def hear(self, playlist: str, level: float = 1.0) -> tuple[Hear, ...]:
        """What a leg declares to hear this playlist: nothing when it is silence or could not be loaded."""
        player = self._players.get(playlist)
        return (Hear(player, level),) if player else ()

    def _retire(self, playlist: str) -> None:
        if player := self._players.pop(playlist, None):
            self._retired.append(player)

    def close(self) -> None:
        """Stop all players."""
        for player in (*self._players.values(), *self._retired):
            player.close()
        self._players.clear()
        self._retired.clear()
