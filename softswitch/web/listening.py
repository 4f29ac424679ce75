"""The pages of recordings and of messages that callers left."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from softswitch.web.guard import Guard
from softswitch.web.showing import show


def listening_routes(guard: Guard) -> APIRouter:
    """Both: one page, which shows what its address says."""
    router = APIRouter(include_in_schema=False)

    @router.get("/recordings")
    @router.get("/voicemails")
    async def sounds(request: Request) -> Response:
        return await show(guard, request, "sounds.html")

    return router
