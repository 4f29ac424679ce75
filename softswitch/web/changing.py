"""/api/v1: what is changed by it. Every change is an event of the record, with who made it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints

from softswitch.access import Principal, Role
from softswitch.web import models
from softswitch.web.api import PREFIX, CallName, Name, Text
from softswitch.web.guard import Guard
from softswitch.web.operations import Operations
from softswitch.web.problems import PROBLEMS, Refused


class Pause(BaseModel):
    """Why."""

    reason: Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class OfQueue(BaseModel):
    """Which queue."""

    queue: Text | None = None
    """Left out: all that the agent serves."""


class To(BaseModel):
    """Where to."""

    number: Text
    """As the agent would dial it: an extension, a number of `numbers`, or one outside."""


class Address(BaseModel):
    """Whom."""

    address: Text


def agent_routes(operations: Operations, guard: Guard) -> APIRouter:
    """What is done to agents; agents do it to themselves alone."""
    router = APIRouter(prefix=f"{PREFIX}/agents/{{agent}}", responses=PROBLEMS, tags=["agents"])
    operator = operations.operator
    anybody = Depends(guard.needs(Role.AGENT))

    @router.post("/pause")
    async def pause(agent: Name, how: Pause, who: Annotated[Principal, anybody]) -> models.Done:
        """Take no offers until resumed; a conversation goes on."""
        return _do(
            _own(who, agent), lambda: operator.pause(agent, how.reason, who.name), f"{agent} is paused"
        )

    @router.post("/resume")
    async def resume(agent: Name, who: Annotated[Principal, anybody]) -> models.Done:
        """Take offers again."""
        return _do(_own(who, agent), lambda: operator.resume(agent, who.name), f"{agent} is paused no more")

    @router.post("/sign-in")
    async def sign_in(agent: Name, of: OfQueue, who: Annotated[Principal, anybody]) -> models.Done:
        """Take calls of a queue, or of all."""
        did = f"{agent} is signed in"
        return _do(_own(who, agent), lambda: operator.sign_in(agent, of.queue, who.name), did)

    @router.post("/sign-out")
    async def sign_out(agent: Name, of: OfQueue, who: Annotated[Principal, anybody]) -> models.Done:
        """Take no more calls of a queue, or of all."""
        did = f"{agent} is signed out"
        return _do(_own(who, agent), lambda: operator.sign_out(agent, of.queue, who.name), did)

    return router


def call_routes(operations: Operations, guard: Guard) -> APIRouter:
    """What is done to calls in progress."""
    router = APIRouter(prefix=f"{PREFIX}/calls/{{call}}", responses=PROBLEMS, tags=["calls"])
    operator = operations.operator
    supervisor = Depends(guard.needs(Role.SUPERVISOR))

    @router.post("/hang-up")
    async def hang_up(call: CallName, who: Annotated[Principal, supervisor]) -> models.Done:
        """End it, whatever it is doing."""
        return _do(True, lambda: operator.hang_up(call, who.name), f"call {call} is being hung up")

    @router.post("/transfer")
    async def transfer(call: CallName, to: To, who: Annotated[Principal, supervisor]) -> models.Done:
        """Send the other side of an agent's conversation elsewhere, as the agent's phone would."""
        did = f"call {call} is on its way to {to.number}"
        return _do(True, lambda: operator.transfer(call, to.number, who.name), did)

    return router


def switch_routes(operations: Operations, guard: Guard) -> APIRouter:
    """What is done to the switch."""
    router = APIRouter(prefix=PREFIX, responses=PROBLEMS, tags=["the switch"])
    engineer = Depends(guard.needs(Role.ENGINEER))

    @router.post("/reload")
    async def reload(who: Annotated[Principal, engineer]) -> models.Reloaded:
        """Apply the changed configuration without touching a call; a broken one changes nothing."""
        done: Any = await operations.reload(by=who.name)
        return models.Reloaded.model_validate(done)

    @router.post("/unban")
    async def unban(whom: Address, who: Annotated[Principal, engineer]) -> models.Unbanned:
        """Hear an address again before its time."""
        done: Any = await operations.unban(whom.address, by=who.name)
        return models.Unbanned.model_validate(done)

    return router


def _own(who: Principal, agent: str) -> bool:
    return who.role.allows(Role.SUPERVISOR) or who.agent == agent


def _do(allowed: bool, change: Callable[[], None], did: str) -> models.Done:
    """Do it and say so. Raises Refused."""
    if not allowed:
        raise Refused(403, "agents change their own state alone; this needs the role supervisor")
    change()
    return models.Done(done=did)
