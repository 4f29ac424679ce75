"""Composes the web application out of its rooms."""

from __future__ import annotations

from fastapi import FastAPI

from softswitch import __version__
from softswitch.config.settings import WebSettings
from softswitch.web.counting import Counting
from softswitch.web.health import health_routes
from softswitch.web.limits import Limits
from softswitch.web.metrics import metrics_routes
from softswitch.web.operations import Operations
from softswitch.web.problems import answer_with_problems


def application(settings: WebSettings, operations: Operations, counting: Counting) -> FastAPI:
    """All of it."""
    app = FastAPI(title="softswitch", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    answer_with_problems(app)
    app.include_router(health_routes(operations))
    if settings.metrics != "off":
        app.include_router(metrics_routes(operations, counting, []))
    app.add_middleware(Limits)
    return app
