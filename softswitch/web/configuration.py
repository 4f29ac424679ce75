"""/api/v1/configuration/map and /api/v1/check: where calls go by the file on disk, and what is wrong with it.
The file is read by a process of its own, `softswitch check --json`: one of thousands of lines is seconds of
work, for which no call must wait. Whether it was edited since is a look at its text alone:
/api/v1/configuration/state. Nothing is changed here, and no secret is in what it says.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import Depends, Request
from pydantic import BaseModel

from softswitch.access import Role
from softswitch.config.files import digest_now
from softswitch.errands import begun
from softswitch.errors import ErrandFailed
from softswitch.types import Seconds
from softswitch.web.api import PREFIX
from softswitch.web.guard import Guard
from softswitch.web.leaving import while_there
from softswitch.web.operations import Operations
from softswitch.web.problems import PROBLEMS, SOON, Refused
from softswitch.web.routes import Routes

LIMIT: Seconds = 60.0
"""How long one reading may take."""

WAITING = 10
"""Those that wait for their turn; more are refused."""

MISTAKES = 2
"""What `softswitch check` ends with when there are any."""


class Trouble(BaseModel):
    """A mistake, or what is surely not meant."""

    file: str
    line: int
    column: int
    message: str


class Edited(BaseModel):
    """Which text the file has now."""

    digest: str | None
    """Of the text of the file, and of those that it included when it was read last, as it is now; another
    one than that of the map: it was edited since. Null: nobody has read it since the start.
    """


class Checked(BaseModel):
    """What `softswitch check` says of the file."""

    file: str
    digest: str
    """Of the text that this is said of."""
    in_force: bool
    """Whether the switch runs on what stands in the file, and in those that it includes; false: reload it."""
    problems: list[Trouble]
    """With any of them a reload changes nothing."""
    warnings: list[Trouble]


class Way(BaseModel):
    """One way out of a box."""

    key: str
    """What opens it: a key of the phone, or a word of the file, as `otherwise`; empty: the only way."""
    place: str
    to: str | None
    """The id of a box; null: the call ends, or stays, as `end` says."""
    end: str
    """hangup, busy, refused, message, reject, back, repeat, again, extension, missing (there is none of that
    name), broken (there is a mistake in it); empty: it leads to a box.
    """
    text: str
    """More of it: a SIP status, a text, a language, a priority, the name of what is missing."""
    callback: bool
    """Who takes it is called back."""


class Fact(BaseModel):
    """One setting."""

    key: str
    text: str
    """As the file has it, `${NAME}` too; or the default."""
    place: str | None
    """Null: it is the default."""


class Box(BaseModel):
    """A number, a menu, a queue, or what is behind them."""

    id: str
    kind: str
    """numbers, rules, menus, queues, agents, voicemail, dial."""
    name: str
    place: str
    """`switch.yaml:12`."""
    label: str
    ways: list[Way]
    facts: list[Fact]
    column: int
    """From 0, where calls come in."""
    marks: list[str]
    """unreached: no number leads there. nobody: no way from it leads to anybody."""


class Map(Checked):
    """Where calls go, as far as the file is sound."""

    boxes: list[Box]
    """By column, and in each from top to bottom."""


class Checker:
    """Reads the configuration's file, once at a time."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._files: tuple[str, ...] = ()

    async def read(self, request: Request) -> dict[str, Any]:
        """What `softswitch check --json` says, and whether it is in force. Raises Refused."""
        if self._waiting >= WAITING:
            raise Refused(503, f"{WAITING} others wait for the file to be read", SOON)
        self._waiting += 1
        try:
            return await while_there(request.receive, self._in_turn())
        except ErrandFailed as error:
            raise Refused(503, str(error), SOON) from None
        finally:
            self._waiting -= 1

    async def digest(self) -> str | None:
        """Of what the files that were read last have in them now; None: none were read."""
        return await asyncio.to_thread(digest_now, self._files) if self._files else None

    async def _in_turn(self) -> dict[str, Any]:
        async with self._turn:
            file, digest = self._operations.in_force
            found: dict[str, Any] = json.loads(await _said("softswitch", "check", "--json", "--", str(file)))
        boxes, self._files = found.pop("map")["boxes"], tuple(found.pop("files"))
        return {**found, "boxes": boxes, "in_force": found["digest"] == digest}


async def _said(*arguments: str) -> bytes:
    """What a check wrote, mistakes or not. Raises ErrandFailed."""
    bits: list[bytes] = []
    async with begun(*arguments) as errand:
        try:
            async with asyncio.timeout(LIMIT):
                async for bit in errand.bits():
                    bits.append(bit)
        except TimeoutError:
            raise ErrandFailed(f"it took longer than {LIMIT:g} s and was ended", None) from None
        except ErrandFailed as error:
            if error.status != MISTAKES:
                raise
    return b"".join(bits)


def configuration_routes(operations: Operations, guard: Guard) -> Routes:
    """For engineers."""
    router = Routes(prefix=PREFIX, responses=PROBLEMS, tags=["the switch"])
    checker = Checker(operations)
    engineers = [Depends(guard.needs(Role.ENGINEER))]

    @router.get("/configuration/map", dependencies=engineers)
    async def map_of(request: Request) -> Map:
        """Numbers, menus, queues and what is behind them, each with its place in the file, its settings and
        the ways that lead on; and what `POST /check` says. It is the file on disk that is drawn, in force or
        not, as far as it is sound.
        """
        return Map.model_validate(await checker.read(request))

    @router.get("/configuration/state", dependencies=engineers)
    async def state() -> Edited:
        """Whether the file was edited since somebody read it by `map` or `check`, without reading it anew:
        cheap, to be asked for every few seconds.
        """
        return Edited(digest=await checker.digest())

    @router.post("/check", dependencies=engineers)
    async def check(request: Request) -> Checked:
        """What is wrong with the configuration's file on disk, as `softswitch check` says it: what a reload
        would refuse, and what is surely not meant. It changes nothing.
        """
        return Checked.model_validate(await checker.read(request))

    return router
