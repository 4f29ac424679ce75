"""/health and /ready: for those who start, watch and balance switches; without log-in."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from softswitch import __version__
from softswitch.web.operations import Operations


class Health(BaseModel):
    """The switch is alive."""

    status: Literal["alive"] = "alive"
    version: str = __version__


class Readiness(BaseModel):
    """Whether new calls are welcome here."""

    status: Literal["ready", "not ready"]
    reasons: list[str] = []
    """Why not."""


def health_routes(operations: Operations) -> APIRouter:
    """Both."""
    router = APIRouter(tags=["health"])

    @router.get("/health")
    async def health() -> Health:
        """Alive: the loop answers."""
        return Health()

    @router.get("/ready", responses={503: {"model": Readiness}})
    async def ready(response: Response) -> Readiness:
        """Ready for new calls; 503 with the reasons while it is not."""
        reasons = operations.not_ready()
        response.headers["Cache-Control"] = "no-store"
        if reasons:
            response.status_code = 503
        return Readiness(status="not ready" if reasons else "ready", reasons=reasons)

    return router
