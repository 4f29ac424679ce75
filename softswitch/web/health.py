"""/health and /ready: for those who start, watch and balance switches; without log-in.

What does not work though calls do is named by both, and leaves them at 200: whoever starts the switch anew or
sends calls elsewhere for a database that is away would make it worse.
"""

from __future__ import annotations

from typing import Literal

from fastapi import Response
from pydantic import BaseModel

from softswitch import __version__
from softswitch.web.operations import Operations
from softswitch.web.routes import Routes


class Health(BaseModel):
    """The switch is alive."""

    status: Literal["alive"] = "alive"
    version: str = __version__
    degraded: list[str] = []
    """What does not work though the switch does."""


class Readiness(BaseModel):
    """Whether new calls are welcome here."""

    status: Literal["ready", "not ready"]
    reasons: list[str] = []
    """Why not."""
    degraded: list[str] = []
    """What does not work though calls do."""


def health_routes(operations: Operations) -> Routes:
    """Both."""
    router = Routes(tags=["health"])

    @router.get("/health")
    async def health() -> Health:
        """Alive: the loop answers."""
        return Health(degraded=operations.degraded())

    @router.get("/ready", responses={503: {"model": Readiness}})
    async def ready(response: Response) -> Readiness:
        """Ready for new calls; 503 with the reasons while it is not. `degraded` names what does not work
        though calls do, as the record's database.
        """
        reasons = operations.not_ready()
        response.headers["Cache-Control"] = "no-store"
        if reasons:
            response.status_code = 503
        status: Literal["ready", "not ready"] = "not ready" if reasons else "ready"
        return Readiness(status=status, reasons=reasons, degraded=operations.degraded())

    return router
