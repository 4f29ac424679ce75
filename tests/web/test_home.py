"""Pages are for who is logged in; what the first one asks for."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest

from softswitch.accounts import Accounts
from softswitch.config.settings import WebSettings
from softswitch.web.application import Parts, application
from softswitch.web.counting import Counting
from softswitch.web.frame import PAGES
from softswitch.web.live import Live

pytestmark = pytest.mark.may_block  # threads that read the pages' files

PASSWORD = "correct horse battery"


@pytest.fixture
async def anna(client: httpx2.AsyncClient, accounts: Accounts) -> httpx2.AsyncClient:
    await accounts.add_user("anna", "agent", PASSWORD)
    await client.post("/api/v1/login", json={"name": "anna", "password": PASSWORD})
    return client


@pytest.mark.parametrize("page", [page.path for page in PAGES])
async def test_who_is_not_logged_in_comes_back_after_the_log_in(
    client: httpx2.AsyncClient, page: str
) -> None:
    answer = await client.get(page)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?then={page}")


async def test_what_the_first_page_asks_for_is_open_to_everybody_or_said_to_be_forbidden(
    anna: httpx2.AsyncClient,
) -> None:
    for path in ("me", "queues", "agents", "status"):
        assert (await anna.get(f"/api/v1/{path}")).status_code == 200, path
    for path in ("recordings?limit=1", "voicemails?limit=1"):
        assert (await anna.get(f"/api/v1/{path}")).status_code == 403, path


async def test_metrics_are_named_where_they_are_served(
    anna: httpx2.AsyncClient,
    parts: Parts,
    counting: Counting,
    live: Live,
    web_settings: WebSettings,
    accounts: Accounts,
) -> None:
    assert 'data-metrics="yes"' in (await anna.get("/")).text
    _, token = await accounts.add_token("x", "agent")
    app = application(replace(web_settings, metrics="off"), parts, counting, live)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://switch") as client:
        page = await client.get("/", headers={"Authorization": f"Bearer {token}"})
    assert "data-metrics" not in page.text
