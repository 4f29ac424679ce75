"""Recording of conversations: which are recorded, from when to when, and what an agent's keys do to it.

A queue says which part of its conversations is recorded (`always` is all, `on-demand` none). The agent may
begin a recording of any other, and end it; one that the queue wants cannot be ended, only paused: the file
then has silence of the same length, and no marker, so that times stay true.

| state | what happens | next | noted |
|---|---|---|---|
| off | caller and agent are connected, and the queue takes this call | on | RecordingStarted |
| off | the agent presses `record` | on, by the agent | RecordingStarted |
| on, paused | the agent presses `record` who began it | off | RecordingEnded |
| on | the agent presses `pause_recording` | paused | RecordingPaused |
| paused | the agent presses `pause_recording` | on | RecordingResumed |
| on, paused | the caller goes on to another agent, who rings | as before, the caller alone | |
| on, paused | caller and another agent are connected | as before, with that one | |
| on, paused | the caller goes elsewhere, or the call is over | off | RecordingEnded |

One file may so hold several conversations of one call, under the rule of the first. It ends where nobody of
the house is left: callers who are handed on to a number outside are not recorded there. Conversations that
come by no queue have a rule of their own, `recording.others`; there any agent of the two may press the keys.

Whoever presses a key hears what came of it: two tones up (recorded from now on), down (not any more), or low
(nothing changed). The other side does not: a caller is told by `recording.announce` before the conversation,
in words, and a tone in the middle of a sentence would say nothing to them. It is not in the file either.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from softswitch.errors import AudioError
from softswitch.ports import Leg
from softswitch.sound import Hear, Recording
from softswitch.types import AgentName, CallId, Cue, QueueName, Seconds

if TYPE_CHECKING:
    from softswitch.calls.call import Call
    from softswitch.calls.switch import Switch

log = structlog.get_logger(__name__)

KEYS_APART: Seconds = 3.0
"""Keys further apart belong to no code together."""

DIRECT = "direct"
"""Stands in file names for the queue where there is none."""

_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


def is_chosen(call: CallId, share: float) -> bool:
    """Whether a call is in the part of a queue's calls that is recorded: its id decides, so that the answer
    is always the same.
    """
    return zlib.crc32(call.encode()) < share * 2**32


def file_name(began: float, queue: str, call: CallId) -> Path:
    """Where a recording lies within the folder of recordings: day, time, queue and call. `began` is in
    seconds since the epoch, and shown in local time.
    """
    moment = datetime.fromtimestamp(began).astimezone()
    name = f"{moment:%H%M%S}{moment.microsecond // 1000:03d}-{_NOT_IN_NAMES.sub('_', queue)}-{call}.wav"
    return Path(f"{moment:%Y/%m/%d}", name)


class CallRecording:
    """What is recorded of one call."""

    def __init__(self, switch: Switch, call: Call) -> None:
        self._switch = switch
        self._call = call
        self._queue: QueueName | None = None
        """By which they came together first; None: by none."""
        self._share: float | None = None
        """Which part of such conversations is recorded; None: none."""
        self._goes_on = False
        """The next conversation belongs to the one before."""
        self._other: Leg | None = None
        """The agent's leg, while the two talk."""
        self._beside: tuple[Leg, ...] = ()
        """Who else talks to both: a supervisor."""
        self._recording: Recording | None = None
        self._file = Path()
        self._by: AgentName | None = None
        """Who began it on demand."""

    @property
    def possible(self) -> bool:
        """Whether this conversation may be recorded."""
        return self._other is not None and self._share is not None

    def connected(self, other: Leg) -> None:
        """The caller talks to `other`, by a queue or by none, or handed on by an agent."""
        call, settings = self._call, self._switch.settings.recording
        if call.agent is None and call.leg.origin.agent is None:
            self.end()
            return
        if call.queue is not None or not self._goes_on:
            self._queue = call.queue
            self._share = settings.others if call.queue is None else settings.queues.get(call.queue)
        self._other = other
        if self._recording is not None:
            self._recording.hear(call.leg, other)
        elif self._share is not None and is_chosen(call.id, self._share):
            self._begin(None)

    def beside(self, legs: Sequence[Leg]) -> None:
        """Who else talks to both from now on, and so is on the agent's side of the file."""
        if tuple(legs) != self._beside:
            self._beside = tuple(legs)
            if self._recording is not None and self._other is not None:
                self._recording.hear(self._call.leg, self._other, *legs)

    def attend_keys(self) -> list[asyncio.Task[None]]:
        """Listen to the keys of those who may press them; whoever calls this cancels the tasks."""
        call, legs = self._call, []
        if self.possible and self._other is not None:
            if call.agent is not None:
                legs.append((self._other, call.agent))
            if self._queue is None and call.leg.origin.agent is not None:
                legs.append((call.leg, call.leg.origin.agent))
        return [
            asyncio.create_task(self._attend(leg, agent), name=f"keys of {agent} in {call.id}")
            for leg, agent in legs
        ]

    def parted(self, *, goes_on: bool) -> None:
        """They talk no more; `goes_on`: the caller is to talk to somebody else."""
        self._other, self._goes_on, self._beside = None, goes_on, ()
        if not goes_on:
            self.end()
        elif self._recording is not None:
            self._recording.hear(self._call.leg, None)

    def end(self) -> None:
        """Nothing more of this call is recorded, unless a queue connects it again; twice is once."""
        self._queue = self._share = self._other = None
        self._goes_on = False
        self._close()

    def _toggle(self, agent: AgentName) -> Cue:
        """The agent's key: record, or no more."""
        if self._recording is None and self.possible:
            return Cue.ON if self._begin(agent) else Cue.REFUSED
        if self._recording is not None and self._by is not None:
            self._close()
            return Cue.OFF
        return Cue.REFUSED

    def _toggle_pause(self, agent: AgentName) -> Cue:
        """The agent's other key: silence in the file, or no more."""
        recording = self._recording
        if recording is None:
            return Cue.REFUSED
        if recording.paused:
            recording.resume()
        else:
            recording.pause()
        kind = "RecordingPaused" if recording.paused else "RecordingResumed"
        self._call.note(kind, file=self._file.as_posix(), agent=agent, at=round(recording.seconds, 3))
        return Cue.OFF if recording.paused else Cue.ON

    async def _attend(self, leg: Leg, agent: AgentName) -> None:
        """Do what the agent's keys say, until cancelled."""
        codes = self._switch.settings.features
        verbs = {codes.record: self._toggle, codes.pause_recording: self._toggle_pause}
        while not leg.digits.empty():
            leg.digits.get_nowait()
        leg.await_keys(True)
        pressed, last = "", 0.0
        answers: list[asyncio.Task[None]] = []
        try:
            while True:
                key, before = await leg.digits.get(), last
                last = asyncio.get_running_loop().time()
                pressed = (pressed if last - before <= KEYS_APART else "") + key
                for code, verb in verbs.items():
                    if pressed.endswith(code):
                        pressed = ""
                        answers.append(asyncio.create_task(self._answer(leg, verb(agent))))
                for answer in answers[:-1]:
                    answer.cancel()
                del answers[:-1]
        finally:
            for answer in answers:
                answer.cancel()
            leg.await_keys(False)

    async def _answer(self, leg: Leg, cue: Cue) -> None:
        """Let the agent hear what the key did, if the conversation is still there."""
        conversation = self._switch.exchange.conversations.get(leg.id)
        if conversation is not None:
            await conversation.sound(leg, cue)

    def _begin(self, by: AgentName | None) -> bool:
        """Record from now on; False: it cannot be."""
        call, switch = self._call, self._switch
        self._file, self._by = file_name(switch.clock.now(), self._queue or DIRECT, call.id), by
        try:
            recording = switch.endpoint.recorder.record(switch.recordings / self._file, call.leg, self._other)
        except AudioError as error:
            call.note("RecordingFailed", file=self._file.as_posix(), why=str(error))
            return False
        self._recording = recording
        if self._beside and self._other is not None:
            recording.hear(call.leg, self._other, *self._beside)
        more = {} if by is None else {"by": by}
        file = self._file.as_posix()
        call.note("RecordingStarted", file=file, queue=self._queue, agent=call.agent, **more)
        return True

    def _close(self) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.close()
            seconds, lost = round(recording.seconds, 3), round(recording.lost, 3)
            file, size = self._file.as_posix(), recording.bytes
            self._call.note("RecordingEnded", file=file, seconds=seconds, bytes=size, lost=lost)


def must_be_told(switch: Switch, call: Call) -> bool:
    """Whether a caller who has come to a queue does not know yet that the conversation will be recorded, or
    may be.
    """
    settings = switch.settings.recording
    share = settings.queues.get(call.queue or "")
    if settings.announce is None or share is None or call.knows_of_recording:
        return False
    return not share or is_chosen(call.id, share)


async def announce_recording(switch: Switch, call: Call, also: Leg | None = None) -> None:
    """Tell a caller who has been answered so; who has heard it to its end is not told again in this call.
    `also` hears it too, and nothing more is said once that one is gone.

    Raises LegError when the caller is gone.
    """
    prompt = switch.settings.recording.announce
    if prompt is None:  # a reload has taken it away
        return
    try:
        clip = await switch.speech.prompt(prompt, call.language)
    except AudioError as error:
        call.note("PromptFailed", error=str(error))
        return
    call.note("RecordingAnnounced")
    with switch.endpoint.media.player(clip) as player:
        call.leg.hear(Hear(player))
        if also is None:
            await asyncio.sleep(clip.duration)
        elif not also.ended.done():
            also.hear(Hear(player))
            await asyncio.wait([also.ended], timeout=clip.duration)
    call.knows_of_recording = also is None or not also.ended.done()


async def tell_of_recording(switch: Switch, call: Call, also: Leg | None = None) -> None:
    """`announce_recording` to who does not know of it yet."""
    if must_be_told(switch, call):
        await announce_recording(switch, call, also)
