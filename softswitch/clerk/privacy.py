"""What the clerk forgets: one person when it is told to, and everybody after a time; bit by bit, so that the
record is loaded meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from softswitch.dialplan.numbering import Numbering
from softswitch.errors import StoreError
from softswitch.store.database import why
from softswitch.store.erasing import Eraser, Gone, Outcome, Searched
from softswitch.store.forgetting import Counts
from softswitch.store.loader import Loader
from softswitch.store.reading import open_of
from softswitch.store.retention import expire
from softswitch.store.somebody import Somebody
from softswitch.types import Seconds

EVERY: Seconds = 3600.0
"""Between two looks for calls that are too old."""

PATIENCE: Seconds = 10.0
"""How long an errand waits for the database to have what it is about."""

DAY: Seconds = 86400.0

SILENCE: Seconds = 1.0
"""How long nothing is said of an order that goes on."""

Say = Callable[[Mapping[str, Any]], None]

log = structlog.get_logger(__name__)


class Privacy:
    """One step at a time; it says what it does."""

    def __init__(
        self,
        folder: Path,
        loader: Loader,
        say: Say,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`folder`: of the record."""
        self._folder = folder
        self._loader = loader
        self._say = say
        self._now = now
        self._clock = clock
        self._retention: Seconds | None = None
        self._next_look = clock()
        self._engine: Engine | None = None
        self._errands: list[Iterator[None]] = []
        self._hurried = 0
        """Orders that are not done."""

    @property
    def busy(self) -> bool:
        """Whether somebody waits for it; what is only too old takes its time."""
        return self._hurried > 0

    def keep(self, retention: Seconds | None) -> None:
        """For how long the record knows who called; None: for ever."""
        if retention != self._retention:
            self._retention, self._next_look = retention, self._clock()

    def erase(self, order: Mapping[str, Any]) -> None:
        """Erase somebody, or count what there is; see the package."""
        self._errands.insert(self._hurried, self._erase(order))  # before what is only too old
        self._hurried += 1

    def step(self) -> None:
        """Do a little of what there is to do; failures are said."""
        if not self._errands and self._retention is not None and self._clock() >= self._next_look:
            self._next_look = self._clock() + EVERY
            if self._loader.state.problem is None:
                self._errands.append(self._expire(self._retention))
        if self._errands and next(self._errands[0], _OVER) is _OVER:
            del self._errands[0]
            if not self._errands:
                self.close()

    def close(self) -> None:
        """Let go of connections."""
        if self._engine is not None:
            self._engine.dispose()
        self._engine = None

    def _database(self) -> Engine:
        self._engine = self._engine or open_of(self._folder)
        return self._engine

    def _expire(self, retention: Seconds) -> Iterator[None]:
        done = Counts()
        try:
            for counts in expire(self._database(), self._folder, self._now() - retention):
                done.add(counts)
                yield
        except (SQLAlchemyError, StoreError, OSError) as error:
            log.error("ForgettingFailed", problem=why(error), advice="it goes on in an hour")
        if done.events:
            days = round(retention / DAY)
            self._say(
                {"note": ["CallersForgotten", {"calls": done.calls, "events": done.events, "days": days}]}
            )

    def _erase(self, order: Mapping[str, Any]) -> Iterator[None]:
        number = order["id"]
        try:
            yield from self._wait_for(order["upto"])
            somebody = Somebody(order["number"], _numbering(order["numbering"]))
            recordings, open_calls = Path(order["recordings"]), self._loader.open_calls
            eraser = Eraser(self._database(), self._folder, recordings, somebody, open_calls)
            yield from self._tell(number, eraser.look(), "over" if order["only_count"] else "found")
            if not order["only_count"]:
                yield from self._tell(number, eraser.erase(), "over")
        except TimeoutError:
            problem = self._loader.state.problem or "it is behind"
            self._say(
                {"erasing": {"failed": f"the record's database does not have everything yet: {problem}"}}
            )
        except (SQLAlchemyError, StoreError, OSError) as error:
            self._fail(number, why(error))
        finally:
            self._hurried -= 1

    def _fail(self, number: int, problem: str) -> None:
        self._say({"erasing": {"id": number, "failed": problem}})

    def _wait_for(self, upto: int) -> Iterator[None]:
        until = self._clock() + PATIENCE
        while self._loader.state.last < upto or self._loader.state.problem is not None:
            if self._clock() >= until:
                raise TimeoutError
            yield

    def _tell(self, number: int, steps: Iterator[Searched | Gone | Outcome], end: str) -> Iterator[None]:
        silent = self._clock()
        for step in steps:
            match step:
                case Searched():
                    self._say({"erasing": {"id": number, "done": step.done, "of": step.of}})
                case Gone() if step.files or step.messages or self._clock() >= silent + SILENCE:
                    gone = {"files": step.files, "messages": step.messages}
                    self._say({"erasing": {"id": number, **gone}})
                    silent = self._clock()
                case Outcome():
                    self._say(
                        {"erasing": {"id": number, end: asdict(step.counts) | {"going_on": step.going_on}}}
                    )
            yield


_OVER: Any = object()


def _numbering(given: Mapping[str, Any]) -> Numbering:
    plain: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }
    return Numbering(**plain)
