"""Codes that agents dial from their own phones, and what each of them means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from softswitch.types import Seconds


class Code(StrEnum):
    """What an agent wants by a code."""

    SIGN_IN = "sign in"
    SIGN_OUT = "sign out"
    PAUSE = "pause"
    """What follows the code is the reason."""
    RESUME = "resume"
    NOTES_DONE = "end the wrap-up"
    MORE_TIME = "have more time for notes"
    VOICEMAIL = "hear messages"
    PICK_UP = "pick up"
    """What follows the code is a colleague's extension; nothing: whatever rings longest."""


@dataclass(frozen=True, slots=True)
class Features:
    """The codes in force."""

    sign_in: str = "*11"
    sign_out: str = "*12"
    pause: str = "*13"
    resume: str = "*14"
    notes_done: str = "*15"
    more_time: str = "*16"
    wrap_up_extend: Seconds = 60.0
    """How much more time."""
    pickup: str = "*8"
    voicemail: str = "*97"
    record: str = "*1"
    """Pressed in a conversation, as the next one."""
    pause_recording: str = "*2"
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Of a pause, by the digits that follow its code."""

    def meaning(self, dialled: str) -> tuple[Code, str] | None:
        """What was dialled means, and the digits after the code; None: it is no code."""
        exact = {
            self.sign_in: Code.SIGN_IN,
            self.sign_out: Code.SIGN_OUT,
            self.resume: Code.RESUME,
            self.notes_done: Code.NOTES_DONE,
            self.more_time: Code.MORE_TIME,
            self.voicemail: Code.VOICEMAIL,
        }
        if dialled in exact:
            return exact[dialled], ""
        for prefix, code in ((self.pickup, Code.PICK_UP), (self.pause, Code.PAUSE)):
            if dialled.startswith(prefix):
                return code, dialled.removeprefix(prefix)
        return None
