"""/api/v1: supervisors in agents' conversations. Every one of it is on record."""

from typing import Annotated, Any, Self

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from softswitch.access import Principal, Role
from softswitch.calls.supervising import Mode
from softswitch.web import models
from softswitch.web.api import PREFIX, CallName, Text
from softswitch.web.asked import Body
from softswitch.web.guard import Guard
from softswitch.web.operations import Operations
from softswitch.web.problems import PROBLEMS, Refused
from softswitch.web.routes import Routes


class As(Body):
    """Who hears the supervisor."""

    model_config = ConfigDict(populate_by_name=True)

    mode: Mode = Field(alias="as")


class Supervise(As):
    """How, and whose phone is rung: that of `agent`, `number`, or left out: of the agent that the user is."""

    agent: Text | None = None
    number: Text | None = None
    """An extension, or a number outside, by the rules of `outbound` for everybody."""
    ring: Annotated[float, Field(strict=True, ge=5, le=120)] = 30.0
    """Seconds within which it must be answered."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.agent is not None and self.number is not None:
            raise ValueError("expected agent or number, not both")
        return self


class Supervision(BaseModel):
    """A supervisor in a conversation, or on the way there."""

    model_config = ConfigDict(populate_by_name=True)

    supervision: str
    """The call of the supervisor's phone, by which it is named."""
    call: str
    """The call that is heard."""
    mode: Mode = Field(alias="as")
    of: str
    """The agent that it is about."""
    by: str
    """Who asked for it."""
    agent: str | None
    """At which agent's phone the supervisor is."""
    number: str
    state: str
    """ringing or on."""


def supervision_routes(operations: Operations, guard: Guard) -> Routes:
    """All of it."""
    router = Routes(prefix=PREFIX, responses=PROBLEMS, tags=["supervision"])
    overseer = operations.operator.overseer
    supervisor = Depends(guard.needs(Role.SUPERVISOR))

    @router.post("/calls/{call}/supervise", status_code=202)
    async def supervise(
        call: CallName, how: Supervise, who: Annotated[Principal, supervisor]
    ) -> models.Begun:
        """Ring the supervisor's phone, which hears the conversation once it is answered: nobody hears the
        supervisor (`listen`), the agent does (`whisper`), or both do (`barge`). 409: no agent talks in it.
        """
        to = how.agent or how.number or who.agent
        if to is None:
            raise Refused(422, f"{who.name} is no agent; say whose phone is to ring by agent or number")
        return models.Begun(call=overseer.supervise(call, how.mode, to, how.ring, who.name))

    @router.get("/supervisions", dependencies=[supervisor])
    async def supervisions() -> list[Supervision]:
        """Who takes part in conversations of others, the eldest first."""
        found: Any = overseer.describe()
        return [Supervision.model_validate(one) for one in found]

    @router.post("/supervisions/{supervision}")
    async def change(supervision: CallName, how: As, who: Annotated[Principal, supervisor]) -> models.Done:
        """Let others hear the supervisor than before."""
        overseer.change(supervision, how.mode, who.name)
        return models.Done(done=f"supervision {supervision}: {how.mode}")

    @router.post("/supervisions/{supervision}/take-over")
    async def take_over(supervision: CallName, who: Annotated[Principal, supervisor]) -> models.Done:
        """Talk to the caller in place of the agent, whose time for notes begins."""
        overseer.take_over(supervision, who.name)
        return models.Done(done=f"supervision {supervision} has taken over")

    @router.post("/supervisions/{supervision}/end")
    async def end(supervision: CallName, who: Annotated[Principal, supervisor]) -> models.Done:
        """Hang up on the supervisor; the conversation goes on."""
        overseer.end(supervision, who.name)
        return models.Done(done=f"supervision {supervision} is over")

    return router
