"""How long things take, drawn by chance: `180s`, `lognormal 180s 120s`, `file talk.csv`.

Each purpose draws from a stream of its own, so that other talk times leave the arrivals as they were: two
runs that differ in one thing meet the same callers (common random numbers), and the same seed gives the same
result to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, log, sqrt
from pathlib import Path
from typing import Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from pydantic_core import PydanticCustomError

from softswitch.config.durations import written
from softswitch.config.nearest import did_you_mean
from softswitch.config.quantities import parse_duration
from softswitch.errors import SimulationError
from softswitch.types import Seconds

Floats = NDArray[np.float64]


class Draws(Protocol):
    """A distribution of durations in seconds."""

    @property
    def mean(self) -> Seconds:
        """Infinite for `endless`."""

    def sample(self, chance: np.random.Generator, count: int) -> Floats:
        """So many of them."""


@dataclass(frozen=True, slots=True)
class Exponential:
    """As likely to end in the next second however long it has lasted: what theory assumes."""

    mean: Seconds

    def sample(self, chance: np.random.Generator, count: int) -> Floats:
        """By numpy's ziggurat."""
        return self.mean * chance.standard_exponential(count)

    def __str__(self) -> str:
        return f"exponential {written(self.mean)}"


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same."""

    mean: Seconds

    def sample(self, chance: np.random.Generator, count: int) -> Floats:
        """Without chance."""
        return np.full(count, self.mean)

    def __str__(self) -> str:
        return f"constant {written(self.mean)}"


@dataclass(frozen=True, slots=True)
class LogNormal:
    """As talk times are found to be (Brown et al., Statistical Analysis of a Telephone Call Center, JASA 100,
    2005): many short ones, a few long ones.
    """

    mean: Seconds
    deviation: Seconds
    """Standard deviation."""

    def sample(self, chance: np.random.Generator, count: int) -> Floats:
        """By the mean and the deviation of the logarithm."""
        variance = log(1.0 + (self.deviation / self.mean) ** 2)
        return np.exp(log(self.mean) - variance / 2 + sqrt(variance) * chance.standard_normal(count))

    def __str__(self) -> str:
        return f"lognormal {written(self.mean)} {written(self.deviation)}"


@dataclass(frozen=True, slots=True)
class Measured:
    """Values that were seen, each as likely as the others."""

    values: tuple[Seconds, ...]
    name: str = "file"

    @property
    def mean(self) -> Seconds:
        """Of the values."""
        return sum(self.values) / len(self.values)

    def sample(self, chance: np.random.Generator, count: int) -> Floats:
        """With replacement."""
        return np.asarray(self.values)[chance.integers(len(self.values), size=count)]

    def __str__(self) -> str:
        return f"{self.name} ({len(self.values):,} values, mean {written(round(self.mean, 1))})"


@dataclass(frozen=True, slots=True)
class Endless:
    """Never over: patience without end."""

    mean: Seconds = inf

    def sample(self, chance: np.random.Generator, count: int) -> Floats:
        """Infinities."""
        return np.full(count, inf)

    def __str__(self) -> str:
        return "endless"


ENDLESS = Endless()
AT_ONCE = Constant(0.0)

KINDS: Mapping[str, tuple[tuple[str, ...], Callable[..., Draws]]] = {
    "exponential": (("MEAN",), Exponential),
    "constant": (("DURATION",), Constant),
    "lognormal": (("MEAN", "DEVIATION"), LogNormal),
    "file": (("NAME.csv",), Measured),
    "endless": ((), Endless),
}
"""By word: what follows it, and what is made of that."""

EXAMPLES = "180s, constant 180s, lognormal 180s 120s, file talk.csv or endless"


def parse(text: str, folder: Path = Path()) -> Draws:
    """What a text means; files are relative to `folder`. Raises SimulationError that says how to write it."""
    words = text.split()
    if len(words) == 1 and words[0] not in KINDS and not words[0].isalpha():
        return _exponential(_duration(words[0]))
    if not words or words[0] not in KINDS:
        near = did_you_mean(words[0], KINDS) if words else ""
        raise SimulationError(f"{text!r} is no distribution{near}; write {EXAMPLES}")
    kind, given = words[0], words[1:]
    wanted, make = KINDS[kind]
    if kind == "file" and given:
        from softswitch.simulation.measured import values  # noqa: PLC0415 - most read no file

        path = folder / text.split(maxsplit=1)[1].strip()
        return Measured(values(path), f"file {path.name}")
    if len(given) != len(wanted):
        raise SimulationError(f"{text!r}: write it as {' '.join((kind, *wanted))}; others are {EXAMPLES}")
    if kind == "exponential":
        return _exponential(_duration(given[0]))
    made = make(*map(_duration, given))
    if isinstance(made, LogNormal) and not made.mean > 0:
        raise SimulationError(f"{text!r}: the mean must be above 0")
    return made


def _exponential(mean: Seconds) -> Draws:
    return Exponential(mean) if mean > 0 else AT_ONCE


def _duration(text: str) -> Seconds:
    try:
        return parse_duration(0 if text == "0" else text)
    except PydanticCustomError as error:
        hint = f"; write {text}s, {text}m or {text}ms" if text.replace(".", "", 1).isdigit() else ""
        raise SimulationError(f"{text!r}: {error.message()}{hint}") from None


def stream(seed: int, purpose: str, name: str = "") -> np.random.Generator:
    """The chance of one purpose, as the talk times of a queue: the same whatever else is drawn."""
    key = (crc32(purpose.encode()), crc32(name.encode()))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


class Tap:
    """Draws one by one, in blocks from its stream."""

    __slots__ = ("_block", "_chance", "draws")

    BLOCK = 1024

    def __init__(self, draws: Draws, chance: np.random.Generator) -> None:
        self.draws = draws
        self._chance = chance
        self._block: list[float] = []

    def next(self) -> Seconds:
        """One more."""
        if not self._block:
            self._block = self.draws.sample(self._chance, self.BLOCK).tolist()[::-1]
        return self._block.pop()
