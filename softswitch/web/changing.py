"""/api/v1: what is changed by it. Every change is an event of the record, with who made it."""

from typing import Annotated, Any, Literal

from fastapi import Depends
from pydantic import Field, StringConstraints

from softswitch.access import Principal, Role
from softswitch.texts import LINE_OR_NOTHING
from softswitch.web import models
from softswitch.web.api import PREFIX, CallName, Name, Text
from softswitch.web.asked import Body
from softswitch.web.calling import To
from softswitch.web.guard import Guard
from softswitch.web.operations import Operations
from softswitch.web.problems import PROBLEMS, Refused
from softswitch.web.routes import Routes


class Pause(Body):
    """Why."""

    reason: Annotated[str, StringConstraints(max_length=128, pattern=LINE_OR_NOTHING)] = ""


class WrapUp(Body):
    """What."""

    what: Literal["end", "extend"]
    seconds: Annotated[float, Field(gt=0, le=86400, allow_inf_nan=False)] | None = None
    """With `extend`: how much longer; left out: `wrap_up_extend` of `features`."""


class OfQueue(Body):
    """Which queue."""

    queue: Text | None = None
    """Left out: all that the agent serves."""


NO_REASON, ALL_QUEUES = Pause(), OfQueue()
"""Without a body."""


class Address(Body):
    """Whom."""

    address: Text


def agent_routes(operations: Operations, guard: Guard) -> Routes:
    """What is done to agents; agents do it to themselves alone."""
    router = Routes(prefix=f"{PREFIX}/agents/{{agent}}", responses=PROBLEMS, tags=["agents"])
    operator = operations.operator
    anybody = Depends(guard.needs(Role.AGENT))

    @router.post("/pause")
    async def pause(agent: Name, who: Annotated[Principal, anybody], how: Pause = NO_REASON) -> models.Done:
        """Take no offers until resumed; a conversation goes on."""
        check_own(who, agent)
        operator.pause(agent, how.reason, who.name)
        return models.Done(done=f"{agent} is paused")

    @router.post("/resume")
    async def resume(agent: Name, who: Annotated[Principal, anybody]) -> models.Done:
        """Take offers again."""
        check_own(who, agent)
        operator.resume(agent, who.name)
        return models.Done(done=f"{agent} is paused no more")

    @router.post("/sign-in")
    async def sign_in(
        agent: Name, who: Annotated[Principal, anybody], of: OfQueue = ALL_QUEUES
    ) -> models.Done:
        """Take calls of a queue, or of all."""
        check_own(who, agent)
        operator.sign_in(agent, of.queue, who.name)
        return models.Done(done=f"{agent} is signed in")

    @router.post("/sign-out")
    async def sign_out(
        agent: Name, who: Annotated[Principal, anybody], of: OfQueue = ALL_QUEUES
    ) -> models.Done:
        """Take no more calls of a queue, or of all."""
        check_own(who, agent)
        operator.sign_out(agent, of.queue, who.name)
        return models.Done(done=f"{agent} is signed out")

    return router


def agent_call_routes(operations: Operations, guard: Guard) -> Routes:
    """What agents do about calls; for themselves alone."""
    router = Routes(prefix=f"{PREFIX}/agents/{{agent}}", responses=PROBLEMS, tags=["agents"])
    operator = operations.operator
    anybody = Depends(guard.needs(Role.AGENT))

    @router.post("/dial", status_code=202)
    async def dial(agent: Name, to: To, who: Annotated[Principal, anybody]) -> models.Begun:
        """Click to dial: the agent's own phone rings, and once it is answered the number is called, by the
        agent's dial plan. Refused at once: 403 what the agent may not dial, 404 a number that nobody has, 409
        somebody who is busy or has no phone, 503 without a channel. What comes of the call is in its events.
        """
        check_own(who, agent)
        return models.Begun(call=operator.dial(agent, to.number, who.name))

    @router.post("/wrap-up")
    async def wrap_up(agent: Name, how: WrapUp, who: Annotated[Principal, anybody]) -> models.Done:
        """End the time for notes on a call, or have more of it. Refused with 409: no notes are written."""
        check_own(who, agent)
        if how.what == "end":
            operator.end_wrap_up(agent, who.name)
            return models.Done(done=f"{agent} is done with the notes")
        operator.extend_wrap_up(agent, how.seconds, who.name)
        return models.Done(done=f"{agent} has more time for notes")

    return router


def switch_routes(operations: Operations, guard: Guard) -> Routes:
    """What is done to the switch."""
    router = Routes(prefix=PREFIX, responses=PROBLEMS, tags=["the switch"])
    engineer = Depends(guard.needs(Role.ENGINEER))
    operator = operations.operator

    @router.post("/reload")
    async def reload(who: Annotated[Principal, engineer]) -> models.Reloaded:
        """Apply the changed configuration without touching a call; a broken one changes nothing."""
        done: Any = await operations.reload(by=who.name)
        return models.Reloaded.model_validate(done)

    @router.post("/stop")
    async def stop(who: Annotated[Principal, engineer]) -> models.Stopping:
        """Take no more calls, let those in progress finish, and end; a second one ends at once."""
        done: Any = await operations.stop(by=who.name)
        return models.Stopping.model_validate(done)

    supervisor = Depends(guard.needs(Role.SUPERVISOR))

    @router.post("/callbacks/{callback}/cancel")
    async def cancel(callback: CallName, who: Annotated[Principal, supervisor]) -> models.Done:
        """Call somebody back no more. 409: they talk already."""
        number = operator.cancel_callback(callback, who.name)
        return models.Done(done=f"{number} is called back no more")

    @router.post("/unban")
    async def unban(whom: Address, who: Annotated[Principal, engineer]) -> models.Unbanned:
        """Hear an address again before its time."""
        done: Any = await operations.unban(whom.address, by=who.name)
        return models.Unbanned.model_validate(done)

    return router


def check_own(who: Principal, agent: str) -> None:
    """Raises Refused: an agent, and not the one that it is about."""
    if not who.role.allows(Role.SUPERVISOR) and who.agent != agent:
        raise Refused(403, "agents change their own state alone; this needs the role supervisor")
