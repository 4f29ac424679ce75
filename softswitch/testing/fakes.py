"""Stand-ins for the world in `ports.py`: supported API for tests of the call logic, here and elsewhere.

They keep the contracts of the real things (verbs on an ended leg do nothing, `ended` is set exactly once, an
agent may answer in the very moment that its ringing is cancelled) and remember everything with times on the
loop's clock. A test scripts the people at both ends and asserts what each of them heard:

    endpoint = FakeEndpoint({"sip:201@desk": answers(after=3.0), "sip:202@desk": busy()})
    caller = endpoint.incoming("600", "+48600100200")
    caller.after(20.0, caller.hang_up)
    await serve(caller)
    assert caller.heard_labels() == ["Welcome.", "classical", "201"]

Run such tests on `testing.clock.VirtualTimeLoop`.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from softswitch.errors import AudioError, LegRefused, SpeechError
from softswitch.ports import JsonValue
from softswitch.sound import Clip
from softswitch.spoken import Announcement, Introduction
from softswitch.testing.fake_leg import FakeLeg
from softswitch.testing.fake_media import FakeMedia, FakePlayer
from softswitch.testing.fake_recorder import FakeRecorder
from softswitch.testing.hearing import now
from softswitch.testing.phone_scripts import (
    PhoneScript,
    answers,
    busy,
    drops_after_answer,
    forwards,
    never_answers,
    play,
    rejects,
    silent,
    unreachable,
)
from softswitch.types import (
    UNKNOWN,
    AgentName,
    CallId,
    Cue,
    Language,
    LegState,
    Origin,
    Party,
    Prompt,
    Seconds,
    TrunkName,
    Way,
)

__all__ = [
    "FakeCarriers",
    "FakeClock",
    "FakeDirectory",
    "FakeEndpoint",
    "FakeJournal",
    "FakeLeg",
    "FakeMedia",
    "FakePlayer",
    "FakeSpeech",
    "FakeTracing",
    "Note",
    "PhoneScript",
    "answers",
    "busy",
    "drops_after_answer",
    "forwards",
    "never_answers",
    "rejects",
    "silent",
    "unreachable",
]


class FakeEndpoint:
    """A SIP stack with scripted phones: `agents` by URI; who is not named there is unreachable (404)."""

    def __init__(
        self, agents: Mapping[str, PhoneScript] | None = None, *, media: FakeMedia | None = None
    ) -> None:
        self.media = media or FakeMedia()
        self.recorder = FakeRecorder()
        self.agents: dict[str, PhoneScript] = dict(agents or {})
        self.callers: list[FakeLeg] = []
        self.dialled: list[FakeLeg] = []
        """Every outgoing leg, in order."""
        self.slots: int | None = None
        """Outgoing legs that may live at once; None: no limit."""
        self._numbers = itertools.count(1)

    def incoming(
        self,
        dialled: str,
        number: str = "100",
        name: str = "",
        headers: Mapping[str, str] | None = None,
        origin: Origin = UNKNOWN,
    ) -> FakeLeg:
        """A caller's INVITE: hand the leg to `serve`."""
        remote = Party(number, name, f"sip:{number}@callers")
        leg = FakeLeg(f"in-{next(self._numbers)}", remote, dialled=dialled, headers=headers)
        leg.origin = origin
        self.callers.append(leg)
        return leg

    def dial(
        self,
        way: Way,
        *,
        caller: Party,
        asserted: Party | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> FakeLeg:
        """Ring a scripted phone. Raises LegRefused: 484 for what is no SIP URI, 503 without a free slot."""
        uri = way.uri
        if not uri.startswith(("sip:", "sips:")):
            raise LegRefused(484, f"not a SIP address: {uri!r}")
        if self.slots is not None and len(self.live()) >= self.slots:
            raise LegRefused(503, "no free slot")
        number = uri.partition(":")[2].partition("@")[0]
        leg = FakeLeg(f"out-{next(self._numbers)}", Party(number, uri=uri), headers=headers, outgoing=True)
        leg.caller_shown, leg.asserted, leg.way = caller, asserted, way
        leg.origin = Origin(trunk=way.trunk)
        self.dialled.append(leg)
        script = self.agents.get(uri, unreachable(status=404))
        leg.responded = not script.silent
        play(script, leg)
        return leg

    def live(self) -> list[FakeLeg]:
        """Outgoing legs that have not ended."""
        return [leg for leg in self.dialled if leg.state is not LegState.ENDED]

    def rung(self, uri: str) -> list[FakeLeg]:
        """Every leg that was dialled to this URI, in order."""
        return [leg for leg in self.dialled if leg.remote.uri == uri]


class FakeCarriers:
    """Trunks whose servers are named by the test: URIs up to the number, as `sip:{}@carrier`."""

    def __init__(self, servers: Mapping[TrunkName, Sequence[str]] | None = None) -> None:
        self.servers: dict[TrunkName, Sequence[str]] = dict(servers or {})
        self.full: set[TrunkName] = set()
        """Trunks without room."""
        self.down: set[TrunkName] = set()
        """Trunks whose servers are known to be down."""
        self.silences: list[Way] = []
        """Ways that met with silence."""

    def ways(self, trunk: TrunkName, number: str) -> Sequence[Way]:
        """Every server."""
        uris = self.servers.get(trunk, ())
        return [Way(uri.format(number), trunk=trunk, server=place) for place, uri in enumerate(uris)]

    def has_room(self, trunk: TrunkName) -> bool:
        """Unless the test says no."""
        return trunk in self.servers and trunk not in self.full

    def is_up(self, trunk: TrunkName) -> bool:
        """Unless the test says no."""
        return trunk in self.servers and trunk not in self.down

    def unheard(self, way: Way) -> None:
        """Remember it."""
        self.silences.append(way)


class FakeDirectory:
    """Phones by agent; a test may change them at any time."""

    def __init__(self, ways: Mapping[AgentName, Sequence[Way]] | None = None) -> None:
        self.phones: dict[AgentName, Sequence[Way]] = dict(ways or {})

    def ways(self, agent: AgentName) -> Sequence[Way]:
        """Every phone of an agent."""
        return self.phones.get(agent, ())


class FakeSpeech:
    """Clips of silence whose labels say what they would have been.

    A prompt's label is its text in the call's language or its file's name; an announcement's is as
    `en: position 2, wait 60`; a playlist's is its name.
    """

    def __init__(self, rate: int = 8000, *, seconds: Seconds = 2.0, music_seconds: Seconds = 60.0) -> None:
        self.rate = rate
        self.seconds = seconds
        """How long prompts and announcements are, unless `durations` names their label."""
        self.music_seconds = music_seconds
        self.durations: dict[str, Seconds] = {}
        self.broken: set[str] = set()
        """Labels that cannot be rendered."""
        self.rendering: Seconds = 0.0
        """How long rendering takes."""
        self.asked: list[tuple[Seconds, str]] = []

    async def prompt(self, prompt: Prompt, language: Language) -> Clip:
        """A prompt's clip; raises AudioError for a broken one."""
        return await self._clip(prompt.play.name if prompt.play else prompt.text(language), AudioError)

    async def announcement(self, what: Announcement, language: Language) -> Clip:
        """An announcement's clip; raises SpeechError for a broken one."""
        parts = [f"position {what.position}"] * (what.position is not None)
        parts += [f"callers {what.callers}"] * (what.callers is not None)
        parts += [f"wait {what.wait:g}"] if what.wait is not None else []
        return await self._clip(f"{language}: {', '.join(parts)}", SpeechError)

    def cue(self, cue: Cue) -> Clip:
        """A quarter of a second."""
        return Clip(bytes(2 * (self.rate // 4)), self.rate, cue)

    async def introduction(self, what: Introduction, language: Language) -> Clip:
        """What an agent hears; its label is as `en: Support, waited 30`."""
        return await self._clip(f"{language}: {what.queue}, waited {what.waited:.0f}", SpeechError)

    async def messages(self, new: int, old: int, language: Language) -> Clip:
        """As `en: 2 new, 1 old`."""
        return await self._clip(f"{language}: {new} new, {old} old", SpeechError)

    async def digits(self, number: str, language: Language) -> Clip:
        """As `en: digits 100`."""
        return await self._clip(f"{language}: digits {number}", SpeechError)

    async def music(self, playlist: str) -> Clip:
        """A playlist's clip; `silence` is an empty one."""
        if playlist == "silence":
            return Clip(b"", self.rate, playlist)
        self.durations.setdefault(playlist, self.music_seconds)
        return await self._clip(playlist, AudioError)

    async def _clip(self, label: str, error: type[AudioError]) -> Clip:
        self.asked.append((now(), label))
        await asyncio.sleep(self.rendering)
        if label in self.broken:
            raise error(f"{label!r} is broken, as the test asked")
        samples = round(self.durations.get(label, self.seconds) * self.rate)
        return Clip(bytes(2 * samples), self.rate, label)


@dataclass(frozen=True, slots=True)
class Note:
    """One event that was journalled."""

    at: Seconds
    kind: str
    call: CallId | None
    data: Mapping[str, JsonValue]


@dataclass(slots=True)
class FakeJournal:
    """Keeps the notes in a list."""

    notes: list[Note] = field(default_factory=list)

    def note(self, kind: str, call: CallId | None = None, /, **data: JsonValue) -> None:
        """Append."""
        self.notes.append(Note(now(), kind, call, data))

    def kinds(self, call: CallId | None = None) -> list[str]:
        """The kinds in order, of one call or of all."""
        return [note.kind for note in self.notes if call is None or note.call == call]

    def find(self, kind: str) -> list[Note]:
        """All notes of one kind."""
        return [note for note in self.notes if note.kind == kind]


@dataclass(frozen=True, slots=True)
class FakeClock:
    """People's time, as far after `epoch` as the loop's clock has come."""

    epoch: float = 1_767_607_200.0
    """2026-01-05 10:00 UTC, a Monday."""

    def now(self) -> float:
        """Seconds since 1970, UTC."""
        return self.epoch + now()


class FakeTracing:
    """Binds nothing."""

    @contextmanager
    def bound(self, call: CallId) -> Iterator[None]:
        """A block in which log lines would carry the call id."""
        yield


if TYPE_CHECKING:  # the type checker holds every fake to its Protocol
    from softswitch import ports, sound, spoken

    _leg: type[ports.Leg] = FakeLeg
    _player: type[sound.Player] = FakePlayer
    _media: type[sound.Media] = FakeMedia
    _endpoint: type[ports.Endpoint] = FakeEndpoint
    _carriers: type[ports.Carriers] = FakeCarriers
    _speech: type[spoken.Speech] = FakeSpeech
    _journal: type[ports.Journal] = FakeJournal
    _clock: type[ports.Clock] = FakeClock
    _tracing: type[ports.Tracing] = FakeTracing
