"""A web application over a switch that is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from softswitch.web.application import application


class FakeOperations:
    """What a test wants the switch to say."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def not_ready(self) -> list[str]:
        return self.reasons


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations()


@pytest.fixture
async def client(operations: Any) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(application(operations), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://switch") as client:
        yield client
