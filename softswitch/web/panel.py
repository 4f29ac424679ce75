"""/api/v1: an agent's desk, notes on calls, and bulletins. Agents have to do with their own desk alone."""

from typing import Annotated, Any

from fastapi import Depends, Query, Response
from pydantic import Field, StringConstraints

from softswitch.access import Principal, Role
from softswitch.texts import BULLETIN, LINE_OR_NOTHING, LINES, LINES_OR_NOTHING, NOTES, WORD
from softswitch.web import models, panel_models
from softswitch.web.api import PREFIX, CallName, Name, Text, asked, ready
from softswitch.web.asked import Body
from softswitch.web.changing import check_own
from softswitch.web.guard import Guard
from softswitch.web.operations import Bulletins, Pages, Panel
from softswitch.web.problems import PROBLEMS, Refused
from softswitch.web.routes import Routes


class WrittenNotes(Body):
    """What is written on a call, in place of what this agent wrote there before."""

    notes: Annotated[str, StringConstraints(max_length=NOTES, pattern=LINES_OR_NOTHING)] = ""
    disposition: Annotated[str, StringConstraints(max_length=WORD, pattern=LINE_OR_NOTHING)] = ""
    """One of `dispositions` of the queue; where there are none, any word."""
    seen: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """`written` of the notes that the writer had before; others that are newer are not replaced then (409).
    Left out: whatever is there is."""


class NewBulletin(Body):
    """What agents are to read."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=BULLETIN, pattern=LINES)]
    queues: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    """For whose teams; left out: for all agents."""
    until: Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)] | None = None
    """When it is over, in seconds since the epoch; left out: when it is withdrawn."""


def panel_routes(panel: Panel, pages: Pages, guard: Guard) -> Routes:
    """What an agent has before it."""
    router = Routes(prefix=f"{PREFIX}/agents/{{agent}}", responses=PROBLEMS, tags=["agents"])
    anybody = Depends(guard.needs(Role.AGENT))

    @router.get("/panel")
    async def desk(agent: Name, who: Annotated[Principal, anybody]) -> panel_models.Desk:
        """An agent as it stands: state, queues, reasons for a pause, and each call in its hands with all that
        is known of the caller.
        """
        check_own(who, agent)
        return panel_models.Desk.model_validate(panel.view(agent))

    @router.get("/day", response_model=panel_models.Day)
    async def day(agent: Name, who: Annotated[Principal, anybody]) -> Response:
        """Today's figures, as reports define them, and today's calls with their notes."""
        check_own(who, agent)
        panel.view(agent)
        return ready(await asked(pages.day(agent, panel.midnight)))

    @router.get("/callbacks")
    async def callbacks(agent: Name, who: Annotated[Principal, anybody]) -> list[models.Callback]:
        """Everybody who is to be called back by a queue of this agent, the first wanted first."""
        check_own(who, agent)
        return [models.Callback.model_validate(one) for one in await panel.callbacks(agent)]

    @router.post("/callbacks/{callback}/take", status_code=202)
    async def take(agent: Name, callback: CallName, who: Annotated[Principal, anybody]) -> models.Begun:
        """Call somebody back before it is the turn: the agent's phone rings, and once it is answered the
        customer is called, by the agent's dial plan. Nobody else does meanwhile; if the two do not come to
        talk, it has its place again. Refused as `dial` is, and with 409: somebody is calling already.
        """
        check_own(who, agent)
        return models.Begun(call=panel.take(agent, callback, who))

    _call_routes(router, panel, pages, anybody)
    return router


def _call_routes(router: Routes, panel: Panel, pages: Pages, anybody: Any) -> None:
    """One call of an agent's."""

    @router.get("/calls/{call}/contacts", response_model=panel_models.Contacts)
    async def contacts(
        agent: Name,
        call: CallName,
        who: Annotated[Principal, anybody],
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
    ) -> Response:
        """Earlier calls of who is in a call of this agent's, with the notes on them."""
        check_own(who, agent)
        return ready(await asked(pages.earlier(call, await panel.caller_in(agent, call, who), limit)))

    @router.put("/calls/{call}/notes")
    async def notes(
        agent: Name, call: CallName, written: WrittenNotes, who: Annotated[Principal, anybody]
    ) -> panel_models.Written:
        """Write notes on a call in which this agent talks or talked, and how it came out: during it, in the
        time for notes, and later on the same day; supervisors on any day. Refused with 403: another's call,
        409: newer notes are there, 422: no such disposition.
        """
        check_own(who, agent)
        how = (written.notes, written.disposition, written.seen)
        return panel_models.Written(call=call, written=await panel.write(agent, call, *how, who))

    @router.post("/calls/{call}/hang-up")
    async def hang_up(agent: Name, call: CallName, who: Annotated[Principal, anybody]) -> models.Done:
        """End a call that is in this agent's hands. Refused with 409: it is not (any more)."""
        check_own(who, agent)
        panel.hang_up(agent, call, who)
        return models.Done(done=f"call {call} is being hung up")


def bulletin_routes(bulletins: Bulletins, panel: Panel, guard: Guard) -> Routes:
    """What supervisors tell agents."""
    router = Routes(prefix=f"{PREFIX}/bulletins", responses=PROBLEMS, tags=["bulletins"])
    anybody, supervisor = Depends(guard.needs(Role.AGENT)), Depends(guard.needs(Role.SUPERVISOR))

    @router.get("")
    async def there(who: Annotated[Principal, anybody]) -> panel_models.Bulletins:
        """Those in force that are for the one who asks, the newest first; supervisors see all."""
        found = bulletins.of(who, panel.queues_of(who.agent))
        page = [panel_models.Bulletin.model_validate(one, from_attributes=True) for one in found]
        return panel_models.Bulletins(bulletins=page)

    @router.post("", status_code=201)
    async def write(
        bulletin: NewBulletin, who: Annotated[Principal, supervisor]
    ) -> panel_models.BulletinWritten:
        """Tell agents something. It stands in their panels until they confirm, or it is over."""
        id = bulletins.write(bulletin.text, bulletin.queues, bulletin.until, who)
        return panel_models.BulletinWritten(bulletin=id)

    @router.post("/{bulletin}/read")
    async def read(bulletin: CallName, who: Annotated[Principal, anybody]) -> models.Done:
        """Confirm that one has read it, as an agent."""
        if who.agent is None:
            raise Refused(403, f"{who.name} is no agent; bulletins are confirmed by agents")
        bulletins.read(bulletin, who)
        return models.Done(done=f"{who.agent} has read bulletin {bulletin}")

    @router.delete("/{bulletin}")
    async def withdraw(bulletin: CallName, who: Annotated[Principal, supervisor]) -> models.Done:
        """It is over now."""
        bulletins.withdraw(bulletin, who)
        return models.Done(done=f"bulletin {bulletin} is withdrawn")

    return router
