"""Composes the web application out of its rooms."""

from __future__ import annotations

from fastapi import FastAPI

from softswitch import __version__
from softswitch.web.health import health_routes
from softswitch.web.limits import Limits
from softswitch.web.operations import Operations
from softswitch.web.problems import answer_with_problems


def application(operations: Operations) -> FastAPI:
    """All of it."""
    app = FastAPI(title="softswitch", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    answer_with_problems(app)
    app.include_router(health_routes(operations))
    app.add_middleware(Limits)
    return app
