"""The native bridge, and players that read from memory: `sound.Media` over `_media.c`."""

from __future__ import annotations

from typing import Any
from weakref import WeakValueDictionary

from softswitch.errors import AudioError
from softswitch.sip._native import ffi, lib
from softswitch.sip.wiring import Sounding
from softswitch.sound import Clip


class NativeBridge:
    """PJMEDIA's conference bridge. Its answers are not looked at: they only say that one side has left."""

    def connect(self, source: int, sink: int, level: float) -> None:
        """Let `sink` hear `source` from the next tick on."""
        lib.media_connect(source, sink, _native_level(level))

    def disconnect(self, source: int, sink: int) -> None:
        """End that on the next tick."""
        lib.media_disconnect(source, sink)

    def adjust(self, source: int, sink: int, level: float) -> None:
        """Change the level on the next tick, without a gap."""
        lib.media_adjust(source, sink, _native_level(level))


class _Sound:
    """Samples in native memory, shared by every player of the same content."""

    def __init__(self, pcm: bytes) -> None:
        native = lib.media_sound_create(pcm, len(pcm))
        if native == ffi.NULL:
            raise AudioError(f"no memory for {len(pcm):,} bytes of sound")
        self.native = ffi.gc(native, lib.media_sound_release, len(pcm))


class NativePlayer(Sounding):
    """A player of one clip, and its place in the bridge. It moves on only while somebody hears it."""

    is_player = True

    def __init__(self, media: NativeMedia, clip: Clip, sound: _Sound, loop: bool) -> None:
        super().__init__()
        self.clip = clip
        self._media = media
        self._sound = sound
        slot = ffi.new("int *")
        self._native: Any = lib.media_player_create(sound.native, clip.rate, loop, slot)
        if self._native == ffi.NULL:
            raise AudioError(
                f"no player is left for {clip.label!r}: the bridge has {lib.media_ports():,} ports"
            )
        self.slot = slot[0]

    def __enter__(self) -> NativePlayer:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the sound and free the place in the bridge; a second call does nothing."""
        native, self._native = self._native, None
        if native is None:
            return
        slot = self.slot
        self.fall_silent()
        lib.media_player_destroy(native, slot)
        self._media.players.discard(self)


class NativeMedia:
    """Players on the bridge of the running endpoint."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.players: set[NativePlayer] = set()
        self._sounds: WeakValueDictionary[bytes, _Sound] = WeakValueDictionary()

    def player(self, clip: Clip, *, loop: bool = False) -> NativePlayer:
        """A player of `clip`; players of equal clips share memory. Raises AudioError for a wrong rate."""
        if clip.rate != self.rate:
            raise AudioError(
                f"{clip.label!r} has {clip.rate} samples per second and the bridge {self.rate}: "
                "resample it when it is loaded"
            )
        sound = self._sounds.get(clip.pcm)
        if sound is None:
            sound = self._sounds[clip.pcm] = _Sound(clip.pcm)
        player = NativePlayer(self, clip, sound, loop)
        self.players.add(player)
        return player

    def close(self) -> None:
        """Stop every player: their memory belongs to the library, which is about to end."""
        for player in tuple(self.players):
            player.close()


def _native_level(level: float) -> int:
    """PJMEDIA counts in 128ths, and 0 is `as it is`."""
    return round((level - 1.0) * 128)
