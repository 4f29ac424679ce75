"""G.711 by table: both laws, both ways, vectorised.

Samples are int16 as the recommendation scales them (mu-law peaks at 32124, A-law at 32256). Encoding picks
the code whose value is nearest, which is what the decision values of ITU-T G.711 say.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]


def _mu_law(code: int) -> int:
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return -magnitude if code & 0x80 else magnitude


def _a_law(code: int) -> int:
    code ^= 0x55
    segment = (code & 0x70) >> 4
    magnitude = ((code & 0x0F) << 4) + (0x108 if segment else 8)
    magnitude <<= max(segment - 1, 0)
    return magnitude if code & 0x80 else -magnitude


class Law:
    """One of the two companding laws."""

    def __init__(self, values: list[int], silence: int) -> None:
        self._decode: Samples = np.array(values, np.int16)
        order = np.argsort(self._decode, kind="stable").astype(np.uint8)
        ascending = self._decode[order].astype(np.int32)
        nearest = np.searchsorted((ascending[1:] + ascending[:-1]) / 2, np.arange(-32768, 32768))
        self._encode = order[nearest]
        self.silence = silence
        """The code of the quietest sample."""

    def decode(self, payload: bytes) -> Samples:
        """One int16 sample for each byte."""
        return self._decode[np.frombuffer(payload, np.uint8)]

    def encode(self, samples: Samples) -> bytes:
        """One byte for each sample."""
        return self._encode[samples.astype(np.int32) + 32768].tobytes()


PCMU = Law([_mu_law(code) for code in range(256)], silence=0xFF)
PCMA = Law([_a_law(code) for code in range(256)], silence=0xD5)
LAWS = {0: PCMU, 8: PCMA}
"""By static RTP payload type (RFC 3551 section 6)."""
