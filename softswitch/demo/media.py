"""An ear and a voice behind one RTP port that stays the same over several calls.

The switch's own port is learnt from its first packet (symmetric RTP), since SIPp keeps the session to itself.
"""

from __future__ import annotations

import asyncio
import contextlib

from softswitch.testing.ear import Address, Ear
from softswitch.testing.g711 import Samples
from softswitch.testing.sound import Sound
from softswitch.testing.voice import Voice
from softswitch.types import Seconds

PCMA = 8

LOOK: Seconds = 0.05
"""How often it is looked who sends."""

QUIET: Seconds = 0.3
"""Without a packet for so long, a call is over."""


class Headset:
    """Hears everything that comes to its port, and says its sentence to whoever sends there."""

    def __init__(self, sentence: Samples) -> None:
        """Open inside a running loop; `close` it."""
        self._sentence = sentence
        self._ear = Ear()
        self._voice: Voice | None = None
        self._talking = asyncio.get_running_loop().create_task(self._talk(), name="headset")

    @property
    def port(self) -> int:
        """Where it hears."""
        return self._ear.port

    def heard(self, since: float = 0.0, until: float | None = None) -> Sound:
        """What came between two moments, in seconds since the epoch."""
        return self._ear.sound().between(since, until)

    async def close(self) -> None:
        """Stop speaking and hearing; what was heard stays."""
        self._talking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._talking
        self._hush()
        self._ear.close()

    async def _talk(self) -> None:
        loop = asyncio.get_running_loop()
        heard, since = 0, loop.time()
        while True:
            await asyncio.sleep(LOOK)
            new = self._ear.arrivals[heard:]
            heard += len(new)
            voiced = [arrival.source for arrival in new if arrival.packet.payload_type == PCMA]
            if voiced:  # other packets may be RTCP for a neighbour's port, which is one higher
                since = loop.time()
                self._speak_to(voiced[-1])
            elif loop.time() - since > QUIET:
                self._hush()

    def _speak_to(self, to: Address) -> None:
        if self._voice is None or self._voice.to != to:
            self._hush()
            self._voice = Voice(self._ear, to, PCMA)
            self._voice.say(self._sentence)

    def _hush(self) -> None:
        if self._voice is not None:
            self._voice.stop()
            self._voice = None
