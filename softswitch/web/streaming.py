"""/api/v1/events: the record's events, page by page and as they come (server-sent events)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from softswitch.access import Role
from softswitch.errors import StoreError
from softswitch.kinds import Kind
from softswitch.types import Seconds
from softswitch.web import record_models
from softswitch.web.api import MOST, PREFIX, asked, ready
from softswitch.web.guard import Guard, Who
from softswitch.web.live import VIEWERS, Live, TooMany
from softswitch.web.operations import Pages
from softswitch.web.problems import PROBLEMS, SOON, Refused
from softswitch.web.routes import Routes

BEAT: Seconds = 15.0
"""A word after so long, so that nothing on the way takes the connection for dead; and then it is asked
whether the viewer may still look on."""

CHANGED = "Changed"
"""The kind of event by which somebody may have lost access: it is asked anew, before that event is sent."""

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Number = Annotated[int | None, Query(ge=0, le=2**62)]


def event_routes(live: Live, pages: Pages, guard: Guard) -> Routes:
    """Both."""
    supervisors = [Depends(guard.needs(Role.SUPERVISOR))]
    responses = PROBLEMS | {410: {"description": "The record does not go so far."}}
    router = Routes(prefix=PREFIX, responses=responses, tags=["events"], dependencies=supervisors)

    @router.get("/events", response_model=record_models.Events)
    async def events(after: Number = 0, limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> Response:
        """The events that follow number `after`, in order. 410: the record does not go so far."""
        check_number(live, after)
        return ready(await asked(pages.events(after or 0, limit)))

    @router.get(
        "/events/stream",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    async def stream(
        request: Request,
        after: Number = None,
        kind: Annotated[list[Kind] | None, Query(max_length=100)] = None,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> StreamingResponse:
        """Events as they come, each as `id` (its number) and `data` (JSON); only what is on record is sent.
        Who comes again says in `Last-Event-ID`, as browsers do, or in `after`, which number was the last, and
        gets what was missed. `kind`: only these. It ends when the switch does. 410: the record does not go so
        far, so that number is of another one; begin anew, without a number.
        """
        seen = after if last_event_id is None else _number(last_event_id)
        check_room(live)
        check_number(live, seen)
        wanted = None if kind is None else frozenset(map(str, kind))
        sent = _sent(live, request, guard.needs(Role.SUPERVISOR), seen, wanted)
        return StreamingResponse(sent, media_type="text/event-stream", headers=HEADERS)

    return router


def check_room(live: Live) -> None:
    """Raises Refused: as many look on as may."""
    if live.count >= VIEWERS:
        raise Refused(503, f"{VIEWERS} viewers look on already", SOON)


def check_number(live: Live, after: int | None) -> None:
    """Raises Refused: nobody can have seen that event, in this record."""
    if after is not None and after > live.end:
        raise Refused(
            410,
            f"event {after} is none of this record, which ends with {live.end}: it has begun anew, or the "
            "number is another switch's. All there is follows after=0; without a number comes what is new",
        )


async def _sent(
    live: Live, request: Request, may: Who, after: int | None, kinds: frozenset[str] | None
) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    asked_again = clock() + BEAT
    yield b": the events of a switch\nretry: 2000\n\n"
    try:
        async for line in live.watch(after, BEAT):
            if clock() >= asked_again or (line is not None and line[1] == CHANGED):
                await may(request)
                asked_again = clock() + BEAT
            if line is None:
                yield b": nothing new\n\n"
            elif kinds is None or line[1] in kinds:
                yield line[2]
    except (StoreError, Refused, TooMany):
        return  # the client comes again, and is told then


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Refused(422, f"Last-Event-ID is the number of an event; {text[:40]!r} is none")
    return int(text)
