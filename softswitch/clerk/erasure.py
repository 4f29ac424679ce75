"""Erasing all of one caller, as operators order it; who did is on record, and whom is not."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from softswitch.access import COMMAND_LINE
from softswitch.clerk.parent import Clerk
from softswitch.config.settings import SwitchSettings
from softswitch.errors import ControlError
from softswitch.ports import Journal, JsonValue, Store
from softswitch.routing import normalise, number_problem
from softswitch.store.somebody import SHORTEST, Somebody


class Erasure:
    """Belongs to the loop's thread."""

    def __init__(
        self,
        clerk: Clerk,
        store: Store,
        journal: Journal,
        recordings: Path,
        settings: Callable[[], SwitchSettings],
    ) -> None:
        """`recordings`: the folder; `settings`: those of the moment."""
        self._clerk = clerk
        self._store = store
        self._journal = journal
        self._recordings = recordings
        self._settings = settings

    async def steps(
        self, number: str, *, only_count: bool, by: str = COMMAND_LINE.name
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Do it, or count what there is; see `Clerk.erase`. Raises ControlError: it is no caller's number;
        NotNow.
        """
        self._check(number)
        if not only_count:
            self._journal.note("Changed", by=by, what="erase", of="a caller", how="")
        order = {
            "number": number,
            "numbering": asdict(self._settings().dialplan.numbering),
            "recordings": str(self._recordings),
            "upto": self._store.last,
            "only_count": only_count,
        }
        async with aclosing(self._clerk.erase(order, None if only_count else by)) as told:
            async for said in told:
                yield said

    async def outcome(self, number: str, *, only_count: bool, by: str) -> dict[str, Any]:
        """The end of it alone: how much there is, or was erased."""
        async with aclosing(self.steps(number, only_count=only_count, by=by)) as steps:
            async for said in steps:
                if "over" in said:
                    return dict(said["over"])
        raise AssertionError("an order ends with `over`, or raises")

    def _check(self, number: str) -> None:
        """Raises ControlError: nobody outside has that number."""
        if (problem := number_problem(number)) is not None:
            raise ControlError(problem)
        settings = self._settings()
        somebody = Somebody(number, settings.dialplan.numbering)
        if not somebody.possible:
            raise ControlError(
                f"{number!r} is too short for a caller's number; it has {SHORTEST} digits at least"
            )
        own = {rule.pattern for rule in settings.routing.numbers} | set(settings.menus.extensions)
        numbering = settings.dialplan.numbering
        if somebody.number in {
            form for each in own for form in (each, normalise(each), numbering.arrived(each))
        }:
            raise ControlError(
                f"{number} is a number of this switch: everybody who has dialled it would be erased"
            )


def handlers(
    erasure: Erasure,
) -> dict[str, Callable[..., AsyncGenerator[JsonValue, None] | Awaitable[JsonValue]]]:
    """The command of the control socket; it streams what is said of it."""

    async def erase(number: str, only_count: bool) -> AsyncGenerator[JsonValue, None]:
        async with aclosing(erasure.steps(number, only_count=only_count)) as steps:
            async for said in steps:
                yield said

    return {"erase": erase}
