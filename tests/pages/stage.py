"""A switch with an office in it: queues, agents on scripted phones, users who log in, callers who call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

from softswitch.testing.phone import IncomingCall, OutgoingCall, Phone
from tests.e2e.house import House, open_house
from tests.e2e.test_web import free_port, softswitch
from tests.pages.browser import Complaints

PASSWORD = "correct horse battery"
USERS = {"sam": ("supervisor", None), "ola": ("agent", "ola"), "ewa": ("agent", "ewa")}
"""Beside the engineer `ada`: their roles, and the agents that they are."""

AGENTS = {
    "ewa": "Ewa Nowak", "jan": "Jan Kowalski", "noa": "נועה לוי", "tom": "Tom Baker", "ida": "Ida Berg",
    "max": "Max Weber", "eli": "Eli Cohen", "ola": "Ola Wójcik",
}  # fmt: skip

OFFICE: Mapping[str, Any] = {
    "numbers": {"600": {"queue": "support"}, "601": {"queue": "sales"}, "602": {"queue": "billing"}},
    "callers": [{"name": "vip", "match": ["48600*"], "priority": "vip"}],
    "queues": {
        "support": {
            "label": "Support",
            "wrap_up": "60s",
            "announce": {"position": True, "wait": True, "first": "1s"},
        },
        "sales": {"label": "Sales"},
        "billing": {"label": "Billing"},
    },
    "pauses": {"1": "lunch"},
    "alerts": {
        "queues": {"billing": {"waiting": {"warn": 2, "alarm": 4}}},
        "after": "500ms",
        "calm": "500ms",
    },
    "teams": {
        "support": {"agents": ["ewa", "jan", "noa", "tom"]},
        "sales": {"agents": ["ida", "max", "eli"]},
        "billing": {"agents": ["ola"]},
    },
}

MENUS: Mapping[str, Any] = {
    "hours": {
        "office": {"timezone": "Europe/Warsaw", "open": {"mon-fri": "08:00-18:00", "sat": "09:00-13:00"}}
    },
    "numbers": {
        "+48221234567": {"menu": "welcome"},
        "+48221234568": {"menu": "faults"},
        **OFFICE["numbers"],
        "610": {"voicemail": "support"},
        "*": {"reject": 404},
    },
    "menus": {
        "welcome": {
            "open": "office",
            "closed": {"menu": "after_hours"},
            "say": "Welcome. For sales press 1, for support 2, for invoices 3.",
            "choices": {
                1: {"queue": "sales"}, 2: {"menu": "faults"}, 3: {"queue": "billing"}, "star": "repeat",
            },
            "otherwise": {"queue": "support"},
        },
        "faults": {
            "say": "For a fault press 1, to go back the star key.",
            "choices": {1: {"queue": "support", "priority": "urgent"}, 2: {"agent": "tom"}, "star": "back"},
            "otherwise": {"queue": "support"},
        },
        "after_hours": {
            "say": "We are closed. To leave a message press 1.",
            "choices": {1: {"voicemail": "support"}, 2: {"menu": "faults"}},
        },
        "all_busy": {
            "say": "All our agents are busy. To leave a message press 1, to wait on press 2.",
            "choices": {1: {"voicemail": "support"}, 2: {"queue": "support"}},
        },
        "last_summer": {"say": "We are on holiday.", "choices": {1: "repeat"}},
    },
    "voicemail": {"support": {"max": "2m"}, "sales": {}},
    "queues": {
        **OFFICE["queues"],
        "support": {
            **OFFICE["queues"]["support"],
            "max_wait": "10m",
            "timeout": {"menu": "all_busy"},
            "no_agents": {"voicemail": "support"},
        },
        "sales": {"label": "Sales", "max_callers": 20, "full": {"voicemail": "sales"}},
    },
}  # fmt: skip
"""More of the configuration, for pages that show it."""


class Stage:
    """The switch, and who is logged in to it."""

    def __init__(self, house: House, browser: Browser, port: int, stack: AsyncExitStack) -> None:
        self.house = house
        self.browser = browser
        self.origin = f"http://127.0.0.1:{port}"
        self.password = PASSWORD
        self._stack = stack
        self._sessions: dict[str, Any] = {}
        self._callers: list[Phone] = []
        self._tabs: list[BrowserContext] = []

    async def context(self, user: str = "ada", **options: Any) -> BrowserContext:
        """A browser's profile in which somebody is logged in; `options` as Playwright has them."""
        if user not in self._sessions:
            self._sessions[user] = await self._log_in(user)
        context = await self.browser.new_context(
            base_url=self.origin, storage_state=self._sessions[user], **options
        )
        self._tabs.append(context)
        return context

    async def close_tabs(self) -> None:
        """Those that are open show every change, which takes the machine from who comes next."""
        while self._tabs:
            await self._tabs.pop().close()

    async def _log_in(self, user: str) -> Any:
        """By the page; who is not there yet is made before."""
        if user in USERS:
            role, agent = USERS[user]
            given = {"name": user, "role": role, "agent": agent, "password": PASSWORD}
            await self.api("POST", "/users", given)
        fresh = await self.browser.new_context(base_url=self.origin)
        page = await fresh.new_page()
        await page.goto("/login?then=/wallboard")
        await page.fill("[name=name]", user)
        await page.fill("[name=password]", PASSWORD)
        await page.click("main button")
        await page.wait_for_selector("html[data-user]", state="attached")
        state = await fresh.storage_state()
        await fresh.close()
        return state

    async def api(self, method: str, path: str, body: Any = None) -> Any:
        """A request of the engineer."""
        context = await self.context()
        me = await context.request.get("/api/v1/me")
        assert me.ok, await me.text()
        csrf = (await me.json())["csrf"]
        headers = {"X-CSRF-Token": csrf}
        answer = await context.request.fetch(f"/api/v1{path}", method=method, data=body, headers=headers)
        assert answer.ok, await answer.text()
        said = await answer.text()
        self._tabs.remove(context)
        await context.close()
        return None if answer.status == 204 else json.loads(said)

    async def page(self, path: str, user: str = "ada", **options: Any) -> tuple[Page, Complaints]:
        """A page in a tab of its own, and what goes wrong in it."""
        page = await (await self.context(user, **options)).new_page()
        complaints = Complaints(page, self.origin)
        await page.goto(path)
        return page, complaints

    async def calls(self, number: str, user: str, name: str = "") -> OutgoingCall:
        """Somebody calls a queue, and is answered by music."""
        phone = await self._stack.enter_async_context(Phone(user, name=name))
        call = phone.call(self.house.switch.uri(number))
        await call.until_answered()
        return call

    async def answers(self, agent: str) -> IncomingCall:
        """An agent takes the call that rings."""
        return await self.house.picked_up(agent, after=0.05, sounds=False)


@asynccontextmanager
async def open_stage(
    folder: Path, browser: Browser, more: Mapping[str, Any] | None = None
) -> AsyncIterator[Stage]:
    """All of it; `more`: of the configuration."""
    port = free_port()
    configuration = {**OFFICE, "web": {"listen": f"127.0.0.1:{port}"}, **(more or {})}
    settings = {name: {"name": label} for name, label in AGENTS.items()}
    async with open_house(folder, configuration, AGENTS, settings) as house, AsyncExitStack() as stack:
        made = await asyncio.to_thread(
            *(softswitch, house.switch.data, "users", "add", "ada", "--role", "engineer"), password=PASSWORD
        )
        assert made.returncode == 0, made.stderr
        made_stage = Stage(house, browser, port, stack)
        stack.push_async_callback(made_stage.close_tabs)
        yield made_stage
