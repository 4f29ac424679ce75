"""/api/v1/webhooks: how events get to others' servers, and those that did not."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import BaseModel

from softswitch.access import Principal, Role
from softswitch.calls.originator import known
from softswitch.web.api import MOST, PREFIX, Name, asked
from softswitch.web.guard import Guard
from softswitch.web.operations import Operations, Receivers
from softswitch.web.problems import PROBLEMS
from softswitch.web.routes import Routes


class Receiver(BaseModel):
    """A server that is told of events."""

    webhook: str
    behind: int
    """Events that have not been tried yet."""
    waiting: int
    """Events to be tried again."""
    dead: int
    """Events that were given up."""


class DeadLetter(BaseModel):
    """An event that a receiver never took."""

    webhook: str
    seq: int
    attempts: int
    why: str
    """What was wrong the last time."""


class Webhooks(BaseModel):
    """Receivers, and what they never took."""

    webhooks: list[Receiver]
    dead: list[DeadLetter]
    """The newest first."""


class Revived(BaseModel):
    """Events are on their way again."""

    again: int
    """How many."""


def webhook_routes(operations: Operations, receivers: Receivers, guard: Guard) -> Routes:
    """How events get to others' servers, and those that did not."""
    router = Routes(prefix=f"{PREFIX}/webhooks", responses=PROBLEMS, tags=["webhooks"])
    engineer = Depends(guard.needs(Role.ENGINEER))

    @router.get("", dependencies=[engineer])
    async def webhooks(limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> Webhooks:
        """How far each receiver is, and the last events that were given up."""
        states, dead = await asked(receivers.states()), await asked(receivers.dead(limit))
        letters = [dict(zip(DeadLetter.model_fields, one, strict=True)) for one in dead]
        return Webhooks(
            webhooks=[Receiver(webhook=name, **state) for name, state in sorted(states.items())],
            dead=[DeadLetter(**one) for one in letters],
        )

    @router.post("/{webhook}/retry")
    async def retry(webhook: Name, who: Annotated[Principal, engineer]) -> Revived:
        """Send everything again that one receiver never took."""
        known("webhook", webhook, await asked(receivers.states()))
        again = await asked(receivers.revive(webhook))
        operations.operator.changed(who.name, "webhook-retry", webhook, str(again))
        return Revived(again=again)

    return router
