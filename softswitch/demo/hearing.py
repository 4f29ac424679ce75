"""What each caller and agent should have heard, looked for in what came to their headsets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from softswitch.audio.speech import SpeechService
from softswitch.config.settings import SwitchSettings
from softswitch.demo.cast import RECORDED, Caller
from softswitch.demo.verdict import Ears
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.spoken import Announcement
from softswitch.store.call_record import CallRecord
from softswitch.testing.g711 import Samples
from softswitch.testing.recognise import find
from softswitch.testing.rtp import RATE
from softswitch.testing.sound import Sound
from softswitch.testing.voice import pcm_of
from softswitch.types import Language, MenuName, Seconds

MUSIC: Seconds = 3.0
"""How much music is looked for, at the end of a wait."""


async def listen(
    speech: SpeechService,
    settings: SwitchSettings,
    cast: Iterable[Caller],
    records: Mapping[str, CallRecord],
    events: Sequence[Recorded],
    voices: Mapping[str, Samples],
    heard: Mapping[str, Sound],
) -> list[str]:
    """What was not heard although it should have been. `records` by number, `voices` and `heard` by name."""
    ears = Ears(voices, heard)
    look = asyncio.to_thread  # seconds of arithmetic
    faults: list[str] = []
    playlist = Playlist(pcm_of(await speech.music("classical")))
    served = [(caller, records[caller.number]) for caller in cast if caller.number in records]
    for caller, record in sorted(served, key=lambda pair: pair[0].name != RECORDED):
        language = Language(caller.language)
        faults += await look(ears.conversation, caller, record)
        if caller.enters_menu:
            menu = settings.menus.menus[MenuName(record.menus[0])]
            faults += await look(ears.prompt, caller, pcm_of(await speech.prompt(menu.prompt, language)))
        said = [event for event in events if event.call == record.id and event.kind == Kind.ANNOUNCED]
        spoken = [await speech.announcement(_told(event), language) for event in said]
        quiet_from = said[-1].at + spoken[-1].duration + 0.5 if said else 0.0
        window = music_window(record, events, quiet_from)
        if window is not None:
            clip = await look(playlist.at, window[0], heard[caller.name].between(*window))
            faults += await look(ears.music, caller, clip, *window)
        if caller.name == RECORDED:
            if not said or window is None:
                faults.append(f"{caller.name}: should have waited, with music and an announcement")
            faults += await look(ears.announcement, caller, pcm_of(spoken[0])) if spoken else []
    return faults


def _told(event: Recorded) -> Announcement:
    position, wait = event.data.get("position"), event.data.get("wait")
    return Announcement(
        position if isinstance(position, int) else None, wait if isinstance(wait, int | float) else None
    )


def music_window(
    record: CallRecord, events: Iterable[Recorded], quiet_from: float
) -> tuple[float, float] | None:
    """When nothing but music was to be heard, at the end of a call's last wait; None: it was too short.

    `quiet_from`: when the last announcement had been spoken.
    """
    joined = until = None
    for event in events:
        if event.call == record.id:
            if event.kind == Kind.CALLER_JOINED:
                joined = event.at
            elif event.kind in (Kind.CONNECTED, Kind.CALLER_LEFT):
                until = event.at
    if joined is None or until is None or until - max(joined, quiet_from) < MUSIC:
        return None
    return until - MUSIC, until


class Playlist:
    """Hold music, one player for everybody: where it is at one moment tells where it is at any other."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._origin: float | None = None
        """The moment at which the playlist's first sample was, or would have been, heard."""

    def at(self, moment: float, heard: Sound) -> Samples:
        """The part that should be heard from `moment` on, with a second around it.

        The first time it is looked for, in the whole playlist; a search that fails gives everything.
        """
        if self._origin is None:
            found = find(self._samples, heard)
            if not found:
                return self._samples
            self._origin = moment + found.at
        first = round((moment - self._origin - 1.0) * RATE)
        places = np.arange(first, first + round((MUSIC + 2.0) * RATE))
        part: Samples = np.take(self._samples, places, mode="wrap")
        return part
