"""/api/v1/calls: what is done with calls: made, heard in, handed on, ended. Every one of it is on record."""

from typing import Annotated, Self

from fastapi import Depends
from pydantic import Field, model_validator

from softswitch.access import Principal, Role
from softswitch.calls.operator import Sounds
from softswitch.calls.originator import Then
from softswitch.calls.playing import Hearer
from softswitch.web import models
from softswitch.web.api import PREFIX, CallName, Text
from softswitch.web.asked import Body
from softswitch.web.guard import Guard
from softswitch.web.operations import Operations
from softswitch.web.patterns import LANGUAGE, SPOKEN
from softswitch.web.problems import PROBLEMS
from softswitch.web.routes import Routes


class To(Body):
    """Where to."""

    number: Text
    """As the agent would dial it: an extension, a number of `numbers`, or one outside."""


class Onward(Body):
    """Where somebody goes who has answered: one of number, queue, menu and agent."""

    number: Text | None = None
    """An extension, or a number of `numbers`."""
    queue: Text | None = None
    menu: Text | None = None
    agent: Text | None = None
    priority: Text | None = None
    """With `queue`: a class that overrules the caller's own."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(goal is not None for goal in (self.number, self.queue, self.menu, self.agent)) != 1:
            raise ValueError("expected one of number, queue, menu and agent, as {queue: support}")
        if self.priority is not None and self.queue is None:
            raise ValueError("`priority` goes with `queue`")
        return self


class Wanted(Body):
    """A call to be made."""

    to: Text
    """An agent, by name or extension, or a number outside, by the rules of `outbound` for everybody."""
    then: Onward
    ring: Annotated[float, Field(ge=5, le=120)] = 45.0
    """Seconds within which it must be answered; an agent's own `ring` may be shorter."""


class Played(Body):
    """A sound: `sound`, or `text`."""

    sound: Text | None = None
    """A name in `sounds` of the configuration."""
    text: Annotated[str, Field(min_length=1, max_length=500, pattern=SPOKEN)] | None = None
    """What is said."""
    language: Annotated[str, Field(pattern=LANGUAGE)] | None = None
    """Of the text; left out: the call's."""
    to: Hearer = Hearer.CALLER

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.sound is None) == (self.text is None):
            raise ValueError("expected either sound or text")
        return self


def call_routes(operations: Operations, guard: Guard) -> Routes:
    """All of it."""
    router = Routes(prefix=f"{PREFIX}/calls", responses=PROBLEMS, tags=["calls"])
    operator = operations.operator
    supervisor = Depends(guard.needs(Role.SUPERVISOR))

    @router.post("", status_code=202)
    async def originate(wanted: Wanted, who: Annotated[Principal, supervisor]) -> models.Begun:
        """Ring an agent or a number outside, and lead whoever answers into a queue, a menu, to an agent. It
        is refused as `dial` is; what comes of the call is in its events, and `CallEnded` the last of them.
        """
        then = Then(**wanted.then.model_dump())
        return models.Begun(call=operator.originate(wanted.to, then, wanted.ring, who.name))

    @router.post("/{call}/hang-up")
    async def hang_up(call: CallName, who: Annotated[Principal, supervisor]) -> models.Done:
        """End it, whatever it is doing."""
        operator.hang_up(call, who.name)
        return models.Done(done=f"call {call} is being hung up")

    @router.post("/{call}/play")
    async def play(call: CallName, what: Played, who: Annotated[Principal, supervisor]) -> models.Done:
        """Play a sound, or say something, over what is heard in a call: music is quieter meanwhile, people
        are not. Another one replaces it.
        """
        sound = Sounds(what.sound, what.text or "", what.language)
        await operator.play(call, sound, what.to, who.name)
        return models.Done(done=f"call {call} hears it")

    @router.post("/{call}/stop-playing")
    async def stop_playing(call: CallName, who: Annotated[Principal, supervisor]) -> models.Done:
        """End what is being played."""
        operator.stop_playing(call, who.name)
        return models.Done(done=f"call {call} hears it no more")

    @router.post("/{call}/transfer")
    async def transfer(call: CallName, to: To, who: Annotated[Principal, supervisor]) -> models.Done:
        """Send the other side of an agent's conversation elsewhere, as the agent's phone would."""
        operator.transfer(call, to.number, who.name)
        return models.Done(done=f"call {call} is on its way to {to.number}")

    return router
