"""Makes the raw G.711 files that scenarios play by `rtp_stream`: the caller is 440 Hz, the agent 620 Hz.

Run it from the project's folder: .venv/bin/python sipp-scenarios/media/make_media.py
"""

from __future__ import annotations

from pathlib import Path

from softswitch.testing.g711 import PCMU
from softswitch.testing.voice import tone

TONES = {"caller": 440, "agent": 620}


def main() -> None:
    """Write one second of each, mu-law without a header."""
    for name, frequency in TONES.items():
        file = Path(__file__).with_name(f"{name}.pcmu")
        file.write_bytes(PCMU.encode(tone(frequency)))


if __name__ == "__main__":
    main()
