"""Errors as the API gives them: problem+json (RFC 9457), with a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from softswitch.errors import (
    ConfigError,
    ControlError,
    EngineError,
    NoRoom,
    NoSuch,
    NotAllowed,
    NotNow,
    SoftswitchError,
)
from softswitch.web.wrongs import told

log = structlog.get_logger(__name__)

KIND = "application/problem+json"

SOON = {"Retry-After": "10"}
"""In a 503 for want of room."""


class ProblemDetails(BaseModel):
    """What went wrong, and what to do."""

    title: str
    status: int
    detail: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": says}
    for status, says in {
        400: "The body is no JSON.",
        401: "No log-in, or a wrong one.",
        403: "The role does not allow it.",
        404: "There is no such thing.",
        409: "Not in the state that it is in.",
        415: "The body is of another type than JSON.",
        422: "The request is wrong.",
        429: "Too many failures.",
        503: "The database does not work, or everything is in use; Retry-After says when to ask again.",
    }.items()
}
"""What every route may answer; `docs` adds that each is a `ProblemDetails`."""


class Refused(HTTPException):
    """A request that cannot be done; `detail` is a sentence that teaches."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer."""
    title = HTTPStatus(status).phrase
    return JSONResponse({"title": title, "status": status, "detail": detail}, status, headers, KIND)


def answer_with_problems(app: FastAPI) -> None:
    """Every error of an application becomes a problem."""

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        detail = error.detail
        if error.status_code == 404 and detail == "Not Found":
            detail = f"there is no {request.url.path}; /api/v1/docs lists what there is"
        if error.status_code == 400:
            detail = "the body cannot be read; it is JSON in UTF-8, with the type application/json"
        headers = error.headers
        if error.status_code == 405:
            headers = _allowed(request) or headers
            takes = (headers or {}).get("Allow", "something else; /api/v1/docs lists what")
            detail = f"{request.url.path} does not take {request.method}; it takes {takes}"
        return problem(error.status_code, detail, headers)

    @app.exception_handler(SoftswitchError)
    async def cannot(_: Request, error: SoftswitchError) -> JSONResponse:
        return problem(status_of(error), str(error), SOON if isinstance(error, NoRoom) else None)

    @app.exception_handler(RequestValidationError)
    @app.exception_handler(WebSocketRequestValidationError)
    async def wrong(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(*told(request, error))

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        log.error("web.request_failed", method=request.method, path=request.url.path, error=repr(error))
        return problem(500, "this failed inside the switch; its log has more")


def status_of(error: SoftswitchError) -> int:
    """By whose fault it is."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 503)


_STATUS = (
    (NoSuch, 404),
    (NotNow, 409),
    (NotAllowed, 403),
    (NoRoom, 503),
    (ConfigError, 409),
    (EngineError, 409),
    (ControlError, 422),
)


def _allowed(request: Request) -> dict[str, str]:
    """All methods of a path: each is a route of its own, and the first would name no more than its own."""
    methods = {
        method
        for route in request.app.routes
        if isinstance(route, APIRoute) and route.path_regex.match(request.url.path)
        for method in route.methods or ()
    }
    return {"Allow": ", ".join(sorted(methods))} if methods else {}
