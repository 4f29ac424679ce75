"""/api/v1: looking into the switch and its record."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Response
from pydantic import Field, StringConstraints

from softswitch.access import Role
from softswitch.ports import JsonValue
from softswitch.web import models, record_models
from softswitch.web.guard import Guard
from softswitch.web.operations import Operations, Pages
from softswitch.web.patterns import CALL, LINE
from softswitch.web.problems import PROBLEMS, Refused
from softswitch.web.routes import Routes

PREFIX = "/api/v1"

MOST = 1000
"""Callers, records or events in one answer."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=LINE)]
Moment = Annotated[float, Field(allow_inf_nan=False)] | datetime
Outcome = Literal[
    "answered",
    "transferred",
    "callback",
    "not reached",
    "abandoned",
    "turned away",
    "refused",
    "lost",
    "served",
]
"""What became of a call: `CallRecord.outcome`."""
Name = Annotated[Text, Path()]
CallName = Annotated[str, StringConstraints(pattern=CALL), Path()]


def looking_routes(operations: Operations, guard: Guard) -> Routes:
    """The switch as it is."""
    router = Routes(prefix=PREFIX, responses=PROBLEMS)
    agents: dict[str, Any] = {"dependencies": [Depends(guard.needs(Role.AGENT))], "tags": ["the switch"]}
    supervisors: dict[str, Any] = {**agents, "dependencies": [Depends(guard.needs(Role.SUPERVISOR))]}

    _get(router, "/status", models.Status, operations.status, agents)
    _get(router, "/queues", models.Queues, operations.queues, agents)
    _get(router, "/agents", models.Agents, operations.agents, agents)
    _get(router, "/phones", list[models.Phone], operations.phones, supervisors)
    _get(router, "/trunks", list[models.Trunk], operations.trunks, supervisors)
    _get(router, "/callbacks", list[models.Callback], operations.callbacks, supervisors)
    _get(router, "/bans", list[models.Ban], operations.bans, supervisors)

    @router.get("/queues/{queue}/callers", **agents)
    async def callers(queue: Name, limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> models.Callers:
        """Who waits in a queue, in order."""
        return models.Callers.model_validate({"callers": await operations.callers(queue, limit)})

    @router.get("/calls/live", **supervisors)
    async def live() -> list[models.LiveCall]:
        """The calls in progress, the eldest first."""
        found: Any = await operations.calls()
        return [models.LiveCall.model_validate({**one, "number": one["from"]}) for one in found]

    @router.get("/calls/live/{call}/why", **supervisors)
    async def why_now(call: CallName) -> models.WhyNow:
        """Why no phone rings for who waits, at this moment; also for who waits to be called back."""
        return models.WhyNow.model_validate(await operations.why_now(call))

    return router


def _get(
    router: Routes, path: str, model: Any, source: Callable[[], Awaitable[JsonValue]], more: dict[str, Any]
) -> None:
    """What the switch says, as it says it."""
    router.add_api_route(path, source, methods=["GET"], response_model=model, **more)


def record_routes(pages: Pages, guard: Guard) -> Routes:
    """The record's past."""
    supervisors = [Depends(guard.needs(Role.SUPERVISOR))]
    router = Routes(prefix=PREFIX, responses=PROBLEMS, tags=["the record"], dependencies=supervisors)

    @router.get("/calls", response_model=record_models.CallRecords)
    async def calls(
        since: Moment | None = None,
        until: Moment | None = None,
        number: Text | None = None,
        queue: Text | None = None,
        agent: Text | None = None,
        outcome: Outcome | None = None,
        before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> Response:
        """Calls that ended, the newest first. `since` and `until`: when they began, in seconds since the
        epoch, or as ISO 8601 (without an offset: the switch's own time); `number`: the caller's; `queue`:
        the last one; `agent`: who talked last; `before`: the `next` of the page before.
        """
        wanted = {"number": number, "queue": queue, "agent": agent, "outcome": outcome}
        page = pages.find(since=moment(since), until=moment(until), before=before, limit=limit, wanted=wanted)
        return ready(await asked(page))

    _call_routes(router, pages)
    return router


def _call_routes(router: Routes, pages: Pages) -> None:
    """What is on record of one call."""

    @router.get("/calls/{call}", response_model=record_models.CallRecord)
    async def call(call: CallName) -> Response:
        """The record of a call that ended."""
        where = "ended: /api/v1/calls lists those, /api/v1/calls/live the others"
        return ready(await asked(pages.call(call)), call, where)

    @router.get("/calls/{call}/events", response_model=record_models.Events)
    async def events_of(call: CallName) -> Response:
        """All that happened in a call so far."""
        return ready(await asked(pages.events_of(call)), call)

    @router.get("/calls/{call}/why", response_model=record_models.Why)
    async def why(call: CallName) -> Response:
        """Why the call came to whom it came: who was rung, who was considered, who was skipped."""
        return ready(await asked(pages.why(call)), call)


def ready(page: bytes | None, call: str = "", what: str = "is known") -> Response:
    """JSON as it is. Raises Refused: there is none, of this call."""
    if page is None:
        raise Refused(404, f"no call {call!r} {what}")
    return Response(page, media_type="application/json")


async def asked(question: Awaitable[Any]) -> Any:
    """The record's answer, in time. Raises Refused."""
    try:
        async with asyncio.timeout(20.0):
            return await question
    except TimeoutError:
        raise Refused(503, "the record's database does not answer; ask for less, or again later") from None


def moment(at: float | datetime | None) -> float | None:
    """In seconds since the epoch. Raises Refused: out of all ranges."""
    if not isinstance(at, datetime):
        return at
    try:
        return at.timestamp()
    except (ValueError, OverflowError, OSError):
        raise Refused(
            422, f"{at} is out of all ranges; write a moment as 2026-11-25T08:00:00+01:00"
        ) from None
