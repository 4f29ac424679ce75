"""Whether every call went as it should: by the record, and by ear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from softswitch.demo.cast import VIP, Caller
from softswitch.demo.story import Doing, Story
from softswitch.store.call_record import CallRecord
from softswitch.testing.g711 import Samples
from softswitch.testing.recognise import find
from softswitch.testing.rtp import RATE
from softswitch.testing.sound import Sound
from softswitch.types import Seconds

LOSS = 0.02
"""More than this share of a caller's packets lost on one machine is a fault."""

PROMPT: Seconds = 1.2
"""How much of the menu is sure to be heard before the first key cuts it."""


def by_record(
    cast: Iterable[Caller], records: Mapping[str, CallRecord], exits: Mapping[str, int]
) -> list[str]:
    """What went wrong, measured by call records (by number) and SIPp's verdicts (by caller's name)."""
    faults = []
    for caller in cast:
        record = records.get(caller.number)
        if record is None:
            faults.append(f"{caller.name}: there is no record of the call")
            continue
        faults += [f"{caller.name}: {fault}" for fault in _record_faults(caller, record)]
        if exits.get(caller.name) != 0:
            faults.append(f"{caller.name}: SIPp says that the call did not go as its scenario says")
    return faults


def _record_faults(caller: Caller, record: CallRecord) -> list[str]:
    status = caller.status if caller.outcome == "refused" else record.status
    queue = record.queues[-1] if record.queues else None
    expected = {
        "outcome": (record.outcome, caller.outcome),
        "status": (record.status, status),
        "queue": (queue, caller.queue),
        "entered": (record.entered, dict(caller.entered)),
    }
    faults = [
        f"{what} is {is_!r}, not {should!r}" for what, (is_, should) in expected.items() if is_ != should
    ]
    media = record.caller_media
    if caller.outcome != "refused":
        if not media.sent or not media.received:
            faults.append(f"no sound in one direction: {media.sent} packets sent, {media.received} received")
        elif media.lost > LOSS * (media.lost + media.received):
            faults.append(f"{media.lost} packets lost of {media.lost + media.received}")
    return faults


def vip_first(story: Story) -> list[str]:
    """Whether nobody's agent was rung while a VIP waited in the same queue without one."""
    faults = []
    vips = [caller for caller in story.callers.values() if caller.name.startswith(VIP)]
    for vip in vips:
        alone = [(span.start, span.end or span.start) for span in vip.spans if span.doing is Doing.WAITING]
        for other in story.callers.values():
            rung = [span.start for span in other.spans if span.doing is Doing.RINGING]
            beside = other.queue == vip.queue and other not in vips
            if beside and any(since < at < until for since, until in alone for at in rung):
                faults.append(f"{other.name}: an agent was rung while {vip.name} waited in {vip.queue}")
    return faults


SURE = 0.5
"""A score (see `testing.recognise`) that other sentences of the same voice do not reach in a stretch."""

STRETCH: Seconds = 2.0
"""Long enough to know a voice by, short enough to lie between two stumbles of a loaded machine."""


def recognised(clip: Samples, heard: Sound) -> bool:
    """Whether a clip is in some stretch of what was heard."""
    starts = np.arange(0.0, max(heard.duration - STRETCH / 2, 0.1), STRETCH / 2)
    return any(find(clip, heard.after(float(start), STRETCH)).score > SURE for start in starts)


class Ears:
    """What was said, and what each headset heard of it."""

    def __init__(self, voices: Mapping[str, Samples], heard: Mapping[str, Sound]) -> None:
        """`voices`: what each says; `heard`: what came to each headset; both by name."""
        self._voices = voices
        self._heard = heard

    def conversation(self, caller: Caller, record: CallRecord) -> list[str]:
        """Whether caller and agent heard each other."""
        if record.answered is None:
            return []
        until = record.answered + (record.talk or 0.0)
        faults = []
        for listener, speaker in ((caller.name, record.agent), (record.agent, caller.name)):
            heard = self._heard[listener].between(record.answered, until)
            if not recognised(self._voices[speaker], heard):
                faults.append(f"{caller.name}: {listener} did not hear {speaker}")
        return faults

    def prompt(self, caller: Caller, clip: Samples) -> list[str]:
        """Whether the caller heard a menu's prompt, or its beginning when a key cut it."""
        first = caller.keys[0][0] - 0.3 if caller.keys else PROMPT
        sure = clip[: round(max(first, PROMPT) * RATE)]
        return [] if find(sure, self._heard[caller.name]) else [f"{caller.name}: the menu was not heard"]

    def music(self, caller: Caller, playlist: Samples, since: float, until: float) -> list[str]:
        """Whether the caller heard a playlist between two moments."""
        if find(playlist, self._heard[caller.name].between(since, until)):
            return []
        return [f"{caller.name}: no music was heard while waiting"]

    def announcement(self, caller: Caller, clip: Samples) -> list[str]:
        """Whether the caller heard an announcement, over the music."""
        if find(clip, self._heard[caller.name]):
            return []
        return [f"{caller.name}: the announcement was not heard"]
