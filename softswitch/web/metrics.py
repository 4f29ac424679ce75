"""/metrics, for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fastapi import Response
from fastapi.params import Depends
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from softswitch.web.counting import Counting
from softswitch.web.operations import Operations
from softswitch.web.rendering import render
from softswitch.web.routes import Routes


def metrics_routes(operations: Operations, counting: Counting, guards: Sequence[Depends]) -> Routes:
    """`guards`: who may read."""
    router = Routes(tags=["metrics"], dependencies=guards)
    one_at_a_time = asyncio.Lock()

    @router.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Everything that is measured, in Prometheus's text format."""
        async with one_at_a_time:
            figures = operations.figures()
            text = await asyncio.to_thread(render, counting.registry, figures)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router
