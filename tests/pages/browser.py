"""Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

MISSING = (
    "Chromium is missing, in which the pages are tested: `make test` installs it, or "
    "`apt-get install --no-install-recommends chromium`"
)

PATIENCE = 15_000
"""Milliseconds until a page must show what it should, on a machine that is busy."""


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """One browser, without a window. Raises RuntimeError that says how to get one."""
    found = shutil.which("chromium")
    if found is None:
        raise RuntimeError(MISSING)
    expect.set_options(timeout=PATIENCE)
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=root)
        try:
            yield browser
        finally:
            await browser.close()


class Complaints:
    """What goes wrong in a page: errors of its modules, refusals of the content security policy, requests to
    anybody but its own server.
    """

    def __init__(self, page: Page, origin: str) -> None:
        self.heard: list[str] = []
        self._origin = origin
        page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        page.on("console", self._console)
        page.on("request", lambda request: self._request(request.url))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.heard.append(f"console: {message.text}")

    def _request(self, url: str) -> None:
        if not url.startswith((self._origin, "data:", "blob:")):
            self.heard.append(f"request: {url}")
