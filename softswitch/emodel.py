"""How good speech sounds after its way through the network, estimated: the E-model of ITU-T, pure.

G.107 for narrowband, G.107.1 for wideband codecs, with everything at its default but delay, loss and codec;
values of codecs from G.113. Simplified, and to be read as an estimate of one leg, between a phone and the
switch:

- echo is taken as cancelled, so that delay only makes talking harder (`Idd`); lost packets are taken to fall
  one by one (`BurstR` 1) and to be concealed, as PJMEDIA does;
- G.113 has no value for Opus: it gets that of G.722 at 64 kbit/s, below which it does not fall;
- the loss robustness of wideband codecs is that of G.711 with concealment.

The two scales differ (P.800.1: MOS-CQEN, MOS-CQEW): 4.4 in narrowband is as good as narrowband can be, and
does not sound better than 4.3 in wideband.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from softswitch.types import Seconds

PACKET: Seconds = 0.02
"""How long it takes to fill one."""

SENSITIVE: Seconds = 0.1
"""The delay that everybody notices who talks (G.107 table 3: `mT` of the default class)."""


@dataclass(frozen=True, slots=True)
class Codec:
    """What a codec does to speech."""

    best: float
    """The rating of a faultless way: 93.2 narrowband (G.107), 129 wideband (G.107.1)."""
    impairment: float = 0.0
    """`Ie`, without loss."""
    robustness: float = 25.1
    """`Bpl`, against lost packets; G.113 appendix I: 25.1 for G.711 with concealment, 4.3 without."""

    @property
    def scale(self) -> float:
        """Wideband ratings over the narrowband scale of MOS (G.107.1 annex A)."""
        return 1.29 if self.best > 100 else 1.0


NARROW = Codec(93.2)
WIDE = Codec(129.0, impairment=13.0)

CODECS = {"PCMU": NARROW, "PCMA": NARROW, "G722": WIDE, "OPUS": WIDE}
"""By encoding name; any other one is unknown."""


def rating(codec: Codec, loss: float = 0.0, delay: Seconds = 0.0) -> float:
    """The transmission rating R. `loss`: the share of packets that were not heard, from 0 to 1; `delay`: one
    way, from mouth to ear.
    """
    percent = 100 * min(1.0, max(0.0, loss))
    lossy = (95 - codec.impairment) * percent / (percent + codec.robustness)  # G.107 equation 7-29
    return codec.best - codec.impairment - lossy - delay_impairment(delay)


def delay_impairment(delay: Seconds) -> float:
    """`Idd` (G.107 equations 7-27 and 7-28): nothing up to 100 ms."""
    if delay <= SENSITIVE:
        return 0.0
    x = log2(delay / SENSITIVE)
    return float(25 * ((1 + x**6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2))


def opinion(rating: float) -> float:
    """The mean opinion score of a rating on the narrowband scale (G.107 annex B): 1 to 4.5."""
    if rating >= 100:
        return 4.5
    if rating <= 6.5:  # below, the cubic would fall under 1 and rise again
        return 1.0
    return 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6


def mos(codec: str, loss: float, delay: Seconds) -> float | None:
    """The estimate, to two places. `codec` as RTP names it: `PCMU/8000`; None: nothing is known of it."""
    known = CODECS.get(codec.partition("/")[0].upper())
    return None if known is None else round(opinion(rating(known, loss, delay) / known.scale), 2)
