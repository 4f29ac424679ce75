"""One exception tree. Each error says whose fault it is, names the culprit and what to do.

SoftswitchError
├── ConfigError            the configuration: one or more Problems, each with file:line:column
├── AudioError             a sound cannot be had
│   ├── SoundFileError     a file is missing or is no audio
│   └── SpeechError        a text cannot be spoken
├── LegError               a SIP dialog did not do what was asked
│   ├── LegRefused         the other side answered with a final status of 3xx to 6xx
│   └── LegGone            the dialog ended; a normal end, for whoever still holds it
├── EndpointError          SIP or the web server cannot start: a port in use, a broken build
├── StoreError             the record cannot be read or written
│   └── NobodyCalled       there is nothing to report on, or to export
├── ErrandFailed           work in a process of its own ended with an error, or not in time
├── ControlError           the running switch cannot be reached, or refused a command
│   ├── NoSuch             there is no agent, call or queue of that name
│   ├── NotNow             it cannot be done in the state that things are in
│   ├── NotAllowed         the configuration does not let them
│   ├── NoRoom             everything is in use; later it may be possible
│   └── NobodyAnswers      no switch is running there
├── SimulationError        a simulation cannot be made of what was asked for
└── EngineError            a caller of the queue engine broke its contract (a bug of ours)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


class SoftswitchError(Exception):
    """The root: everything this project raises on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a configuration, as an editor would show it."""

    file: str
    line: int
    """1-based."""
    column: int
    """1-based."""
    message: str
    """What is wrong, with the offending value, what was expected and the nearest valid name."""
    width: int = field(default=1, compare=False)
    """How many characters of the line it is about, for the marks under it; at least 1."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ConfigError(SoftswitchError):
    """The configuration has mistakes; all of those found are in `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


class AudioError(SoftswitchError):
    """A sound cannot be had."""


class SoundFileError(AudioError):
    """A sound file is missing, unreadable, or no audio."""

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        super().__init__(f"{path}: {why}")


class SpeechError(AudioError):
    """A text cannot be spoken in a language."""


class LegError(SoftswitchError):
    """A SIP dialog did not do what was asked."""


class LegRefused(LegError):
    """The other side refused the call with a final status."""

    def __init__(self, status: int, reason: str = "", target: str = "") -> None:
        """`target`: with a 3xx, whom it names, the user part of the URI."""
        self.status = status
        self.reason = reason
        self.target = target
        super().__init__(f"{status} {reason}".strip())


class NoChannel(LegRefused):
    """All channels of every carrier that may be asked are in use: a refusal of this switch's own."""

    def __init__(self) -> None:
        super().__init__(503, "no channel of any trunk is free")


class LegGone(LegError):
    """The dialog has ended. Whoever still holds the leg should finish quietly."""


class NotConfirmed(LegGone):
    """The caller never acknowledged our 200, and has been hung up on."""


class EndpointError(SoftswitchError):
    """The SIP stack or the web server cannot start or listen."""

    def __init__(self, message: str, setting: str = "", value: str = "") -> None:
        """`setting`: whose fault it is, as `sip.listen`; `value`: of several, this one."""
        self.setting = setting
        self.value = value
        super().__init__(message)


class StoreError(SoftswitchError):
    """The record cannot be read or written."""


class NobodyCalled(StoreError):
    """The record has no caller of those days, or of that queue."""


class ErrandFailed(SoftswitchError):
    """A process of ours ended with an error, or not in time. Says what it said."""

    def __init__(self, why: str, status: int | None) -> None:
        super().__init__(why)
        self.status = status
        """What it ended with; None: it was ended."""


class ControlError(SoftswitchError):
    """The running switch cannot be reached over its control socket, or refused a command."""


class NoSuch(ControlError):
    """There is no agent, call or queue of that name."""


class NotNow(ControlError):
    """It cannot be done in the state that it is in."""


class NotAllowed(ControlError):
    """The configuration does not allow it to whoever it would be done for."""


class NoRoom(ControlError):
    """All channels, or calls, that there may be are in use; later it may be possible."""


class NobodyAnswers(ControlError):
    """No switch is running there."""


class SimulationError(SoftswitchError):
    """What was asked to be simulated contradicts itself, cannot be read, or would never end."""


class EngineError(SoftswitchError):
    """A caller of the queue engine broke its contract: an unknown call, an illegal move."""
