"""The API's own description; the page that shows it is one of `frame`."""

import asyncio
from typing import Any

from fastapi import Depends, FastAPI, Response
from fastapi.openapi.constants import REF_TEMPLATE

from softswitch.access import Role
from softswitch.jsontext import dumps
from softswitch.web.api import PREFIX
from softswitch.web.guard import Guard
from softswitch.web.problems import KIND, ProblemDetails
from softswitch.web.routes import Routes
from softswitch.web.sessions import COOKIE

OPEN = frozenset({"/health", "/ready", "/metrics", f"{PREFIX}/login", f"{PREFIX}/first"})
"""Paths without a log-in; of metrics it depends on the configuration."""


def docs_routes(app: FastAPI, guard: Guard) -> Routes:
    """The description is made when somebody asks for it first: it takes half a second, beside the loop. Who
    hangs up meanwhile does not end that, and who comes meanwhile waits for it.
    """
    router = Routes(prefix=PREFIX, include_in_schema=False)
    making: asyncio.Task[bytes] | None = None

    @router.get("/openapi.json", dependencies=[Depends(guard.needs(Role.AGENT))])
    async def openapi() -> Response:
        nonlocal making
        if making is None or (making.done() and (making.cancelled() or making.exception())):
            making = asyncio.create_task(asyncio.to_thread(lambda: dumps(described(app))))
        return Response(await asyncio.shield(making), media_type="application/json")

    return router


def described(app: FastAPI) -> dict[str, Any]:
    """OpenAPI, with who may, and with errors as they are: problems."""
    said = app.openapi()
    parts = said.setdefault("components", {})
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    }
    name = ProblemDetails.__name__
    parts["schemas"][name] = ProblemDetails.model_json_schema(ref_template=REF_TEMPLATE)
    problem = {KIND: {"schema": {"$ref": REF_TEMPLATE.format(model=name)}}}
    for path, operations in said["paths"].items():
        for operation in operations.values():
            if path not in OPEN:
                operation["security"] = [{"token": []}, {"session": []}]
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and path not in ("/health", "/ready"):
                    answer["content"] = problem
    return said
