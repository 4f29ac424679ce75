"""The API's own description, and a page that shows it: nothing comes from outside."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from softswitch.access import Role
from softswitch.web.api import PREFIX
from softswitch.web.guard import Guard
from softswitch.web.problems import KIND
from softswitch.web.sessions import COOKIE
from softswitch.web.showing import show

OPEN = frozenset({"/health", "/ready", "/metrics", f"{PREFIX}/login", f"{PREFIX}/first"})
"""Paths without a log-in; of metrics it depends on the configuration."""


def docs_routes(app: FastAPI, guard: Guard) -> APIRouter:
    """Both; made last, when the application has all its routes."""
    router = APIRouter(prefix=PREFIX, include_in_schema=False)
    described = _described(app)
    app.state.methods = {path: [*map(str.upper, known)] for path, known in described["paths"].items()}

    @router.get("/openapi.json", dependencies=[Depends(guard.needs(Role.AGENT))])
    async def openapi() -> JSONResponse:
        return JSONResponse(described)

    @router.get("/docs")
    async def docs(request: Request) -> Response:
        return await show(guard, request, "docs.html")

    return router


def _described(app: FastAPI) -> dict[str, Any]:
    """OpenAPI, with who may, and with errors as they are: problems."""
    described = app.openapi()
    parts = described.setdefault("components", {})
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    }
    problem = {KIND: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    for path, operations in described["paths"].items():
        for operation in operations.values():
            if path not in OPEN:
                operation["security"] = [{"token": []}, {"session": []}]
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and path not in ("/health", "/ready"):
                    answer["content"] = problem
    return described
