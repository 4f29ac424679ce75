"""/api/v1/recordings: listening to recordings of calls. Every listening is an event of the record."""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import FileResponse

from softswitch.access import Principal, Role
from softswitch.web import record_models
from softswitch.web.api import MOST, PREFIX, Moment, Text, asked, moment
from softswitch.web.guard import Guard
from softswitch.web.operations import Recordings
from softswitch.web.problems import PROBLEMS, Refused
from softswitch.web.routes import Routes
from softswitch.web.sounds import SOUND, File, Two, Year, as_sound, is_from_start


def recording_routes(recordings: Recordings, guard: Guard) -> Routes:
    """The index, and the files."""
    router = Routes(prefix=f"{PREFIX}/recordings", responses=PROBLEMS, tags=["recordings"])
    anybody = Depends(guard.needs(Role.AGENT))

    @router.get("")
    async def find(
        who: Annotated[Principal, anybody],
        since: Moment | None = None,
        until: Moment | None = None,
        number: Text | None = None,
        queue: Text | None = None,
        agent: Text | None = None,
        before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> record_models.Recordings:
        """Files, the newest first. `since` and `until`: when they began, as for calls; `number`: the
        caller's; `agent`: who talks in it; `before`: the `next` of the page before. Agents see their own.
        """
        found = await asked(
            recordings.find(
                since=moment(since),
                until=moment(until),
                number=number,
                queue=queue,
                agent=agent,
                own=_own(recordings, who),
                before=before,
                limit=limit,
            )
        )
        page = [record_models.Recording.model_validate(one) for one in found]
        return record_models.Recordings(recordings=page, next=page[-1].seq if len(page) == limit else None)

    @router.get("/{year}/{month}/{day}/{name}", response_class=FileResponse, responses=SOUND)
    async def listen(
        request: Request, who: Annotated[Principal, anybody], year: Year, month: Two, day: Two, name: File
    ) -> FileResponse:
        """The sound of one file, or with Range a part of it. Each listening is on record."""
        file = f"{year}/{month}/{day}/{name}"
        own = _own(recordings, who)
        found = await asked(recordings.one(file))
        if found is None or (own is not None and own not in found["own"]):
            raise Refused(404, f"there is no recording {file}; /api/v1/recordings lists those that there are")
        place = await recordings.place_of(found)
        recordings.heard(file, who.name, from_start=is_from_start(request))
        return as_sound(place)

    return router


def _own(recordings: Recordings, who: Principal) -> str | None:
    """The agent to whose conversations one is bound; None: to none. Raises Refused."""
    if who.role.allows(Role.SUPERVISOR):
        return None
    if not recordings.agents_listen:
        raise Refused(
            403, "agents do not listen to recordings here; `recording.agents_listen: own` lets them"
        )
    if who.agent is None:
        raise Refused(403, f"{who.name} is no agent of the configuration, and so has no conversations")
    return who.agent
