"""/api/v1/erase: the end of what the record knows of one caller."""

from typing import Annotated

from fastapi import Depends

from softswitch.access import Principal, Role
from softswitch.web import models
from softswitch.web.api import PREFIX, Text
from softswitch.web.asked import Body
from softswitch.web.guard import Guard
from softswitch.web.operations import Erasure
from softswitch.web.problems import PROBLEMS
from softswitch.web.routes import Routes


class Whom(Body):
    """Who is to be erased."""

    number: Text
    """In any form in which it is dialled, or arrives."""
    only_count: bool = False
    """Erase nothing, and say how much there is."""


def erasing_routes(erasure: Erasure, guard: Guard) -> Routes:
    """The only one."""
    router = Routes(prefix=PREFIX, responses=PROBLEMS, tags=["personal data"])
    engineer = Depends(guard.needs(Role.ENGINEER))

    @router.post("/erase")
    async def erase(whom: Whom, who: Annotated[Principal, engineer]) -> models.Erased:
        """Erase all of one caller: in the record, its files, recordings; figures of reports stay. That is for
        good, and takes a while where the record is large.
        """
        done = await erasure.outcome(whom.number, only_count=whom.only_count, by=who.name)
        return models.Erased.model_validate(done)

    return router
