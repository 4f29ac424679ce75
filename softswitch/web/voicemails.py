"""/api/v1/voicemails: messages that callers left. Every listening is an event of the record."""

from collections.abc import Collection
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import FileResponse

from softswitch.access import Principal, Role
from softswitch.mailboxes import Message
from softswitch.web import record_models
from softswitch.web.api import MOST, PREFIX, Moment, Text, moment
from softswitch.web.guard import Guard
from softswitch.web.operations import Voicemails
from softswitch.web.problems import PROBLEMS, Refused
from softswitch.web.routes import Routes
from softswitch.web.sounds import SOUND, File, Two, Year, as_sound, is_from_start


def voicemail_routes(voicemails: Voicemails, guard: Guard) -> Routes:
    """The messages that are there, and their sound. Agents see those of their mailboxes."""
    router = Routes(prefix=f"{PREFIX}/voicemails", responses=PROBLEMS, tags=["voicemail"])
    anybody = Depends(guard.needs(Role.AGENT))

    @router.get("")
    async def find(  # noqa: PLR0913, PLR0917 - each can be asked for
        who: Annotated[Principal, anybody],
        mailbox: Text | None = None,
        new: bool | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        number: Text | None = None,
        queue: Text | None = None,
        before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> record_models.Voicemails:
        """Messages, the newest first. `new`: those that nobody has heard, or those that somebody has; `since`
        and `until`: when they were left, as for calls; `number`: the caller's; `queue`: in which the caller
        waited before; `before`: the `next` of the page before.
        """
        found = voicemails.find(
            mailboxes=_within(_own(voicemails, who), mailbox),
            since=moment(since),
            until=moment(until),
            number=number,
            queue=queue,
            new=new,
            before=before,
            limit=limit,
        )
        page = [record_models.Voicemail.model_validate(one, from_attributes=True) for one in found]
        return record_models.Voicemails(voicemails=page, next=page[-1].seq if len(page) == limit else None)

    _one_message(router, voicemails, anybody)
    return router


def _one_message(router: Routes, voicemails: Voicemails, anybody: Any) -> None:
    """What is done with one."""

    @router.get("/{year}/{month}/{day}/{name}", response_class=FileResponse, responses=SOUND)
    async def listen(
        request: Request, who: Annotated[Principal, anybody], year: Year, month: Two, day: Two, name: File
    ) -> FileResponse:
        """The sound of one message, or with Range a part of it. Each listening is on record; once an agent
        whose message it is has listened, it is new no more.
        """
        message = _one(voicemails, who, f"{year}/{month}/{day}/{name}")
        place = await voicemails.place_of(message)
        voicemails.heard(message, who, from_start=is_from_start(request))
        return as_sound(place)

    @router.delete("/{year}/{month}/{day}/{name}", status_code=204, response_class=Response)
    async def delete(
        who: Annotated[Principal, anybody], year: Year, month: Two, day: Two, name: File
    ) -> None:
        """Delete one message, for good."""
        message = _one(voicemails, who, f"{year}/{month}/{day}/{name}")
        await voicemails.delete(message, who.name)


def _one(voicemails: Voicemails, who: Principal, file: str) -> Message:
    """Raises Refused: there is none that this one may hear."""
    own, found = _own(voicemails, who), voicemails.one(file)
    if found is None or (own is not None and found.mailbox not in own):
        raise Refused(404, f"there is no message {file}; /api/v1/voicemails lists those that there are")
    return found


def _own(voicemails: Voicemails, who: Principal) -> Collection[str] | None:
    """The mailboxes to which one is bound; None: to none. Raises Refused."""
    if who.role.allows(Role.SUPERVISOR):
        return None
    own = voicemails.mailboxes_of(who)
    if not own:
        raise Refused(403, f"{who.name} has no mailbox; `voicemail` in the configuration says whose they are")
    return own


def _within(own: Collection[str] | None, mailbox: str | None) -> Collection[str] | None:
    if mailbox is None:
        return own
    return (mailbox,) if own is None or mailbox in own else ()
