"""Whether the sound that an INVITE offers can be had, as far as encryption goes. Pure.

PJSUA refuses too, but with 406 or without a word of why. What else may be wrong with an offer is left to it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field

from softswitch.types import Srtp

KEY_OCTETS = {
    "AES_CM_128_HMAC_SHA1_80": 30,
    "AES_CM_128_HMAC_SHA1_32": 30,
    "AES_192_CM_HMAC_SHA1_80": 38,
    "AES_192_CM_HMAC_SHA1_32": 38,
    "AES_256_CM_HMAC_SHA1_80": 46,
    "AES_256_CM_HMAC_SHA1_32": 46,
    "AEAD_AES_128_GCM": 28,
    "AEAD_AES_256_GCM": 44,
}
"""The crypto suites that PJMEDIA may know (RFC 4568, 6188, 7714), with the length of master key and salt."""

INCOMPATIBLE_TRANSPORT, MISCELLANEOUS = 302, 399
"""Codes of Warning (RFC 3261 section 20.43)."""

_ENCRYPTED = ("RTP/SAVP", "RTP/SAVPF")
_PLAIN = ("RTP/AVP", "RTP/AVPF")


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why an offer cannot be taken."""

    code: int
    """Of the Warning header."""
    why: str
    """In words, without quotes: for whoever sent it, the log and the record."""


@dataclass(slots=True)
class _Sound:
    """An `m=audio` line."""

    profile: str
    keys: list[str] = field(default_factory=list)
    """The values of its `a=crypto` lines."""


def unfit(sdp: str, srtp: Srtp) -> Unfit | None:
    """What no sound in an offer has that it must have here; None: one may do, or there is none at all."""
    first = None
    for sound in _sounds(sdp):
        why = _why_not(sound, srtp)
        if why is None:
            return None
        first = first or why
    return first


def _sounds(sdp: str) -> Iterator[_Sound]:
    sound: _Sound | None = None
    for line in sdp.splitlines():
        if line.startswith("m="):
            if sound is not None:
                yield sound
            kind, port, profile = (*line[2:].split(), "", "", "")[:3]
            sound = _Sound(profile.upper()) if kind == "audio" and port != "0" else None
        elif sound is not None and line.lower().startswith("a=crypto:"):
            sound.keys.append(line[len("a=crypto:") :])
    if sound is not None:
        yield sound


def _why_not(sound: _Sound, srtp: Srtp) -> Unfit | None:
    encrypted = "SAVP" in sound.profile
    if srtp is Srtp.OFF:
        why = f"this switch takes no encrypted sound here, and {_shown(sound)} is"
        return Unfit(INCOMPATIBLE_TRANSPORT, why) if encrypted else None
    if encrypted and sound.profile not in _ENCRYPTED:
        why = f"this switch takes no {_shown(sound)}; RTP/SAVP with a=crypto (RFC 4568) will do"
        return Unfit(INCOMPATIBLE_TRANSPORT, why)
    if srtp is Srtp.MANDATORY and not encrypted:
        why = f"this switch takes encrypted sound alone: RTP/SAVP with a=crypto, not {_shown(sound)}"
        return Unfit(INCOMPATIBLE_TRANSPORT, why)
    return _unusable(sound.keys) if encrypted else None


def _unusable(keys: list[str]) -> Unfit | None:
    """What is wrong with the keys of encrypted sound."""
    if not keys:
        return Unfit(MISCELLANEOUS, "encrypted sound without a key: a=crypto (RFC 4568) is missing")
    known = [words for words in map(str.split, keys) if len(words) > 2 and words[1].upper() in KEY_OCTETS]
    if not known:
        return Unfit(MISCELLANEOUS, "no crypto suite in a=crypto is known here: AES_CM_128_HMAC_SHA1_80 is")
    if not any(_octets(words[2]) == KEY_OCTETS[words[1].upper()] for words in known):
        return Unfit(MISCELLANEOUS, "no key in a=crypto is as long as its suite's keys are")
    return None


def _octets(parameters: str) -> int:
    """The length of the key in `inline:KEY|2^20|1:4`; 0 where there is none."""
    method, _, text = parameters.partition(":")
    if method.lower() != "inline":
        return 0
    try:
        return len(base64.b64decode(text.partition("|")[0], validate=True))
    except (binascii.Error, ValueError):
        return 0


def _shown(sound: _Sound) -> str:
    """The profile, where it is a known one; it goes into a header."""
    known = (*_PLAIN, *_ENCRYPTED, "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF")
    return sound.profile if sound.profile in known else "this profile"
