"""/api/v1/mails: mails that are not out yet, and those that no server took."""

from typing import Annotated, Protocol

from fastapi import Depends, Path, Query
from pydantic import BaseModel, StringConstraints

from softswitch.access import Principal, Role
from softswitch.parcels import Unsent
from softswitch.web import models
from softswitch.web.api import MOST, PREFIX, Text, asked
from softswitch.web.asked import Body
from softswitch.web.guard import Guard
from softswitch.web.operations import Operations
from softswitch.web.patterns import MAIL, MAILS
from softswitch.web.problems import PROBLEMS, Refused
from softswitch.web.routes import Routes

MailName = Annotated[str, StringConstraints(pattern=MAIL), Path()]
MailNames = Annotated[str, StringConstraints(pattern=MAILS), Path()]

ALL = "all"


class Postbox(Protocol):
    """Mails on their way; every method raises StoreError without the database."""

    async def listed(self, most: int) -> list[Unsent]:
        """Those that wait and those that were given up, the newest first."""

    async def revive(self, id: str | None) -> int:
        """Try one, or all, again at once; returns how many that is."""

    async def drop(self, id: str) -> bool:
        """Send one no more. False: there is none that waits or was given up."""


class UnsentMail(BaseModel):
    """A mail that is not out."""

    id: str
    made: float
    """When, in seconds since the epoch."""
    to: str
    subject: str
    attempts: int
    again: float | None
    """When it is tried next; null: it was given up."""
    why: str
    """The server's words, or why it cannot be asked."""


class Mails(BaseModel):
    """Those that wait, and those that no server took."""

    mails: list[UnsentMail]
    """The newest first."""


class Again(BaseModel):
    """Mails are tried now."""

    again: int
    """How many."""


class Address(Body):
    """Whom."""

    to: Text


class Tested(BaseModel):
    """How a mail to try out the server fared."""

    taken: bool
    said: str
    """The server's words."""


def mail_routes(operations: Operations, postbox: Postbox, guard: Guard) -> Routes:
    """For engineers."""
    router = Routes(prefix=PREFIX, responses=PROBLEMS, tags=["mail"])
    engineer = Depends(guard.needs(Role.ENGINEER))
    operator = operations.operator

    @router.get("/mails", dependencies=[engineer])
    async def mails(limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> Mails:
        """Mails that wait, and those that no server took, with the server's words."""
        found = await asked(postbox.listed(limit))
        return Mails(mails=[UnsentMail.model_validate(one, from_attributes=True) for one in found])

    @router.post("/mail-test")
    async def test(whom: Address, who: Annotated[Principal, engineer]) -> Tested:
        """Send one mail at once, past those that wait, and say what the server said."""
        taken, said = await operations.try_mail(whom.to, by=who.name)
        return Tested(taken=taken, said=said)

    @router.post("/mails/{mail}/retry")
    async def retry(mail: MailNames, who: Annotated[Principal, engineer]) -> Again:
        """Try one again at once, or `all`, also those that were given up."""
        again: int = await asked(postbox.revive(None if mail == ALL else mail))
        if not again and mail != ALL:
            raise Refused(404, NONE.format(mail))
        operator.changed(who.name, "mail-retry", mail, str(again))
        return Again(again=again)

    @router.delete("/mails/{mail}")
    async def drop(mail: MailName, who: Annotated[Principal, engineer]) -> models.Done:
        """Send one no more."""
        if not await asked(postbox.drop(mail)):
            raise Refused(404, NONE.format(mail))
        operator.changed(who.name, "mail-drop", mail)
        return models.Done(done=f"mail {mail} is not sent any more")

    return router


NONE = "no mail {!r} waits or was given up; /api/v1/mails lists those that do"
