"""The first page: who I am, how the switch is, and what there is."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from softswitch.web.guard import Guard
from softswitch.web.login import PAGES
from softswitch.web.showing import show

METRICS = "<!-- metrics -->"
"""Where the page names them, if they are served."""

LINK = '<li><a href="/metrics">Metrics</a> in figures, for Prometheus</li>'


def home_routes(guard: Guard, *, metrics: bool) -> APIRouter:
    """The page, and that of recordings and messages; `metrics`: whether they are served."""
    router = APIRouter(include_in_schema=False)
    text = (PAGES / "home.html").read_text(encoding="utf-8").replace(METRICS, LINK if metrics else "")

    @router.get("/")
    async def home(request: Request) -> Response:
        return await show(guard, request, HTMLResponse(text, headers={"Cache-Control": "no-store"}))

    @router.get("/recordings")
    @router.get("/voicemails")
    async def sounds(request: Request) -> Response:
        return await show(guard, request, "sounds.html")

    return router
