"""Pages for people: whoever is not logged in goes to the log-in first, and comes back."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from softswitch.web.guard import Guard
from softswitch.web.login import PAGES
from softswitch.web.problems import Refused


async def show(
    guard: Guard, request: Request, page: str | Response, headers: Mapping[str, str] | None = None
) -> Response:
    """A file of `pages/`, or what is ready. Raises Refused: it cannot be said who that is."""
    try:
        await guard.who(request)
    except Refused as refused:
        if refused.status_code != 401:
            raise
        return to_log_in(request)
    if isinstance(page, str):
        return FileResponse(PAGES / page, headers={"Cache-Control": "no-store", **(headers or {})})
    return page


def to_log_in(request: Request) -> RedirectResponse:
    """To the log-in, and back to what was asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/login?then={quote(request.url.path + query)}", 303)
