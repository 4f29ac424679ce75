"""The API's own description; the page that shows it is one of `frame`."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse

from softswitch.access import Role
from softswitch.web.api import PREFIX
from softswitch.web.guard import Guard
from softswitch.web.problems import KIND
from softswitch.web.sessions import COOKIE

OPEN = frozenset({"/health", "/ready", "/metrics", f"{PREFIX}/login", f"{PREFIX}/first"})
"""Paths without a log-in; of metrics it depends on the configuration."""


def docs_routes(app: FastAPI, guard: Guard) -> APIRouter:
    """Made last, when the application has all its routes."""
    router = APIRouter(prefix=PREFIX, include_in_schema=False)
    described = _described(app)
    app.state.methods = {path: [*map(str.upper, known)] for path, known in described["paths"].items()}

    @router.get("/openapi.json", dependencies=[Depends(guard.needs(Role.AGENT))])
    async def openapi() -> JSONResponse:
        return JSONResponse(described)

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
