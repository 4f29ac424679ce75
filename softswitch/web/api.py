"""/api/v1: looking into the switch and its record."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field, StringConstraints

from softswitch.access import Role
from softswitch.ports import JsonValue
from softswitch.web import models
from softswitch.web.guard import Guard
from softswitch.web.operations import History, Operations
from softswitch.web.problems import PROBLEMS, Refused

PREFIX = "/api/v1"

MOST = 1000
"""Callers, records or events in one answer."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
Moment = Annotated[float, Field(allow_inf_nan=False)] | datetime
Name = Annotated[Text, Path()]
CallName = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,32}$"), Path()]


def looking_routes(operations: Operations, guard: Guard) -> APIRouter:
    """The switch as it is."""
    router = APIRouter(prefix=PREFIX, responses=PROBLEMS)
    agents: dict[str, Any] = {"dependencies": [Depends(guard.needs(Role.AGENT))], "tags": ["the switch"]}
    supervisors: dict[str, Any] = {**agents, "dependencies": [Depends(guard.needs(Role.SUPERVISOR))]}

    _get(router, "/status", models.Status, operations.status, agents)
    _get(router, "/queues", models.Queues, operations.queues, agents)
    _get(router, "/agents", models.Agents, operations.agents, agents)
    _get(router, "/phones", list[models.Phone], operations.phones, supervisors)
    _get(router, "/trunks", list[models.Trunk], operations.trunks, supervisors)
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

    return router


def _get(
    router: APIRouter, path: str, model: Any, source: Callable[[], Awaitable[JsonValue]], more: dict[str, Any]
) -> None:
    """What the switch says, as it says it."""
    router.add_api_route(path, source, methods=["GET"], response_model=model, **more)


def record_routes(history: History, guard: Guard) -> APIRouter:
    """The record's past."""
    supervisors = [Depends(guard.needs(Role.SUPERVISOR))]
    router = APIRouter(prefix=PREFIX, responses=PROBLEMS, tags=["the record"], dependencies=supervisors)

    @router.get("/calls")
    async def calls(
        since: Moment | None = None,
        until: Moment | None = None,
        number: Text | None = None,
        queue: Text | None = None,
        agent: Text | None = None,
        outcome: Text | None = None,
        before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> models.CallRecords:
        """Calls that ended, the newest first. `since` and `until`: when they began, in seconds since the
        epoch, or as ISO 8601 (without an offset: the switch's own time); `number`: the caller's; `queue`:
        the last one; `agent`: who talked last; `before`: the `next` of the page before.
        """
        found = await asked(
            history.find(
                since=moment(since),
                until=moment(until),
                number=number,
                queue=queue,
                agent=agent,
                outcome=outcome,
                before=before,
                limit=limit,
            )
        )
        records = [models.CallRecord.model_validate(one) for one in found]
        return models.CallRecords(calls=records, next=records[-1].seq if len(records) == limit else None)

    @router.get("/calls/{call}")
    async def call(call: CallName) -> models.CallRecord:
        """The record of a call that ended."""
        found = await asked(history.call(call))
        if found is None:
            raise _no_call(call, "ended: /api/v1/calls lists those, /api/v1/calls/live the others")
        return models.CallRecord.model_validate(found)

    @router.get("/calls/{call}/events")
    async def events_of(call: CallName) -> models.Events:
        """All that happened in a call so far."""
        found = await asked(history.events_of(call))
        if not found:
            raise _no_call(call, "is known")
        return models.Events.model_validate({"events": found}, from_attributes=True)

    @router.get("/calls/{call}/why")
    async def why(call: CallName) -> models.Why:
        """Why the call came to whom it came: who was rung, who was considered, who was skipped."""
        if not await asked(history.events_of(call)):
            raise _no_call(call, "is known")
        return models.Why(steps=await asked(history.why(call)))

    return router


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


def _no_call(call: str, what: str) -> Refused:
    return Refused(404, f"no call {call!r} {what}")
