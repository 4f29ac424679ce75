"""/api/v1: what supervisors do to callers who wait, and change of queues and agents for a while."""

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from softswitch.access import Principal, Role
from softswitch.acd.strategies import known_strategies
from softswitch.calls.amending import described
from softswitch.calls.amendments import Amendment, Of
from softswitch.calls.moving import Place
from softswitch.calls.operator import Operator
from softswitch.calls.originator import Then
from softswitch.types import QueueName
from softswitch.web import models
from softswitch.web.api import PREFIX, CallName, Moment, Name, Text, moment
from softswitch.web.asked import Body
from softswitch.web.calling import Onward
from softswitch.web.guard import Guard
from softswitch.web.operations import Operations
from softswitch.web.problems import PROBLEMS, Refused
from softswitch.web.routes import Routes

VERSION = Annotated[int, Field(strict=True, ge=0, le=2**53)]
"""Strict, as the next ones are: `true` is no number, and 1 does not say that something is so."""
Truth = Annotated[bool, Field(strict=True)]
Level = Annotated[int, Field(strict=True, ge=1, le=100)]
Wait = Annotated[float, Field(strict=True, gt=0, le=86400, allow_inf_nan=False)]
MOST_NAMES = 100

_NO_CHANGE = {"version", "until"}
"""What a body has beside the change itself."""

Version = Annotated[int, Query(ge=0, le=2**53)]
"""Of the change that one has seen."""


class Move(Body):
    """Another place for a caller who waits: another queue, another class, or the first place."""

    seen: Text = Field(alias="from")
    """The queue in which the caller was seen: where that is not so any more, nothing is done (409)."""
    queue: Text | None = None
    priority: Text | None = None
    """A class of `queue`, or of the one where the caller waits."""
    first: Truth = False
    """Before all others, until another class is given."""


class Pull(Body):
    """To whom."""

    seen: Text = Field(alias="from")
    """The queue in which the caller was seen."""
    agent: Text | None = None
    """Left out: the agent that the user is."""


class Goes(Onward):
    """Where callers go: one of number (an extension, or one of `numbers`), queue, menu and agent."""


class _Change(Body):
    """A change for a while: what is left out stays as it is, null is as configured."""

    version: VERSION
    """Of what was seen, as `changes` says it: where somebody has changed it since, nothing is done (409)."""
    until: Moment | None = None
    """When all that is changed ends; left out: when it would before, or at midnight, in the zone of the
    opening hours.
    """


class ChangeQueue(_Change):
    """What is not to be as configured: what is left out stays as it is, null is as configured."""

    strategy: Text | None = None
    opened: Truth | None = None
    """Open or closed, whatever its hours say."""
    max_wait: Wait | None = None
    """Seconds."""
    timeout: Goes | None = None
    """Where callers go after `max_wait`."""
    full: Goes | None = None
    """Where those go who find it full."""
    closed: Goes | None = None
    """Where those go who come while it is closed."""
    closes: Goes | None = None
    """Where those go who wait while it is closed."""
    no_agents: Goes | None = None
    """Where those go who come, or wait, while nobody is there."""
    overflow: Annotated[list[Text], Field(max_length=MOST_NAMES)] | None = None
    """Whose teams help; none: nobody's."""


class ChangeAgent(_Change):
    """What is not to be as configured: what is left out stays as it is, null is as configured."""

    skills: dict[Text, Level] | None = Field(None, max_length=MOST_NAMES)
    """Level by skill, in place of all that are configured."""
    queues: Annotated[list[Text], Field(max_length=MOST_NAMES)] | None = None
    """Whose teams the agent belongs to, and no others."""


class Changed(BaseModel):
    """How a queue or an agent is."""

    queue: str | None = None
    agent: str | None = None
    version: int
    """To be given with the next change; 0: nobody has changed it."""
    change: dict[str, Any] | None
    """What is not as configured; destinations in words. null: all is."""
    by: str
    at: float | None
    until: float | None


class Choices(BaseModel):
    """What may be named in a change of a queue, beside queues and agents."""

    strategies: list[str]
    """Plug-ins too."""
    menus: list[str]


class Changes(BaseModel):
    """All that is not as configured."""

    changes: list[Changed]


def caller_routes(operations: Operations, guard: Guard) -> Routes:
    """What is done to callers who wait."""
    router = Routes(prefix=f"{PREFIX}/calls", responses=PROBLEMS, tags=["supervision"])
    usher = operations.operator.usher
    supervisor = Depends(guard.needs(Role.SUPERVISOR))

    @router.post("/{call}/move")
    async def move(call: CallName, to: Move, who: Annotated[Principal, supervisor]) -> models.Done:
        """Give a waiting caller another place: in another queue, where the wait counts on, by another class,
        or before all others. 409: the caller does not wait there any more, and where instead. It may be a
        callback too, as long as nobody is calling.
        """
        usher.move(call, to.seen, Place(to.queue, to.priority, to.first), who.name)
        return models.Done(done=f"call {call} is moved")

    @router.post("/{call}/pull")
    async def pull(call: CallName, to: Pull, who: Annotated[Principal, supervisor]) -> models.Done:
        """Ring one agent's phone for a waiting caller, and no other, whatever team and pause; without an
        answer the caller keeps the place. 409: the caller is gone, or somebody else has pulled it. A callback
        is called from that phone, by the agent's dial plan.
        """
        agent = to.agent or who.agent
        if agent is None:
            raise Refused(422, f"{who.name} is no agent; say which agent gets the caller")
        usher.pull(call, to.seen, agent, who.name)
        return models.Done(done=f"call {call} rings at {agent}")

    return router


def change_routes(operations: Operations, guard: Guard) -> Routes:
    """What is changed for a while."""
    needs = Depends(guard.needs(Role.SUPERVISOR))
    router = Routes(prefix=PREFIX, responses=PROBLEMS, tags=["supervision"])
    operator = operations.operator

    @router.get("/changes", dependencies=[needs])
    async def changes() -> Changes:
        """Every queue and agent that is not as configured."""
        return Changes(changes=[_shown(one) for one in operator.amending.all])

    @router.get("/changes/choices", dependencies=[needs])
    async def choices() -> Choices:
        """Strategies and menus that a change of a queue may name."""
        strategies = await asyncio.to_thread(known_strategies)  # reads what is installed
        return Choices(strategies=list(strategies), menus=operator.amending.menus)

    _queue_changes(router, operator, needs)
    _agent_changes(router, operator, needs)
    return router


def _queue_changes(router: Routes, operator: Operator, needs: Any) -> None:
    @router.get("/queues/{queue}/changes", dependencies=[needs])
    async def of_queue(queue: Name) -> Changed:
        """What a supervisor has changed of a queue, and the version that the next change must name."""
        return _shown(operator.amending.find(Of.QUEUE, queue))

    @router.patch("/queues/{queue}/changes")
    async def change_queue(queue: Name, to: ChangeQueue, who: Annotated[Principal, needs]) -> Changed:
        """Change a queue for a while, over its configuration; a reload does not undo it. 409: somebody has
        changed it since `version`.
        """
        return _changed(operator, Of.QUEUE, queue, to, who)

    @router.delete("/queues/{queue}/changes")
    async def undo_queue(queue: Name, version: Version, who: Annotated[Principal, needs]) -> models.Done:
        """Have it as configured."""
        operator.amending.undo(Of.QUEUE, queue, version, who.name)
        return models.Done(done=f"queue {queue} is as configured")


def _agent_changes(router: Routes, operator: Operator, needs: Any) -> None:
    @router.get("/agents/{agent}/changes", dependencies=[needs])
    async def of_agent(agent: Name) -> Changed:
        """What a supervisor has changed of an agent, and the version that the next change must name."""
        return _shown(operator.amending.find(Of.AGENT, agent))

    @router.patch("/agents/{agent}/changes")
    async def change_agent(agent: Name, to: ChangeAgent, who: Annotated[Principal, needs]) -> Changed:
        """Give an agent other skills or teams for a while. 409: somebody has changed it since `version`."""
        return _changed(operator, Of.AGENT, agent, to, who)

    @router.delete("/agents/{agent}/changes")
    async def undo_agent(agent: Name, version: Version, who: Annotated[Principal, needs]) -> models.Done:
        """Have the agent as configured."""
        operator.amending.undo(Of.AGENT, agent, version, who.name)
        return models.Done(done=f"agent {agent} is as configured")


def _changed(operator: Operator, of: Of, name: str, to: ChangeQueue | ChangeAgent, who: Principal) -> Changed:
    given = {field: _goal(operator, getattr(to, field)) for field in to.model_fields_set - _NO_CHANGE}
    return _shown(operator.amending.change(of, name, given, moment(to.until), to.version, who.name))


def _goal(operator: Operator, value: Any) -> Any:
    """As a change has it."""
    if isinstance(value, Goes):
        return operator.destination(Then(**value.model_dump()))
    return tuple(dict.fromkeys(map(QueueName, value))) if isinstance(value, list) else value


def _shown(one: Amendment) -> Changed:
    return Changed.model_validate(described(one))
